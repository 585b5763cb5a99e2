/** What happens to records over the years: every sequence of changes keeps every piece of history exactly once. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BaseFacts, MergedState } from '../../../src/state/index.js'
import { readRecord } from '../../../src/state/read.js'
import type { StateRecord } from '../../../src/state/record.js'
import { isDataMap } from '../../../src/yaml/data.js'
import { runs } from '../../support/full.js'
import { entry, REFERENCE_SOURCES, recordIn, referenceFiles, referenceImages, run } from './world.js'

const REPOS = ['r1', 'r2', 'r3'] as const
const NAMES = ['n1', 'n2', 'n3', 'n4'] as const
/** The last is an enrolled image, when it is. */
const BASES = ['alpine:3', 'node:22', 'ghcr.io/org/r1:1'] as const

type Repo = (typeof REPOS)[number]
type Base = (typeof BASES)[number]

type Command =
  | { readonly kind: 'enroll'; readonly repo: Repo; readonly name: string; readonly bases: readonly Base[] }
  | { readonly kind: 'remove' | 'disable'; readonly repo: Repo }
  | { readonly kind: 'refresh'; readonly digests: readonly number[] }

const repo = fc.constantFrom(...REPOS)
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    kind: fc.constant('enroll' as const),
    repo,
    name: fc.constantFrom(...NAMES),
    bases: fc.subarray([...BASES], { minLength: 1 }),
  }),
  fc.record({ kind: fc.constantFrom('remove' as const, 'disable' as const), repo }),
  fc.record({ kind: fc.constant('refresh' as const), digests: fc.array(fc.nat(3), { minLength: 3, maxLength: 3 }) }),
)

interface Enrolled {
  readonly name: string
  readonly bases: readonly Base[]
  readonly enabled: boolean
}

const digestOf = (base: Base, version: number) => `sha256:${`${BASES.indexOf(base)}${version}`.padEnd(64, 'a')}`
const timeOf = (turn: number) => new Date(Date.UTC(2026, 0, 1 + turn)).toISOString()

/** What the state must remember, told by the commands alone. */
class Model {
  readonly images = new Map<Repo, Enrolled>()
  /** When a repository was first enrolled. */
  readonly since = new Map<Repo, string>()
  /** Since when each is enrolled without interruption. */
  readonly lately = new Map<Repo, string>()
  readonly histories = new Map<Base, { current: string; entries: string[] }>()

  apply(one: Command): void {
    if (one.kind === 'enroll') {
      const isTaken = [...this.images].some(([other, { name }]) => name === one.name && other !== one.repo)
      // An image that is built on itself is refused.
      const bases = one.bases.filter((base) => base !== `ghcr.io/org/${one.repo}:1`)
      if (!isTaken && bases.length > 0) this.images.set(one.repo, { ...one, bases, enabled: true })
    }
    if (one.kind === 'remove') this.images.delete(one.repo)
    const image = one.kind === 'disable' ? this.images.get(one.repo) : undefined
    if (one.kind === 'disable' && image !== undefined) this.images.set(one.repo, { ...image, enabled: false })
  }

  tracked(): Base[] {
    return BASES.filter((base) => [...this.images.values()].some(({ bases }) => bases.includes(base)))
  }

  see(base: Base, digest: string, now: string): void {
    const known = this.histories.get(base)
    if (known === undefined) this.histories.set(base, { current: digest, entries: [] })
    else if (known.current !== digest) {
      this.histories.set(base, { current: digest, entries: [`${now} ${digest}`, ...known.entries].slice(0, 10) })
    }
  }
}

async function runOnce(model: Model, before: ReadonlyMap<string, string>, now: string, seen: Map<Base, string>) {
  const images = [...model.images].map(([of, { name, enabled }]) => {
    const place = `registry: ghcr.io, repository: org/${of}, source: {repo: org/${of}, branch: main}`
    return `- {name: ${name}, ${place}, enabled: ${enabled}}\n`
  })
  const sources = Object.fromEntries(
    [...model.images].map(([of, { bases }]) => [of, bases.map((base) => `FROM ${base}\n`).join('')]),
  )
  const observe = async (bases: ReadonlyMap<string, BaseFacts>) =>
    run(images.length === 0 ? [] : images.join(''), sources, before, now, [], { bases, images: new Map() })
  const plain = await observe(new Map())
  const facts = plain.bases.flatMap(({ name, repository, tag }): [string, BaseFacts][] => {
    const base = BASES.find(
      (one) => one === `ghcr.io/${repository}:${tag}` || `library/${one}` === `${repository}:${tag}`,
    )
    const digest = base === undefined ? undefined : seen.get(base)
    return digest === undefined ? [] : [[name, { digest, platforms: null }]]
  })
  return observe(new Map(facts))
}

function recordsIn(state: MergedState, folder: string): StateRecord[] {
  return [...state.files]
    .filter(([path]) => path.includes(`${folder}/`))
    .map(([path, text]) => readRecord(text, path).record ?? {})
}

const entriesIn = (record: StateRecord) =>
  (Array.isArray(record.updateHistory) ? record.updateHistory : []).map((one) =>
    isDataMap(one) ? `${String(one.observedAt)} ${String(one.digest)}` : 'broken',
  )

describe('any sequence of enrolling, editing, renaming, removing, coming back and looking', () => {
  it('keeps each entry of a history and each enrollment exactly once, and a second run writes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 14 }), async (commands) => {
        const model = new Model()
        let files: ReadonlyMap<string, string> = new Map()
        for (const [turn, one] of commands.entries()) {
          const now = timeOf(turn)
          model.apply(one)
          for (const of of model.lately.keys()) if (!model.images.has(of)) model.lately.delete(of)
          for (const of of model.images.keys()) {
            if (!model.since.has(of)) model.since.set(of, now)
            if (!model.lately.has(of)) model.lately.set(of, now)
          }
          const seen = new Map<Base, string>()
          if (one.kind === 'refresh') {
            for (const base of model.tracked()) {
              const digest = digestOf(base, one.digests[BASES.indexOf(base)] ?? 0)
              seen.set(base, digest)
            }
          }
          const state = await runOnce(model, files, now, seen)
          // An image that was enrolled disabled, or before it was ever looked at, tracks nothing yet.
          for (const { repository, tag } of state.bases) {
            const base = BASES.find((b) => b.endsWith(`${repository.replace('library/', '')}:${tag}`))
            const digest = base === undefined ? undefined : seen.get(base)
            if (base !== undefined && digest !== undefined) model.see(base, digest, now)
          }
          const histories = recordsIn(state, 'base-images').flatMap(entriesIn).sort()
          expect(histories).toEqual([...model.histories.values()].flatMap(({ entries }) => entries).sort())
          const enrollments = recordsIn(state, 'images').filter(({ enrollment }) => enrollment !== undefined)
          expect(enrollments.map(({ enrolledAt }) => enrolledAt).sort()).toEqual([...model.since.values()].sort())
          const lately = [...model.lately.values()].map((time) => Date.parse(time) / 1000)
          expect(state.images.map(({ enrolledAt }) => enrolledAt).sort()).toEqual(lately.sort())
          const second = await runOnce(model, state.files, timeOf(1000), seen)
          expect(Object.fromEntries(second.files)).toEqual(Object.fromEntries(state.files))
          expect(second.images).toMatchObject(state.images.map(({ enrolledAt }) => ({ enrolledAt })))
          files = state.files
        }
      }),
      { numRuns: runs(150, 10) },
    )
  })
})

describe('an image under another name', () => {
  const at = (name: string, of: string) =>
    `- {name: ${name}, registry: ghcr.io, repository: org/${of}, source: {repo: org/${of}, branch: main}}\n`
  const sources = { lib: 'FROM a:1\n', web: 'FROM a:1\n' }

  it('keeps its record, and back again; nothing stays behind', async () => {
    const first = await run(at('old', 'lib'), sources, new Map(), timeOf(0))
    const renamed = await run(at('new', 'lib'), sources, first.files, timeOf(1))
    expect(recordIn(renamed.files, 'images/new.yaml')).toMatchObject({ name: 'new', enrolledAt: timeOf(0) })
    expect([...renamed.files.keys()]).toEqual(['images/new.yaml', 'base-images/a-1.yaml'])
    const back = await run(at('old', 'lib'), sources, renamed.files, timeOf(2))
    expect(Object.fromEntries(back.files)).toEqual(Object.fromEntries(first.files))
  })

  it('two that swap their names keep their own', async () => {
    const first = await run(at('a', 'lib'), sources, new Map(), timeOf(0))
    const both = await run(at('a', 'lib') + at('b', 'web'), sources, first.files, timeOf(1))
    const swapped = await run(at('b', 'lib') + at('a', 'web'), sources, both.files, timeOf(2))
    expect(recordIn(swapped.files, 'images/b.yaml')).toMatchObject({ enrolledAt: timeOf(0) })
    expect(recordIn(swapped.files, 'images/a.yaml')).toMatchObject({ enrolledAt: timeOf(1) })
  })

  it('a name that goes to another image in the same change goes without the record', async () => {
    const first = await run(at('a', 'lib'), sources, new Map(), timeOf(0))
    const both = await run(at('b', 'lib') + at('a', 'web'), sources, first.files, timeOf(1))
    expect(recordIn(both.files, 'images/b.yaml')).toMatchObject({ enrolledAt: timeOf(0) })
    expect(recordIn(both.files, 'images/a.yaml')).toMatchObject({ enrolledAt: timeOf(1) })
  })

  it('a name that another image had long ago brings nothing of it', async () => {
    const first = await run(at('a', 'lib'), sources, new Map(), timeOf(0))
    const gone = await run(at('b', 'web'), sources, first.files, timeOf(1))
    const reused = await run(
      at('b', 'web') + at('a', 'other'),
      { ...sources, other: 'FROM a:1\n' },
      gone.files,
      timeOf(2),
    )
    expect(recordIn(reused.files, 'images/a.yaml')).toMatchObject({ enrolledAt: timeOf(2) })
    expect(reused.files.get('_archive/images/a.yaml')).toBe(first.files.get('images/a.yaml'))
    const both = await run(at('b', 'web'), sources, reused.files, timeOf(3))
    const archived = [...both.files.keys()].filter((path) => path.startsWith('_archive/images/'))
    expect(archived).toEqual([
      '_archive/images/a.yaml',
      expect.stringMatching(/^_archive\/images\/a-[0-9a-f]{8}\.yaml$/),
    ])
  })

  it('a file that we did not write stays where it is, run after run', async () => {
    const theirs = 'name: notes\n'
    const before = new Map([
      ['images/notes.yaml', theirs],
      ['base-images/notes.yaml', theirs],
    ])
    const first = await run(at('a', 'lib'), sources, before)
    const second = await run(at('a', 'lib'), sources, first.files)
    for (const { files } of [first, second]) {
      expect(files.get('images/notes.yaml')).toBe(theirs)
      expect(files.get('base-images/notes.yaml')).toBe(theirs)
      expect([...files.keys()].filter((path) => path.startsWith('_archive/'))).toEqual([])
    }
  })

  it('an entry whose repository is edited goes on', async () => {
    const first = await run(at('a', 'lib'), sources, new Map(), timeOf(0))
    const edited = await run(at('a', 'web'), sources, first.files, timeOf(1))
    expect(recordIn(edited.files, 'images/a.yaml')).toMatchObject({ enrolledAt: timeOf(0) })
  })
})

describe('the state of the reference', () => {
  /** What follows images.yaml, Dockerfiles or the reference, and is no memory. */
  const FOLLOWS = [
    'enrollment',
    'lastDiscovery',
    'discoveryStatus',
    'baseImages',
    'allowTags',
    'imageSelectionStrategy',
  ]

  /** Values of a record by their path, leaving out what says nothing. */
  function values(data: unknown, path = ''): [string, unknown][] {
    if (data === null || data === undefined || (Array.isArray(data) && data.length === 0)) return []
    if (typeof data !== 'object' || Array.isArray(data)) return [[path, data]]
    return Object.entries(data)
      .filter(([key]) => path !== '' || !FOLLOWS.includes(key))
      .flatMap(([key, value]) => values(value, `${path}/${key}`))
  }

  it('is taken over without losing a value', async () => {
    const before = referenceFiles()
    const { files } = await run(referenceImages(), REFERENCE_SOURCES, before)
    const lost: string[] = []
    let count = 0
    for (const [path, text] of before) {
      const now = new Map(values(readRecord(files.get(path) ?? files.get(`_archive/${path}`) ?? '', path).record))
      for (const [key, value] of values(readRecord(text, path).record)) {
        count += 1
        if (JSON.stringify(now.get(key)) !== JSON.stringify(value)) lost.push(`${path} ${key}: ${String(value)}`)
      }
    }
    expect(lost).toEqual([])
    expect(count).toBeGreaterThan(40)
  })

  it('so it is when somebody turned it around: other order, other comments, "None", missing keys', async () => {
    const { files: first } = await run(entry('app'), { app: 'FROM a:1\n' })
    const digest = `sha256:${'c'.repeat(64)}`
    const turned = `# by hand\nupdateHistory: [{digest: '${digest}'}]\ntag: '1'\npreviousDigest: "None"\ncurrentDigest: '${digest}'\nfullImage: a:1\nnote: mine\n`
    const before = new Map([...first, ['base-images/a-1.yaml', turned]])
    const { files } = await run(entry('app'), { app: 'FROM a:1\n' }, before)
    expect(recordIn(files, 'base-images/a-1.yaml')).toMatchObject({
      updateHistory: [{ digest }],
      previousDigest: null,
      currentDigest: digest,
      note: 'mine',
    })
  })
})
