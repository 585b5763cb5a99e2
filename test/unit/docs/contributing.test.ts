/** CONTRIBUTING.md says where each change is made; a place that it does not name fails here. */
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DEFAULT_HEADLINE } from '../../../src/plan-and-commit.js'
import { paths, ROOT, readDocument } from '../../support/documents.js'

interface Place {
  /** The row of the table. */
  readonly change: string
  /** Code that has to be edited for it. */
  readonly pattern: RegExp
  /** Files with such code that are not edited, and why. */
  readonly besides?: Readonly<Record<string, string>>
}

const PLACES: readonly Place[] = [
  { change: 'Add an input', pattern: /\bgetInput\(/ },
  { change: 'Add a command', pattern: /\bprogram\s*\.command\(/ },
  {
    change: 'Add another forge',
    pattern: /\bgitlab(?![.-])/,
    besides: {
      'src/enrollment/json-schema.ts': 'an editor snippet as an example',
      'src/enrollment/schema/settings.ts': "Kargo's own list of webhook receivers",
    },
  },
  { change: 'Add another registry login', pattern: /\bcredsStore\b/ },
  { change: "Change the comment's first sentence", pattern: /\beffectOf\(view: / },
  { change: 'Change the default delay', pattern: /\brebuildDelay: '\d/ },
  { change: 'Change the commit message', pattern: new RegExp(DEFAULT_HEADLINE) },
]

/** A file without its comments; nothing of a forge's own files, which are beside each other. */
function codeOf(path: string): string {
  if (/\bgitlab\b/.test(path)) return ''
  return readDocument(path)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '')
}

describe('"How to" in CONTRIBUTING.md', () => {
  const [, section = ''] = /^## How to\n([\s\S]*?)^## /m.exec(readDocument('CONTRIBUTING.md')) ?? []

  /** Each change, and the files that its row says to edit. */
  const rows = new Map(
    [...section.matchAll(/^\| (\w[^|]*?) \| (.*?) \| .* \|$/gm)].slice(1).map(([, change = '', edited = '']) => {
      return [change, [...edited.matchAll(/`([\w./-]+)`/g)].map(([, path = '']) => path)]
    }),
  )

  it('names the files for each change that a newcomer makes first', () => {
    expect(rows.size).toBe(10)
    expect([...rows].filter(([, edited]) => edited.length === 0)).toEqual([])
    expect([...rows.values()].flat().filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([])
  })

  it.each(PLACES)('names every place: $change', ({ change, pattern, besides = {} }) => {
    const code = [...paths('src/**/*.ts'), 'action.yml'].filter((path) => pattern.test(codeOf(path)))
    const edited = rows.get(change) ?? []
    expect(code.filter((path) => !edited.includes(path)).sort()).toEqual(Object.keys(besides).sort())
    expect(code.length).toBeGreaterThan(Object.keys(besides).length)
  })

  it('names files, functions and constants that there are', () => {
    const named = [...section.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code)
    const files = named.filter((code) => /^[\w./-]+\/[\w.-]*$|^[\w-]+\.(?:md|yml)$/.test(code))
    expect(files.length).toBeGreaterThan(30)
    expect(files.filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([])
    const source = paths('src/**/*.ts').map(readDocument).join('\n')
    const names = named.filter((code) => /^[A-Za-z]\w+$/.test(code))
    expect(names.length).toBeGreaterThan(4)
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(source))).toEqual([])
  })
})
