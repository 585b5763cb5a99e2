import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { type Problem, parseImagesFile, withAcceptances } from '../../../src/enrollment/index.js'
import { PROBLEM_CODES, severityOf, WARNING_CODES } from '../../../src/enrollment/problem-codes.js'
import type { Plan } from '../../../src/plan.js'
import { workflowProblems } from '../../../src/report/index.js'
import { removeTempFolders } from '../../support/temp-folder.js'
import { commentOf, entry, previewOf } from './pull-request.js'

afterAll(removeTempFolders)

const PIN = `node:22@sha256:${'a1'.repeat(32)}`
const REASON = 'The vendor certifies this digest only.'
const accepting = (code: string) => `accept: [{code: ${code}, reason: "${REASON}"}]`

const PINNED = { web: `FROM ${PIN}\n`, api: `FROM ${PIN}\n` }
const BEFORE = entry('api') + entry('web')

/** `warning base-pinned web`, as they are reported. */
const said = ({ report }: Plan) => report.problems.map(({ severity, code, image }) => `${severity} ${code} ${image}`)

describe('an accepted warning', () => {
  it('is counted and folded in the comment, with its reason, and reviewed where it begins', async () => {
    const after = `${entry('api')}# image-factory: accept base-pinned ${REASON}\n${entry('web')}`
    const plan = await previewOf({ before: BEFORE, after, dockerfiles: PINNED })
    expect(said(plan)).toEqual(['accepted base-pinned web'])
    expect(plan.report.gates).toMatchObject([{ image: 'web', key: 'accept', after: 'base-pinned' }])
    // That of the other image stands on the base branch already.
    expect(plan.report.baseDrift).toMatchObject({ warnings: [{ code: 'base-pinned', image: 'api' }] })
    expect(plan.report.changes).toEqual([])
    await expect(commentOf(plan)).toMatchFileSnapshot('../../golden/report/accepted-warning.md')
  })

  it('is no reason for a comment, where it was accepted before', async () => {
    const text = entry('web', [accepting('base-pinned')])
    const plan = await previewOf({ before: text, after: text, dockerfiles: PINNED })
    expect(said(plan)).toEqual(['accepted base-pinned web'])
    expect(plan.report.gates).toEqual([])
  })

  it('is a warning again where nobody accepts it any more', async () => {
    const before = entry('web', [accepting('base-pinned')])
    const plan = await previewOf({ before, after: entry('web'), dockerfiles: PINNED })
    expect(said(plan)).toEqual(['warning base-pinned web'])
    expect(commentOf(plan)).toContain('** (`base-pinned` `The vendor certifies this digest only.` → not set).')
    expect(commentOf(plan)).toContain('no longer accepts a warning')
  })
})

describe('an acceptance that nothing is left of', () => {
  it('is said at its line', async () => {
    const text = entry('web', [accepting('base-pinned')])
    const plan = await previewOf({ before: text, after: text, dockerfiles: { web: 'FROM node:24\n' } })
    expect(plan.report.problems).toMatchObject([
      { severity: 'notice', code: 'accept-unused', file: 'images.yaml', line: 5, image: 'web' },
    ])
  })

  it.each([
    ['hangs on a registry', entry('web', [accepting('base-missing')])],
    ['belongs to an image that is switched off', entry('web', [accepting('base-pinned'), 'enabled: false'])],
  ])('is not said where it %s', async (_, text) => {
    const plan = await previewOf({
      before: text + entry('api'),
      after: text + entry('api'),
      dockerfiles: { web: 'FROM node:24\n', api: 'FROM node:24\n' },
    })
    expect(said(plan)).toEqual([])
  })
})

describe('a dispatch that GitHub would refuse', () => {
  const found = parseImagesFile(entry('web'), 'images.yaml').enrolled?.images ?? []
  const problem: Problem = {
    severity: 'warning',
    code: 'dispatch-impossible',
    file: null,
    line: null,
    column: null,
    message: 'x.',
    remedy: null,
    image: 'web',
  }
  const about = (details: readonly string[], kind: 'changed' | 'enrolled' = 'changed') => {
    const change = { name: 'web', kind, details: details.map((key) => ({ key, before: null, after: 'x' })) }
    return workflowProblems([{ problem, isRefusal: true }], [change], { mode: 'preview', writes: false }).map(
      ({ severity }) => severity,
    )
  }

  it.each([
    [['accept'], 'warning'],
    [['accept[0].reason', 'accept[1].code'], 'warning'],
    [['accept', 'source.workflow'], 'error'],
    [['acceptance'], 'error'],
  ])('of an entry of which %j changed: %s', (keys, severity) => {
    expect(about(keys)).toEqual([severity])
  })

  it('of a new entry is an error, accepted or not', () => {
    expect(about(['accept'], 'enrolled')).toEqual(['error'])
    const accepted = parseImagesFile(entry('web', [accepting('dispatch-impossible')]), 'images.yaml').enrolled?.images
    expect(withAcceptances([{ ...problem, severity: 'error' }], accepted ?? [])).toMatchObject([{ severity: 'error' }])
    expect(withAcceptances([problem], accepted ?? [])).toMatchObject([{ severity: 'accepted', reason: REASON }])
    expect(withAcceptances([problem], found)).toEqual([problem])
  })
})

describe('accepting one code of one entry', () => {
  const problems = fc.array(
    fc.record<Problem>({
      severity: fc.constant('error'),
      code: fc.oneof(fc.constantFrom(...WARNING_CODES.slice(0, 3)), fc.constantFrom(...PROBLEM_CODES)),
      file: fc.constant('images.yaml'),
      line: fc.nat(20),
      column: fc.constant(null),
      message: fc.string(),
      remedy: fc.constant(null),
      image: fc.constantFrom('web', 'api', 'we', 'web ', null),
    }),
  )
  const raised = fc.boolean()

  it('hides nothing else', () => {
    const code = fc.constantFrom(...WARNING_CODES.slice(0, 3))
    fc.assert(
      fc.property(problems, code, raised, (all, accepted, isRaised) => {
        const made = all.map((one) => (isRaised ? one : { ...one, severity: severityOf(one.code) }))
        const images = parseImagesFile(entry('web', [accepting(accepted)]) + entry('api'), 'images.yaml').enrolled
          ?.images
        const marked = withAcceptances(made, images ?? [])
        expect(marked).toHaveLength(made.length)
        made.forEach((one, index) => {
          const isIt = one.severity === 'warning' && one.code === accepted && one.image === 'web'
          expect(marked[index]).toEqual(isIt ? { ...one, severity: 'accepted', reason: REASON } : one)
        })
      }),
    )
  })
})
