import { applyPatch } from 'diff'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { comparer, unified } from '../../../src/report/difference.js'
import { runs } from '../../support/full.js'

const body = fc
  .array(fc.constantFrom('a', 'b', 'c', 'd: 1', '', '- x', '+ y', '@@'), { maxLength: 30 })
  .map((lines) => {
    const text = lines.join('\n').replace(/\n+$/, '')
    return text === '' ? '' : `${text}\n`
  })

it('is a patch that makes the new text of the old one, with either context', () => {
  fc.assert(
    fc.property(body, body, fc.constantFrom(1 as const, 3 as const), (before, after, context) => {
      const patch = `--- a\n+++ b\n${unified(comparer()(before, after), context)}\n`
      expect(before === after ? after : applyPatch(before, patch)).toBe(after)
    }),
    { numRuns: runs(500) },
  )
})

it('is a patch for objects that come and go', () => {
  fc.assert(
    fc.property(body, (text) => {
      fc.pre(text !== '')
      expect(applyPatch('', `--- a\n+++ b\n${unified(comparer()(null, text), 3)}\n`)).toBe(text)
      expect(applyPatch(text, `--- a\n+++ b\n${unified(comparer()(text, null), 3)}\n`)).toBe('')
    }),
  )
})

it('counts what it shows', () => {
  fc.assert(
    fc.property(fc.option(body), fc.option(body), (before, after) => {
      const difference = comparer()(before, after)
      const lines = unified(difference, 3).split('\n')
      expect(lines.filter((line) => line.startsWith('+'))).toHaveLength(difference.added)
      expect(lines.filter((line) => line.startsWith('-'))).toHaveLength(difference.removed)
    }),
  )
})

it('gives up on what has too many edits: the whole object is replaced', () => {
  const [before, after] = ['a', 'b'].map((letter) =>
    Array.from({ length: 3000 }, (_, n) => `${letter}${n}\nsame\n`).join(''),
  )
  expect(comparer()(before ?? null, after ?? null)).toMatchObject({ added: 6000, removed: 6000 })
})

it('stays bounded for many such objects', () => {
  const compare = comparer()
  const text = (letter: string) => Array.from({ length: 1500 }, (_, n) => `${letter}${n % 700}`).join('\n')
  const first = compare(text('a'), text('b'))
  for (let n = 0; n < 300; n++) compare(text('a'), `${text('b')}${n}`)
  expect(compare(text('a'), text('b'))).toMatchObject({ added: first.added, removed: first.removed })
  // Small changes are still shown as what they are.
  expect(compare('a\nb\nc\n', 'a\nx\nc\n')).toMatchObject({ added: 1, removed: 1 })
})
