import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changesBetween, resourceKey } from '../../../src/manifests/index.js'
import { draftPlan } from '../../../src/pipeline.js'
import { type DraftedPlan, planOf } from '../../../src/plan.js'
import { renderComment, renderSummary, settingsChanges, synthesizedState } from '../../../src/report/index.js'
import type { StateFolder } from '../../../src/state/index.js'
import { runs } from '../../support/full.js'
import { quietJob } from '../../support/quiet-job.js'
import { removeTempFolders, tempFolder } from '../../support/temp-folder.js'
import { marker } from '../report/examples.js'
import { readerOf } from './sources.js'

const WORKFLOW = `on: {workflow_dispatch: {inputs: {mode: {}}}}
jobs: {build: {runs-on: ubuntu-latest, steps: [{run: make}]}}
`
const FILES: Readonly<Record<string, string>> = {
  Dockerfile: 'ARG VERSION=22\nFROM node:$VERSION\n',
  'other/Dockerfile': 'FROM python:3.14\n',
  '.github/workflows/build.yml': WORKFLOW,
  '.github/workflows/other.yml': WORKFLOW,
}
let folder: StateFolder
beforeAll(async () => {
  const { path } = await tempFolder()
  mkdirSync(join(path, 'state'))
  folder = { root: join(path, 'state'), path: '.', imagesFile: 'images.yaml', outputDir: 'dist' }
})
afterAll(removeTempFolders)

const JOB = quietJob(readerOf(FILES), { writes: false })

async function drafted(config: object, files = FILES): Promise<DraftedPlan> {
  writeFileSync(join(folder.root, 'images.yaml'), JSON.stringify(config))
  const draft = await draftPlan({ ...JOB, read: readerOf(files) }, folder)
  if (draft.kind === 'refused') throw new Error(JSON.stringify(draft.problems))
  return draft
}

function reportOf(base: DraftedPlan, head: DraftedPlan) {
  const baseline = {
    before: synthesizedState(base.enrolled, base.state),
    settings: settingsChanges(base.enrolled.settings, head.enrolled.settings),
    changes: changesBetween(base.manifests, head.manifests),
    overridden: new Map<string, string>(),
    baseDrift: null,
    problems: [],
  }
  return planOf(head, JOB, folder, baseline).report
}

const textsOf = ({ manifests }: DraftedPlan) =>
  new Map(manifests.flatMap(({ objects }) => objects.map(({ id, text }) => [resourceKey(id), text] as const)))

/** Values that a key may have; undefined: it is not written. */
type Values = Readonly<Record<string, readonly unknown[]>>

const update = (path: string) => ({ repo: 'acme/deploy', path, type: 'kustomize-set-image' })

const ENTRY: Values = {
  repository: ['acme/NAME', 'other/NAME'],
  rebuildDelay: [undefined, '7d', '24h'],
  minimumReleaseAge: [undefined, '2d'],
  autoRebuild: [undefined, true, false],
  shard: [undefined, 'eu'],
  enabled: [undefined, true, true, true, false],
  description: [undefined, 'text'],
  'source.branch': ['main', 'next'],
  'source.workflow': ['build.yml', 'other.yml', undefined],
  'source.builds': [undefined, 'any', 'dispatched'],
  'source.inputs.mode': [undefined, 'fast', 'slow'],
  'tags.strategy': [undefined, 'SemVer', 'NewestBuild'],
  'tags.constraint': [undefined, '^1.0.0', '^2.0.0'],
  'tags.allow': [undefined, ['^v'], ['^v', '^w']],
  'analysis.enabled': [undefined, true, false],
  'analysis.dockerfile': [undefined, 'CRITICAL', 'HIGH', false],
  'analysis.vulnerabilities': [undefined, 'CRITICAL', 'HIGH', false],
  'analysis.templates': [undefined, ['mine']],
  'environments.qa': [undefined, { name: 'qa', updates: [update('qa')] }],
  'environments.production.auto': [undefined, true, false],
  'environments.production.soak': [undefined, '0', '24h', '1d'],
  'environments.production.pullRequest': [undefined, true, false],
  'environments.production.updates[0].path': ['production', 'elsewhere'],
}
/**
 * What says which base images there are: of these one at a time, and not beside `enabled`. Nobody reads Dockerfiles again
 * to tell several apart: all of them are named then.
 */
const DISCOVERY: Values = {
  'source.dockerfile': [undefined, 'Dockerfile', 'other/Dockerfile'],
  'build.args.VERSION': [undefined, '22', '24'],
}
const SETTINGS: Values = {
  shard: [undefined, 'us'],
  stagger: [undefined, '0', '2h'],
  retries: [undefined, '1', '0'],
  retryPause: [undefined, '1h', '2h'],
  baseInterval: [undefined, '12h'],
  pollInterval: [undefined, '20m'],
  'secrets.github': [undefined, 'token'],
  'secrets.registry': [undefined, 'pull'],
  'stateWorkflow.ref': ['main', 'next'],
  'stateWorkflow.repo': ['acme/state', 'acme/other'],
  'analysis.enabled': [undefined, true, false],
  'analysis.image': [undefined, 'ghcr.io/aquasecurity/trivy:0.71.0'],
}

type Choice = Readonly<Record<string, number>>
interface Config {
  readonly settings: Choice
  readonly images: Readonly<Record<string, Choice>>
}

const valueAt = (values: Values, choice: Choice, key: string) => values[key]?.[choice[key] ?? 0]

/** `a.b.c` into maps inside of each other. */
function nested(values: Values, choice: Choice): Record<string, unknown> {
  const root: Record<string, unknown> = {}
  for (const key of Object.keys(values)) {
    const value = valueAt(values, choice, key)
    if (value === undefined || key.startsWith('environments.')) continue
    const steps = key.split('.')
    let map = root
    for (const step of steps.slice(0, -1)) {
      map[step] = map[step] ?? {}
      map = map[step] as Record<string, unknown>
    }
    map[steps.at(-1) ?? ''] = value
  }
  return root
}

const ALL_ENTRY: Values = { ...ENTRY, ...DISCOVERY }

function entryOf(name: string, choice: Choice): object {
  const { source, ...rest } = nested(ALL_ENTRY, choice) as { source: object }
  const of = (key: string) => valueAt(ENTRY, choice, `environments.${key}`)
  const production = {
    name: 'production',
    auto: of('production.auto'),
    soak: of('production.soak'),
    pullRequest: of('production.pullRequest'),
    updates: [update(of('production.updates[0].path') as string)],
  }
  const qa = of('qa')
  const repository = String(valueAt(ENTRY, choice, 'repository')).replace('NAME', name)
  return {
    name,
    registry: 'ghcr.io',
    ...rest,
    repository,
    source: { repo: `acme/${name}`, ...source },
    environments: [...(qa === undefined ? [] : [qa]), production],
  }
}

const configOf = ({ settings, images }: Config) => ({
  settings: nested({ ...SETTINGS, 'stateWorkflow.workflow': ['run.yml'] }, settings),
  images: Object.entries(images).map(([name, choice]) => entryOf(name, choice)),
})

const choices = (values: Values) =>
  fc.record(Object.fromEntries(Object.entries(values).map(([key, all]) => [key, fc.nat({ max: all.length - 1 })])))
const some = (values: Values, maxLength: number) => fc.subarray(Object.keys(values), { maxLength })
const keysOfImage = fc
  .tuple(some(ENTRY, 5), some(DISCOVERY, 1))
  .map(([entry, discovery]) => (entry.includes('enabled') ? entry : [...entry, ...discovery]))

const edits = fc.record({
  base: fc.record({ settings: choices(SETTINGS), web: choices(ALL_ENTRY), api: choices(ALL_ENTRY) }),
  head: fc.record({ settings: choices(SETTINGS), web: choices(ALL_ENTRY), api: choices(ALL_ENTRY) }),
  keys: fc.record({ settings: some(SETTINGS, 2), web: keysOfImage, api: keysOfImage }),
})

/** A key that is changed: where it is, and what it is called. */
interface Key {
  readonly scope: 'settings' | 'web' | 'api'
  readonly key: string
}

function withKeys(config: Config, other: Config, keys: readonly Key[]): Config {
  const pick = (scope: Key['scope'], own: Choice, its: Choice): Choice => ({
    ...own,
    ...Object.fromEntries(keys.filter((one) => one.scope === scope).map(({ key }) => [key, its[key] ?? 0])),
  })
  const images = Object.entries(config.images).map(([name, choice]) => [
    name,
    pick(name as Key['scope'], choice, other.images[name] ?? {}),
  ])
  return { settings: pick('settings', config.settings, other.settings), images: Object.fromEntries(images) }
}

/** What comes of one key put back, or of it alone. */
interface Tried {
  readonly key: Key
  readonly back: ReadonlyMap<string, string>
  readonly alone: ReadonlyMap<string, string>
}

const nameOf = ({ scope, key }: Key) => (scope === 'settings' ? `settings.${key}` : key)

describe('causes', () => {
  it('are the keys that, put back alone, make a difference, else those that make it alone: these and no others', async () => {
    const seen = { changes: 0, causes: 0, several: 0 }
    await fc.assert(
      fc.asyncProperty(edits, async ({ base: was, head: is, keys }) => {
        const all: Key[] = (['settings', 'web', 'api'] as const).flatMap((scope) =>
          keys[scope].map((key) => ({ scope, key })),
        )
        const before: Config = { settings: was.settings, images: { web: was.web, api: was.api } }
        const other: Config = { settings: is.settings, images: { web: is.web, api: is.api } }
        const after = withKeys(before, other, all)
        const [base, head] = [await drafted(configOf(before)), await drafted(configOf(after))]
        const report = reportOf(base, head)
        const causes = new Map(report.causes)
        const tried: Tried[] = []
        for (const key of all) {
          const back = textsOf(await drafted(configOf(withKeys(after, before, [key]))))
          const alone = textsOf(await drafted(configOf(withKeys(before, other, [key]))))
          tried.push({ key, back, alone })
        }
        const [first, now] = [textsOf(base), textsOf(head)]
        for (const { id, kind, file } of report.changes) {
          const object = resourceKey(id)
          // A key that takes the whole object away is none that its text differs because of.
          const differs = (a: string | undefined, b: string | undefined) =>
            kind === 'modified'
              ? a !== undefined && b !== undefined && a !== b
              : (a === undefined) !== (b === undefined)
          const namesOf = (found: typeof tried) => [...new Set(found.map(({ key }) => nameOf(key)))].sort()
          const back = namesOf(tried.filter((one) => differs(one.back.get(object), now.get(object))))
          const alone = namesOf(tried.filter((one) => differs(one.alone.get(object), first.get(object))))
          const named = [...(causes.get(object) ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name).sort()
          const found = back.length > 0 ? back : alone
          // Dockerfiles are not read again for each key: one that chooses another may go unsaid beside what is named,
          // and so may what is true of an image that is switched off, whose Dockerfile is not read at all.
          const isSwitched = kind !== 'modified' && found.includes('enabled')
          const mayBeLeftOut = (name: string) => named.length > 0 && (isSwitched || name in DISCOVERY)
          const expected = found.filter((name) => named.includes(name) || name === 'enabled' || !mayBeLeftOut(name))
          seen.changes += 1
          seen.causes += named.length
          if (named.length > 1) seen.several += 1
          const changed = all.map((one) => `${one.scope} ${one.key}`)
          expect({ changed, file, object, kind, named }).toEqual({ changed, file, object, kind, named: expected })
        }
      }),
      { numRuns: runs(200, 24) },
    )
    expect(seen.changes).toBeGreaterThan(60)
    expect(seen.several).toBeGreaterThan(3)
  }, 300_000)
})

const image = (name: string, more: object = {}) => ({
  name,
  registry: 'ghcr.io',
  repository: `acme/${name}`,
  source: { repo: `acme/${name}`, workflow: 'build.yml' },
  ...more,
})

/** What the objects of a report change because of, each once. */
async function causesBetween(before: object, after: object, files = FILES) {
  const report = reportOf(await drafted(before), await drafted(after, files))
  const objectOf = (key: string) => key.split('/').slice(2).join('/').replace('/image-factory/', ' ')
  return Object.fromEntries(report.causes.map(([key, cause]) => [objectOf(key), cause]))
}

describe('a cause', () => {
  it('is an image that joins or leaves', async () => {
    const own = { source: { repo: 'acme/new', workflow: 'build.yml', dockerfile: 'other/Dockerfile' } }
    const [one, two] = [[image('web')], [image('new', own), image('web')]]
    const of = (word: string) => ({
      'Warehouse new': `the ${word} image`,
      'Stage analyze-new': `the ${word} image`,
      'Stage rebuild-trigger-new': `the ${word} image`,
      'Warehouse python-3.14': `the ${word} image \`new\``,
      'Stage soak-python-3.14': `the ${word} image \`new\``,
    })
    expect(await causesBetween(one, two)).toEqual(of('new'))
    expect(await causesBetween(two, one)).toEqual(of('removed'))
  })

  it('is the line of a Dockerfile that pulls another base image', async () => {
    const moved = { ...FILES, Dockerfile: '\nFROM debian:13\n' }
    expect(await causesBetween([image('web')], [image('web')], moved)).toEqual({
      'Stage rebuild-trigger-web': '`Dockerfile:2` FROM',
      'Warehouse debian-13': '`Dockerfile:2` FROM',
      'Stage soak-debian-13': '`Dockerfile:2` FROM',
      'Warehouse node-22': 'no image using it',
      'Stage soak-node-22': 'no image using it',
    })
  })

  it('is the switch and the missing workflow, where each alone takes the rebuild Stage away', async () => {
    const off = image('web', { enabled: false, source: { repo: 'acme/web' } })
    const causes = await causesBetween([image('web'), image('api')], [off, image('api')])
    expect(causes['Stage rebuild-trigger-web']).toBe('`enabled` and `source.workflow`')
    expect(causes['Stage analyze-web']).toBe('`enabled`')
  })

  it('is no key that an object is only there because of', async () => {
    const of = (secrets: object, web: object, api: object) => ({
      settings: { secrets },
      images: [image('web', web), image('api', api)],
    })
    const other = { source: { repo: 'acme/web', workflow: 'build.yml', dockerfile: 'other/Dockerfile' } }
    const causes = await causesBetween(of({}, other, {}), of({ github: 'token' }, {}, { enabled: false }))
    expect(causes['Stage soak-node-22'] ?? '').not.toContain('source.dockerfile')
  })

  it('is each base image that is named by hand', async () => {
    const causes = await causesBetween([image('web')], [image('web', { bases: ['debian:13', 'node:22'] })])
    expect(new Set(Object.values(causes))).toEqual(new Set(['`bases`']))
  })

  it('is the namespace of everything', async () => {
    const of = (namespace: string) => ({ settings: { namespace }, images: [image('web')] })
    const { causes, changes } = reportOf(await drafted(of('a')), await drafted(of('b')))
    expect(causes).toHaveLength(changes.length)
    expect(new Set(causes.map(([, cause]) => cause))).toEqual(new Set(['`settings.namespace`']))
  })

  it('is said once for many', async () => {
    const of = (rebuildDelay: string) => Array.from({ length: 49 }, (_, n) => image(`web-${n}`, { rebuildDelay }))
    const report = reportOf(await drafted(of('7d')), await drafted(of('14d')))
    expect(new Set(report.causes.map(([, cause]) => cause))).toEqual(new Set(['`rebuildDelay`']))
    expect(renderComment(report, { marker, budget: 1500 })).not.toMatch(/images\.yaml:\d/)
    expect(renderSummary(report)).toContain('because of <code>rebuildDelay</code>')
  })
})
