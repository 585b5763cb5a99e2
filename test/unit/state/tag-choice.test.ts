import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EnrolledImage } from '../../../src/enrollment/index.js'
import { eligibleTags } from '../../../src/state/tag-choice.js'

const SEMVER: EnrolledImage['tags'] = { strategy: 'SemVer', constraint: null, allow: [] }

describe('a tag', () => {
  it.each([
    ['1.2.3', true],
    ['v1.2.3', true],
    ['1.2.3-rc.1', true],
    ['0.0.0', true],
    ['1.2', false],
    ['v1', false],
    ['vv1.2.3', false],
    ['V1.2.3', false],
    ['01.2.3', false],
    ['1.2.3-01', false],
    ['1.2.3-', false],
    ['1.2.3.4', false],
    ['latest', false],
    ['18446744073709551615.0.0', true],
    ['18446744073709551616.0.0', false],
  ])('%s is a version: %s', (tag, expected) => {
    expect(eligibleTags([tag], SEMVER)).toEqual(expected ? [tag] : [])
  })
})

describe('versions', () => {
  // The order of semver.org §11, with numbers beyond 2^53.
  const ordered =
    '1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0 1.0.9 1.0.10 1.2.0 9.0.0 10.0.0 20260101.0.0 9007199254740993.0.0 9007199254740994.0.0'.split(
      ' ',
    )

  it('are ordered, whatever order they come in', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(ordered, { minLength: ordered.length }), (tags) => {
        expect([...eligibleTags(tags, SEMVER)].reverse()).toEqual(ordered)
      }),
    )
  })

  it('that are equal are ordered by the alphabet', () => {
    expect(eligibleTags(['1.0.0', 'v1.0.0'], SEMVER)).toEqual(['v1.0.0', '1.0.0'])
    expect(eligibleTags(['v1.0.0', '1.0.0'], SEMVER)).toEqual(['v1.0.0', '1.0.0'])
  })
})

describe('a range', () => {
  // What Masterminds semver v3 documents, and what its code does where the documentation is silent.
  it.each([
    ['*', '1.2.3 0.0.1', '1.2.3-rc.1'],
    ['1', '1.0.0 1.9.9', '2.0.0 0.9.9 1.0.0-rc.1'],
    ['1.2.x', '1.2.0 1.2.9', '1.3.0 1.1.9'],
    ['=1.2.3', '1.2.3', '1.2.4 1.2.2'],
    ['!=1.2.3', '1.2.4 1.2.3-rc.1', '1.2.3'],
    ['!=1.x', '2.0.0 0.1.0', '1.0.0 1.9.0'],
    ['!=1.2.x', '1.3.0 2.2.0', '1.2.0 1.2.7'],
    ['>1.2.3', '1.2.4 2.0.0', '1.2.3 1.2.2'],
    ['>11', '12.0.0', '11.1.0 10.0.0'],
    ['>11.1', '11.2.0 12.0.0', '11.1.1'],
    ['<1.2', '1.1.9', '1.2.0 1.2.1'],
    ['<=1.2', '1.2.0 1.2.9 1.1.0', '1.3.0'],
    ['<=1', '1.9.9', '2.0.0'],
    ['>=1.2 <3', '1.2.0 2.9.9', '3.0.0 1.1.9'],
    ['>=1.2, <3', '1.2.0 2.9.9', '3.0.0'],
    ['=>1.2.3', '1.2.3', '1.2.2'],
    ['1.2 - 1.4', '1.2.0 1.4.9', '1.5.0 1.1.9'],
    ['1.2.3 - 1.4.5', '1.2.3 1.4.5', '1.4.6'],
    ['~1.2.3', '1.2.3 1.2.9', '1.3.0 1.2.2'],
    ['~1', '1.0.0 1.9.0', '2.0.0'],
    ['~>1.2', '1.2.0 1.2.9', '1.3.0'],
    ['^1.2.3', '1.2.3 1.9.0', '2.0.0 1.2.2'],
    ['^0.2.3', '0.2.3 0.2.9', '0.3.0'],
    ['^0.0.3', '0.0.3', '0.0.4'],
    ['^0.0', '0.0.9', '0.1.0'],
    ['^0', '0.9.0', '1.0.0'],
    ['1 || 3', '1.1.0 3.1.0', '2.0.0'],
    ['>=1.0.0-0 <2', '1.0.0-rc.1 1.5.0-beta 1.5.0', '2.0.0'],
    ['^1.2.0-alpha', '1.2.0-alpha 1.2.0-beta 1.3.0-rc.1', '1.2.0-a'],
    ['>=1.0.0', '1.0.0', '2.0.0-rc.1'],
    ['v1.2.3', '1.2.3', '1.2.4'],
  ])('%s', (text, inside, outside) => {
    const tags = [...inside.split(' '), ...outside.split(' ')]
    const taken = eligibleTags(tags, { ...SEMVER, constraint: text })
    expect([...taken].sort()).toEqual(inside.split(' ').sort())
  })

  it.each(['', 'latest', '>=', '1.2.3.4', '1 2 &', '^^1'])('%s is none', (constraint) => {
    expect(eligibleTags(['1.0.0', '1.2.3'], { ...SEMVER, constraint })).toEqual([])
  })
})

describe('the tags Kargo chooses from', () => {
  const TAGS = ['latest', '1.0.0', '1.10.0', '1.9.0', '2.0.0-rc.1', '2026-01-02', '2026-01-10', 'v1.9.0']

  it.each<[string, Partial<EnrolledImage['tags']>, string[]]>([
    [
      'without anything said: versions, what comes before a release too',
      {},
      ['2.0.0-rc.1', '1.10.0', 'v1.9.0', '1.9.0', '1.0.0'],
    ],
    ['in a range', { constraint: '<1.10' }, ['v1.9.0', '1.9.0', '1.0.0']],
    ['that an expression finds', { allow: ['^v', '10'] }, ['1.10.0', 'v1.9.0']],
    ['by the alphabet', { strategy: 'Lexical', allow: ['^20'] }, ['2026-01-10', '2026-01-02']],
  ])('%s', (_, selection, expected) => {
    expect(eligibleTags(TAGS, { ...SEMVER, ...selection })).toEqual(expected)
  })

  it('an expression that makes others hang does not', () => {
    expect(
      eligibleTags([`${'a'.repeat(127)}!`], { strategy: 'Lexical', constraint: null, allow: ['^(a+)+$'] }),
    ).toEqual([])
  })
})
