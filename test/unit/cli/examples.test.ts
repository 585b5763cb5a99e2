import { describe, expect, it } from 'vitest'
import { makeProgram } from '../../../src/cli/commands.js'
import { EXAMPLES } from '../../../src/cli/help.js'
import { recordingTerminal } from '../../support/terminal.js'

function program() {
  const { terminal, printed } = recordingTerminal()
  return { printed, program: makeProgram({ env: {}, terminal, now: '2026-01-01T00:00:00Z', finish: () => undefined }) }
}

describe('the examples of the help', () => {
  it('are there for every command, and for no other', () => {
    const names = program().program.commands.map((command) => command.name())
    expect(Object.keys(EXAMPLES).sort()).toEqual(names.sort())
    expect(Object.values(EXAMPLES).filter((all) => all.length === 0)).toEqual([])
  })

  const all = Object.entries(EXAMPLES).flatMap(([name, examples]) => examples.map(([, written]) => ({ name, written })))
  it.each(all)('$written is a call that the command takes', async ({ name, written }) => {
    const words =
      written
        .replace(/^source <\(image-factory (.*)\)$/, '$1')
        .split(/ [|<>] /)[0]
        ?.split(' ') ?? []
    const { program: whole } = program()
    const called: string[] = []
    for (const command of whole.commands) command.action(() => void called.push(command.name()))
    await whole.parseAsync(words, { from: 'user' })
    expect(called).toEqual([name])
  })

  it.each(Object.keys(EXAMPLES))('help %s ends with them', async (name) => {
    const { program: whole, printed } = program()
    await expect(whole.parseAsync(['help', name], { from: 'user' })).rejects.toThrow()
    expect(printed.out).toMatch(/\nExamples:\n( {2}# .+\n {2}(?:image-factory|source) .+\n)+$/)
  })
})
