import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { explainImages as explainAt, paragraphs } from '../../../src/explain/index.js'
import { serverUrls } from '../../../src/forges/index.js'
import {
  builtAt,
  enrolmentOf,
  explain,
  FILES,
  FIRST_NODE,
  NEW,
  NOW,
  newNode,
  overridesOf,
  PLACES,
  recordsFrom,
  SITUATIONS,
  web,
} from './situations.js'

const BUILT = '2026-03-05T08:00:00.000Z'
describe('the outlook', () => {
  it.each([
    ['rebuildDelay: 7d', '2026-03-12T07:59:59.999Z', 'waiting'],
    ['rebuildDelay: 7d', '2026-03-12T08:00:00.000Z', 'due'],
    ['rebuildDelay: 1d, minimumReleaseAge: 3d', '2026-03-12T20:29:59.999Z', 'waiting'],
    ['rebuildDelay: 1d, minimumReleaseAge: 3d', '2026-03-12T20:30:00.000Z', 'due'],
    ['rebuildDelay: 1d', '2026-03-09T20:30:00.000Z', 'due'],
  ])('%s at %s is %s', (entry, now, status) => {
    const state = { images: { web: builtAt(BUILT) }, bases: { 'node-22': newNode('2026-03-09T20:30:00.000Z') } }
    expect(explain({ images: web(entry), state }, now)[0]?.status).toBe(status)
  })

  it('the override of another digest shortens nothing', () => {
    const other = SITUATIONS['due-override']!
    const elsewhere = { ...other, overrides: other.overrides!.replaceAll('1'.repeat(64), '2'.repeat(64)) }
    expect(explain(other)[0]?.reason).toBe('override')
    expect(explain(elsewhere)[0]?.reason).toBe('rebuildDelay')
  })

  it('an override that has expired shortens nothing', () => {
    expect(explain(SITUATIONS['due-override']!, '2026-03-21T00:00:00.000Z')[0]?.reason).toBe('rebuildDelay')
  })

  it('an override passes over the turns of settings.stagger', () => {
    const { state } = SITUATIONS['waiting-stagger']!
    const { overrides } = SITUATIONS['due-override']!
    const images = web('rebuildDelay: 1d', 'stagger: 7d')
    expect(explain({ images, state: state! })[0]?.reason).toBe('stagger')
    expect(explain({ images, state: state!, overrides: overrides! })[0]?.reason).toBe('override')
  })

  it('names the base whose rebuild comes first', () => {
    const [one] = explain(SITUATIONS['due-several-bases']!)
    expect(one?.outlook).toMatchObject({ base: { name: 'alpine-3.20' } })
  })

  it('knows of one base what it does not know of the other', () => {
    const bases = { 'node-22': FIRST_NODE, 'alpine-3.20': 'registry: docker.io\n' }
    const [one] = explain({ images: web(), state: { images: { web: builtAt(BUILT, 'alpine-3.20, node-22') }, bases } })
    expect(one?.status).toBe('up-to-date')
    expect(one?.bases.map(({ change }) => change)).toEqual(['unknown', 'unchanged'])
  })
})

describe('state files that somebody edited', () => {
  const anything = fc.oneof(fc.string(), fc.constantFrom('None', '[]', '{a: b}', '2026-99-99', '~', "'\\e[31m'"))
  const keys = fc.constantFrom(
    'lastBuilt',
    'lastUpdated',
    'currentDigest',
    'updateHistory',
    'baseImages',
    'lastChecked',
  )

  it('are explained whatever they hold, without a time or digest that is none', () => {
    fc.assert(
      fc.property(fc.dictionary(keys, anything), fc.dictionary(keys, anything), (image, base) => {
        const records = {
          images: new Map([['web', { ...image, baseImages: ['node-22'] }]]),
          bases: new Map([['node-22', base]]),
        }
        const input = { enrolled: enrolmentOf(web()), records, overrides: [], now: NOW, urls: PLACES }
        for (const { digest, since } of explainAt(input)[0]?.bases ?? []) {
          expect(digest ?? NEW).toMatch(/^sha256:[0-9a-f]{64}$/)
          expect(since ?? NOW).toMatch(/^[+-]?\d+-\d\d-\d\dT/)
        }
      }),
    )
  })

  it('a digest is shown only where it is one', () => {
    const bases = { 'node-22': newNode(BUILT).replace(`currentDigest: ${NEW}`, 'currentDigest: "$(curl evil)"') }
    const [one] = explain({ images: web(), state: { images: { web: builtAt(null) }, bases } })
    expect(paragraphs(one!, FILES, NOW)).not.toContain('curl evil')
  })
})

describe('what to do', () => {
  const command = (inputs: string) => {
    const images = web().replace('workflow: build.yml', `workflow: build.yml, inputs: {x: "${inputs}"}`)
    return explain({ images, ...{ state: SITUATIONS['due-change']!.state! } })[0]?.doItNow.build
  }

  it.each([
    ['plain', '-f x=plain'],
    ["it's; rm -rf / #", "-f 'x=it'\\''s; rm -rf / #'"],
    ['`id` $(id) $HOME', "-f 'x=`id` $(id) $HOME'"],
    ['a && b', "-f 'x=a && b'"],
  ])('%s is one word of a shell', (input, words) => {
    expect(command(input)?.endsWith(` ${words}`)).toBe(true)
  })

  it('names the server where it is not github.com', () => {
    const { images, state } = SITUATIONS['due-change']!
    const enrolled = enrolmentOf(images)
    const urls = serverUrls({ GITHUB_SERVER_URL: 'https://ghe.acme.org' })
    const input = { enrolled, records: recordsFrom(state), overrides: overridesOf(undefined), now: NOW, urls }
    const [one] = explainAt(input)
    expect(one?.doItNow.build).toBe('gh workflow run build.yml --repo ghe.acme.org/acme/web --ref main')
    expect(one?.doItNow.page).toBe('https://ghe.acme.org/acme/web/actions/workflows/build.yml')
  })

  it.each([
    ['waiting-rebuildDelay', 0],
    ['waiting-stagger', 0],
    ['waiting-minimumReleaseAge', 3],
    ['held-autoRebuild', 2],
    ['due-change', 2],
    ['up-to-date-unchanged', 0],
    ['never-disabled', 0],
  ])('%s: %i commands of Kargo', (name, count) => {
    expect(explain(SITUATIONS[name]!)[0]?.doItNow.promote).toHaveLength(count)
  })
})
