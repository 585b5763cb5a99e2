import { describe, expect, it } from 'vitest'
import { isReportable } from '../../../src/report/index.js'
import { report } from './examples.js'

describe('a report worth a first comment', () => {
  const known = {
    kind: 'known',
    images: [],
    bases: [],
    changes: [],
    causes: [],
    stateFiles: 0,
    warnings: [],
  } as const
  const warning = {
    severity: 'warning',
    code: 'base-pinned',
    file: null,
    line: null,
    column: null,
    message: 'x',
    remedy: null,
    image: null,
  } as const
  it.each([
    ['nothing', report(), false],
    ['a warning', report({ problems: [warning] }), true],
    ['a warning that the base branch has too', report({ baseDrift: { ...known, warnings: [warning] } }), false],
    ['an error', report({ problems: [{ ...warning, severity: 'error' }], baseDrift: known }), true],
    ['a state file', report({ stateFiles: [{ kind: 'added', path: 'x' }] }), true],
    ['a state file that comes anyway', report({ baseDrift: { ...known, stateFiles: 1 } }), true],
  ])('%s: %s', (_, one, expected) => {
    expect(isReportable(one)).toBe(expected)
  })
})
