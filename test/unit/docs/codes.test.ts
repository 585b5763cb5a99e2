import { expect, it } from 'vitest'
import { PROBLEM_CODES, severityOf, WARNING_CODES } from '../../../src/enrollment/problem-codes.js'
import { paths, readDocument, tableRows } from '../../support/documents.js'

const page = readDocument('docs/troubleshooting.md')
const rows = tableRows(page, 'Codes').map(([code = '', meaning = '']) => [code.replaceAll('`', ''), meaning] as const)

it('docs/troubleshooting.md lists every code once, with what it means, and no other', () => {
  expect(rows.map(([code]) => code).sort()).toEqual([...PROBLEM_CODES])
  expect(rows.filter(([, meaning]) => !/^[A-Zi].{10,}\.$/.test(meaning))).toEqual([])
})

it('lists those that can be accepted first, and errors apart from warnings and notices', () => {
  const codes = rows.map(([code]) => code)
  expect(codes.slice(0, WARNING_CODES.length)).toEqual(WARNING_CODES)
  const kinds = rows.map(([code]) => severityOf(code as (typeof PROBLEM_CODES)[number]))
  expect(kinds.filter((kind, index) => kind !== kinds[index - 1])).toEqual(['warning', 'error', 'notice'])
})

it('every code is that of some problem', () => {
  const source = paths('src/**/*.ts')
    .filter((path) => !path.endsWith('problem-codes.ts'))
    .map(readDocument)
    .join('\n')
  expect(PROBLEM_CODES.filter((code) => !source.includes(`'${code}'`))).toEqual([])
})
