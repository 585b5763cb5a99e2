import fc from 'fast-check'
import type { Problem } from '../../../src/enrollment/problem.js'
import { PROBLEM_CODES } from '../../../src/enrollment/problem-codes.js'
import type { ResourceChange } from '../../../src/manifests/compare.js'
import { GATE_KINDS } from '../../../src/report/gates/index.js'
import type { BaseDrift, BaseRow, ImageChange, RebuildRow, Report } from '../../../src/report/index.js'
import type { GateChange } from '../../../src/report/model.js'
import { HOSTILE, idOf, report } from './examples.js'

const piece = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.constantFrom(
    '`',
    '``',
    '```',
    '|',
    '\\',
    '@a',
    '#1',
    '<b>',
    '&',
    '$',
    ':x:',
    '://',
    '(',
    ' ',
    '\n',
    'www.',
    'GH-1',
    '[!x]',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ maxLength: 12 }),
)
export const text: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('')) },
  { weight: 1, arbitrary: fc.integer({ min: 100, max: 3000 }).map((n) => '`|@x#1 <'.repeat(n / 8)) },
)
const lines = fc.array(text, { maxLength: 12 }).map((all) => all.join('\n'))
const maybe = fc.option(text)
const line = fc.integer({ min: 1, max: 9999 })
const kind = fc.oneof(fc.constantFrom('Stage', 'Warehouse', 'Project', 'Namespace', 'ConfigMap', 'Secret'), text)

const rebuild: fc.Arbitrary<RebuildRow> = fc.record({
  image: text,
  status: fc.constantFrom(
    ...(['started', 'running', 'claimed', 'queued', 'waiting', 'paused'] as const),
    ...(['succeeded', 'failed', 'refused', 'unknown', 'unbuildable'] as const),
  ),
  reason: fc.constantFrom('base', 'override', 'manual', null),
  bases: fc.array(text, { maxLength: 3 }),
  run: maybe,
  until: maybe,
  waitsFor: maybe,
  message: maybe,
})

const given: fc.Arbitrary<Problem> = fc.record({
  severity: fc.constantFrom('error', 'warning', 'notice'),
  code: fc.constantFrom(...PROBLEM_CODES),
  file: maybe,
  line: fc.option(line),
  column: fc.option(line),
  message: text,
  remedy: maybe,
  image: maybe,
})
const repository = fc.record({
  provider: fc.constantFrom('github', 'gitlab'),
  repo: fc.oneof(text, fc.constant('acme/web')),
  branch: maybe,
})
const place = fc.record({ text, source: repository, path: text, line: fc.option(line) })
const placed = fc
  .tuple(given, fc.array(place, { maxLength: 3 }))
  .map(([one, places]): Problem => ({ ...one, message: [one.message, ...places.map((p) => p.text)].join(' '), places }))
const problems: fc.Arbitrary<Problem> = fc.oneof(
  { weight: 2, arbitrary: placed },
  { weight: 4, arbitrary: given },
  {
    weight: 1,
    arbitrary: fc.tuple(given, text).map(([one, reason]): Problem => ({ ...one, severity: 'accepted', reason })),
  },
)

const change: fc.Arbitrary<ResourceChange> = fc
  .record({
    how: fc.constantFrom('added', 'removed', 'modified'),
    id: fc.record({ apiVersion: text, kind, namespace: text, name: text }),
    before: lines,
    after: lines,
  })
  .map(({ how, id, before, after }) => ({
    kind: how,
    id,
    file: 'x.yaml',
    before: how === 'added' ? null : `${before}\nold`,
    after: how === 'removed' ? null : `${after}\nnew`,
  }))

const detail = fc.record({
  key: fc.oneof(
    text,
    fc.constantFrom('autoRebuild', 'source.repo', 'updates[0].repo', 'analysis', 'namespace', 'secrets.github'),
    fc.constantFrom(
      'rebuildDelay',
      'minimumReleaseAge',
      'environments.prod.auto',
      'environments.prod.soak',
      'bases[0]',
    ),
  ),
  before: maybe,
  after: maybe,
})
const gate: fc.Arbitrary<GateChange> = fc.record({
  kind: fc.constantFrom(...GATE_KINDS),
  image: maybe,
  key: text,
  before: maybe,
  after: maybe,
  meaning: text,
})
const build = fc.record({
  source: repository,
  dockerfile: maybe,
  file: maybe,
  bases: fc.array(text, { maxLength: 6 }),
  rebuildDelay: fc.oneof(text, fc.constantFrom('0', '7d')),
  autoRebuild: fc.boolean(),
})
const parts = fc.record(
  {
    line,
    build,
    environments: fc.array(fc.record({ name: maybe, auto: fc.boolean() }), { maxLength: 4 }),
  },
  { requiredKeys: [] },
)
const plainImage: fc.Arbitrary<ImageChange> = fc.record({
  name: text,
  kind: fc.constantFrom('enrolled', 'changed', 'disabled', 'enabled', 'removed'),
  details: fc.array(detail, { maxLength: 8 }),
  published: fc.record({ before: text, after: text }),
})
const image: fc.Arbitrary<ImageChange> = fc.tuple(plainImage, parts).map(([one, more]) => ({ ...one, ...more }))

const how = fc.constantFrom('added', 'removed', 'unchanged')
const base: fc.Arbitrary<BaseRow> = fc.record({
  name: text,
  reference: text,
  change: how,
  uses: fc.array(
    fc.record(
      { image: text, file: text, line, kind: text, change: how, source: repository },
      { requiredKeys: ['image', 'file', 'line', 'kind', 'change'] },
    ),
    { maxLength: 8 },
  ),
})

/** No two objects change alike, so that each has a diff of its own. */
function unlike({ after }: ResourceChange, index: number): Partial<ResourceChange> {
  return after === null ? {} : { after: `${after} ${index}` }
}

function driftOf(
  later: readonly ResourceChange[] | string | null,
  cause: string,
  { images, bases }: Pick<Report, 'images' | 'bases'>,
): BaseDrift | null {
  if (later === null) return null
  if (typeof later === 'string') return { kind: 'unknown', settings: 'recorded', reason: later }
  return {
    kind: 'known',
    changes: later,
    causes: later.map((one) => [idOf(one), cause]),
    stateFiles: 3,
    warnings: [],
    images,
    bases,
  }
}

/** Any report: few or many entries of everything, every string hostile. Each change has a file of its own. */
export const reports: fc.Arbitrary<Report> = fc
  .record({
    mode: fc.constantFrom('preview', 'commit', 'check'),
    problems: fc.array(problems, { maxLength: 70 }),
    changes: fc.array(change, { maxLength: 45 }),
    images: fc.array(image, { maxLength: 60 }),
    bases: fc.array(base, { maxLength: 20 }),
    stateFiles: fc.array(fc.record({ kind: fc.constantFrom('added', 'removed', 'modified'), path: text }), {
      maxLength: 60,
    }),
    cause: text,
    settings: fc.array(detail, { maxLength: 20 }),
    gates: fc.array(gate, { maxLength: 40 }),
    overrides: fc.array(fc.record({ base: text, digest: text, reason: text, expires: text, place: text }), {
      maxLength: 20,
    }),
    later: fc.option(fc.oneof(fc.array(change, { maxLength: 45 }), text)),
    stale: fc.array(fc.record({ image: text, base: text }), { maxLength: 3 }),
    rebuilds: fc.array(rebuild, { maxLength: 3 }),
    due: fc.array(fc.record({ image: text, base: text, at: text }), { maxLength: 5 }),
    commit: fc.option(fc.record({ sha: text, branch: text, url: maybe })),
    run: fc.option(
      fc.record({ url: text, headSha: text, repositoryUrl: text, version: text, isUnverified: fc.boolean() }),
    ),
  })
  .map(({ cause, changes, later, ...parts }) => {
    const filed = changes.map((one, index) => ({ ...one, ...unlike(one, index), file: `u${index}.yaml` }))
    return report({
      ...parts,
      changes: filed,
      causes: filed.map((one) => [idOf(one), cause]),
      baseDrift: driftOf(later, cause, parts),
    } as Partial<Report>)
  })

/** Is this change's diff in the document? */
export function hasDiff(document: string, { kind, file }: ResourceChange): boolean {
  return document.includes(kind === 'removed' ? `\n--- a/dist/${file}\n` : `\n+++ b/dist/${file}\n`)
}
