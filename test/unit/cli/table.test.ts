import fc from 'fast-check'
import stringWidth from 'fast-string-width'
import { describe, expect, it } from 'vitest'
import { printTable } from '../../../src/cli/table.js'
import { recordingTerminal } from '../../support/terminal.js'

const HEAD = ['IMAGE', 'REBUILD', 'BASE IMAGE']
const ROWS = [
  ['web', 'waiting until 2026-03-12 08:00 (rebuildDelay 7d)', 'docker.io/library/node:22'],
  ['api', 'held', 'ghcr.io/acme/a-repository-with-a-long-name-and-no-blank:1.2.3'],
]

function printed(columns: number | undefined, head = HEAD, rows: readonly (readonly string[])[] = ROWS): string {
  const { terminal, printed } = recordingTerminal()
  printTable({ ...terminal, ...(columns === undefined ? {} : { columns }) }, head, rows)
  return printed.out
}

describe('a table', () => {
  it('is as wide as its cells where nobody looks', () => {
    expect(printed(undefined).split('\n')).toHaveLength(4)
  })

  it('goes on in the next line where the terminal is narrower', () => {
    expect(printed(60)).toBe(
      [
        'IMAGE  REBUILD                    BASE IMAGE',
        'web    waiting until 2026-03-12   docker.io/library/node:22',
        '       08:00 (rebuildDelay 7d)',
        'api    held                       ghcr.io/acme/a-repository-',
        '                                  with-a-long-name-and-no-bl',
        '                                  ank:1.2.3',
        '',
      ].join('\n'),
    )
  })

  it('is a block for each row where its columns do not fit beside each other', () => {
    const head = ['IMAGE', 'REBUILD', 'LAST BUILT', 'BASE IMAGE', 'DIGEST', 'SINCE', 'CHANGE']
    const row = [
      'web',
      'held (autoRebuild false)',
      '2026-03-05 08:00',
      'docker.io/library/node:22',
      'sha256:111111111111',
    ]
    expect(
      printed(60, head, [
        [...row, '2026-03-09 20:30', 'newer'],
        ['web', '', '', 'alpine:3', '-', '-', '-'],
      ]),
    ).toBe(
      [
        'IMAGE       web',
        'REBUILD     held (autoRebuild false)',
        'LAST BUILT  2026-03-05 08:00',
        'BASE IMAGE  docker.io/library/node:22',
        'DIGEST      sha256:111111111111',
        'SINCE       2026-03-09 20:30',
        'CHANGE      newer',
        '',
        'IMAGE       web',
        'BASE IMAGE  alpine:3',
        'DIGEST      -',
        'SINCE       -',
        'CHANGE      -',
        '',
      ].join('\n'),
    )
  })

  it('is never wider than the terminal, and loses no word', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '/', '界'), maxLength: 40 })
    fc.assert(
      fc.property(
        fc.integer({ min: 42, max: 120 }),
        fc.array(fc.tuple(cell, cell, cell), { maxLength: 4 }),
        (columns, rows) => {
          const out = printed(columns, HEAD, rows)
          for (const line of out.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(columns)
          const letters = (text: string) => [...text.replace(/[^ab/界]/gu, '')].sort().join('')
          expect(letters(out)).toBe(letters(rows.flat().join('')))
        },
      ),
    )
  })
})
