import { describe, expect, it } from 'vitest'
import { excerpt, printProblems } from '../../../src/cli/terminal.js'
import { parseImagesFile, problem } from '../../../src/enrollment/index.js'
import { recordingTerminal } from '../../support/terminal.js'

function shown(text: string, color: boolean): string {
  const { terminal, printed } = recordingTerminal(color)
  printProblems(terminal, parseImagesFile(text, 'images.yaml').problems, text)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colors.
  return printed.err.replace(/\u001b\[\d+m/g, '')
}

const FILE = '- name: app\n  registry: ghcr.io\n  repository: org/app\n  rebuildDelay: soon\n'

describe('problems on a terminal', () => {
  it('show the line with a caret below the place', () => {
    expect(shown(FILE, true).split('\n').slice(1)).toEqual(['4 |   rebuildDelay: soon', '                    ^', ''])
  })

  it('are one line each where nobody looks', () => {
    expect(shown(FILE, false)).toBe(
      'images.yaml:4:17: error: rebuildDelay: "soon" is not a valid duration. Write 90s, 30m, 24h, 7d, 2w, a sum like 1d12h, or 0.\n',
    )
  })

  it('keep control sequences of the file away from the terminal', () => {
    expect(shown(`${FILE}# \u001b[2J\n`, false)).not.toContain('\u001b')
  })

  it('without a line show none', () => {
    const { terminal, printed } = recordingTerminal(true)
    printProblems(terminal, [problem('value-invalid', 'no.')], FILE)
    expect(printed.err.match(/\n/g)).toHaveLength(1)
  })
})

/** The two lines as a person sees them: the character above the caret, by counting cells. */
describe('the caret', () => {
  it.each([
    ['plain', 'abc: def', 6, 'abc: def', 5],
    ['after tabs', '\t\ta: b', 6, '    a: b', 7],
    ['after wide characters', '名前: x', 5, '名前: x', 6],
    ['after an emoji', 'a 🚀: x', 7, 'a 🚀: x', 6],
    ['after a letter with a mark', 'e\u0301: x', 5, 'e\u0301: x', 3],
    ['beyond the end', 'abc', 9, 'abc', 3],
    ['at the beginning', 'abc', 1, 'abc', 0],
    ['in an empty line', '', 1, '', 0],
  ])('%s', (_, line, column, shown, caret) => {
    expect(excerpt(line, column)).toEqual({ shown, caret })
  })

  it.each([
    ['early', 10],
    ['in the middle', 5000],
    ['late', 99_990],
  ])('in a line of 100,000 characters, %s', (_, column) => {
    const line = `${'x'.repeat(column - 1)}Y${'x'.repeat(100_000 - column)}`
    const { shown, caret } = excerpt(line, column)
    expect(shown[caret]).toBe('Y')
    expect(shown.length).toBeLessThanOrEqual(122)
  })

  it('in a long line of wide characters', () => {
    const { shown, caret } = excerpt(`${'名'.repeat(300)}Y${'名'.repeat(300)}`, 301)
    expect(shown).toBe(`…${'名'.repeat(30)}Y${'名'.repeat(29)}…`)
    expect(caret).toBe(61)
  })
})
