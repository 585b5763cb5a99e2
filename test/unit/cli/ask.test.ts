import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { openPrompt } from '../../../src/cli/terminal.js'
import { Refusal } from '../../../src/enrollment/index.js'

const question = (fallback = '') => ({
  text: 'Which',
  fallback,
  fault: (answer: string) => (/^[a-z]+$/.test(answer) ? null : 'lower-case letters'),
})

function terminal() {
  const [input, output] = [new PassThrough(), new PassThrough()]
  return { input, output, person: openPrompt(input, output), shown: () => text(output.end()) }
}

describe('a question', () => {
  it('is answered by a line, without blanks around it', async () => {
    const { input, person, shown } = terminal()
    const answer = person.ask(question())
    input.write('  web \n')
    expect(await answer).toBe('web')
    expect(await shown()).toContain('Which: ')
  })

  it('has its fallback for an empty line, and shows it', async () => {
    const { input, person, shown } = terminal()
    const answer = person.ask(question('main'))
    input.write('\n')
    expect(await answer).toBe('main')
    expect(await shown()).toContain('Which [main]: ')
  })

  it('is asked again until the answer is good', async () => {
    const { input, person, shown } = terminal()
    const answer = person.ask(question())
    input.write('A\n1\n\nweb\n')
    expect(await answer).toBe('web')
    expect((await shown()).match(/It must be lower-case letters\./g)).toHaveLength(3)
  })

  it('is answered by what was typed ahead, in its order', async () => {
    const { input, person } = terminal()
    input.write('one\ntwo\n')
    await new Promise((resolve) => setImmediate(resolve))
    expect([await person.ask(question()), await person.ask(question())]).toEqual(['one', 'two'])
  })

  it('is refused once the person has left, before or after it was asked', async () => {
    const { input, person } = terminal()
    const open = person.ask(question())
    input.end('one\n')
    expect(await open).toBe('one')
    const late = person.ask(question())
    await expect(late).rejects.toThrow(Refusal)
    await expect(person.ask(question('main'))).rejects.toThrow('nothing was written')
  })
})
