import { afterAll, describe, expect, it } from 'vitest'
import { removeTempFolders } from '../../support/temp-folder.js'
import { commentOf, entry, previewOf } from './pull-request.js'

afterAll(removeTempFolders)

const golden = (name: string) => `../../golden/report/${name}.md`
/** What is read first: the lines between the heading and the first table, alert or fold. */
function effectOf(comment: string): string {
  const [, text = ''] = comment.split('## 🏭 Image Factory')
  return (text.split(/\n(?=###|>|<)/)[0] ?? '').trim().replace(/\]\([^)]*\)/g, ']')
}

const environments = (auto: boolean, pullRequest: boolean, soak: string) => [
  'environments:',
  `  - {name: staging, updates: [{repo: acme/deploy, path: staging, type: kustomize-set-image}]}`,
  `  - {name: production, auto: ${auto}, pullRequest: ${pullRequest}, soak: ${soak}, updates: [{repo: acme/deploy, path: production, type: kustomize-set-image}]}`,
]
const payments = (auto: boolean, pullRequest: boolean, soak: string) =>
  entry('payments', environments(auto, pullRequest, soak))

describe('what a reviewer reads first', () => {
  it.each([
    [
      'two images join, and only one of them is built',
      {
        before: entry('web'),
        after: `${entry('web') + entry('api')}- {name: redis, repoURL: docker.io/library/redis}\n`,
        dockerfiles: { api: 'FROM node:22\n' },
      },
      '**[`api`] and [`redis`] join the factory.** One of them is rebuilt by its workflow when `node:22` changes, at most once per 7d. Merging starts no build.',
    ],
    [
      'an image joins',
      {
        before: entry('web'),
        after: entry('web') + entry('order-book', ['rebuildDelay: 48h']),
        dockerfiles: {
          'order-book':
            'FROM golang:1.25-bookworm AS build\nFROM gcr.io/distroless/static-debian12:nonroot\nCOPY --from=build /a /a\n',
        },
      },
      '**[`order-book`] joins the factory.** [`order-book.yml`] rebuilds it when `gcr.io/distroless/static-debian12:nonroot` or `golang:1.25-bookworm` changes, at most once per 48h. Merging starts no build.',
    ],
    [
      'a shorter delay',
      { before: entry('shop-web'), after: entry('shop-web', ['rebuildDelay: 24h']) },
      '**[`shop-web`] is rebuilt more often, up to once per 24h** (`rebuildDelay` 7d (default) → 24h). Merging starts no build.',
    ],
    [
      'review and soak go, and another repository is deployed',
      {
        before: payments(false, true, '24h'),
        after: payments(true, false, '0').replace('repository: acme/', 'repository: other/'),
      },
      '**[`payments`] is deployed to `production` without review** (`auto` false → true, `pullRequest` true → false, `soak` 24h → 0) and **takes its new versions from a different repository** (`repository` `acme/payments` → `other/payments`). Merging starts no build. Once merged, Kargo may deploy the newest version of `payments` to `production` automatically.',
    ],
    [
      'an image leaves',
      { before: entry('web') + entry('uv'), after: entry('web') },
      "**`uv` leaves the factory** and is no longer rebuilt. Its Warehouse and 2 Stages are deleted, and with them Kargo's record of its versions and promotions. Its state is archived in `_archive/`. Merging starts no build.",
    ],
    [
      'nothing',
      { before: entry('web'), after: `${entry('web')}# A comment.\n` },
      '**Nothing changes.** 1 image, 1 base image checked.',
    ],
  ])('%s', async (_, pull, said) => {
    expect(effectOf(commentOf(await previewOf(pull)))).toBe(said)
  })
})

describe('what is said of', () => {
  const analysis = (vulnerabilities: string, templates = '[smoke]') => [
    `analysis: {vulnerabilities: ${vulnerabilities}, templates: ${templates}}`,
  ]
  const UPDATE = 'updates: [{repo: acme/deploy, branch: a, path: a.yaml, type: yaml-update, key: a}]'
  const update = (from = '', to = '') => [UPDATE.replace(from, to)]
  it.each([
    ['a higher severity', analysis('HIGH'), analysis('CRITICAL'), 'is checked less strictly'],
    ['a check that goes', analysis('HIGH'), analysis('HIGH', '[]'), 'is checked less strictly'],
    ['a check that comes', analysis('HIGH', '[]'), analysis('HIGH'), 'is checked differently'],
    ['a lower severity', analysis('CRITICAL'), analysis('HIGH'), 'is checked differently'],
    ['one of each', analysis('CRITICAL'), analysis('HIGH', '[]'), 'is checked differently'],
    ['another repository', update(), update('acme/deploy', 'acme/other'), 'is deployed through another repository'],
    ['another branch', update(), update('branch: a', 'branch: b'), 'is deployed through another branch'],
    ['another file', update(), update('path: a', 'path: b'), 'is deployed through another file'],
    ['another key', update(), update('key: a', 'key: b'), 'is deployed through another key'],
  ])('%s', async (_, before, after, said) => {
    const plan = await previewOf({ before: entry('web', before), after: entry('web', after) })
    expect(effectOf(commentOf(plan))).toContain(said)
  })
})

const DIGEST = `sha256:${'b2'.repeat(32)}`
const NODE = 'base-images/node-22-bookworm-slim.yaml'
/** node:22 got another digest after web was enrolled, and web was not built since. */
const patches = {
  [NODE]: (text: string) =>
    text
      .replace('currentDigest: null', `currentDigest: ${DIGEST}`)
      .replace(/lastUpdated: null.*/, "lastUpdated: '2026-03-10T09:00:00.000Z'"),
}
const OVERRIDE = `- {base: node:22-bookworm-slim, digest: ${DIGEST}, reason: CVE-2026-1, expires: 2026-12-31}\n`
const STARTS = '**Merging may start 1 build**: `web` (`node:22-bookworm-slim` changed, due `2026-03-10 09:00 UTC`).'

describe('what merging itself does', () => {
  it.each([
    ['automatic again', ['autoRebuild: false'], ['autoRebuild: true'], undefined, STARTS],
    ['automatic again, by default', ['autoRebuild: false'], [], undefined, STARTS],
    ['switched on', ['enabled: false'], [], undefined, STARTS],
    ['an override that is new', [], [], OVERRIDE, STARTS],
    ['a shorter delay: what waits keeps its own', [], ['rebuildDelay: 24h'], undefined, 'Merging starts no build.'],
    ['automatic no more', [], ['autoRebuild: false'], undefined, 'Merging starts no build.'],
  ])('%s', async (_, before, after, overrides, said) => {
    const held = entry('api', ['autoRebuild: false'])
    const files = { before: held + entry('web', before), after: held + entry('web', after) }
    const plan = await previewOf({ ...files, patches, ...(overrides === undefined ? {} : { overrides }) })
    expect(effectOf(commentOf(plan))).toContain(said)
    const other = said === STARTS ? 'starts no build' : 'may start'
    expect(effectOf(commentOf(plan))).not.toContain(other)
  })

  it.each([
    ['longer', '2026-12-31', 'longer: until `2026-06-30 23:59 UTC` → `2026-12-31 23:59 UTC`'],
    ['as long', '2026-06-30', null],
    ['shorter', '2026-05-31', null],
  ])('shows an override that holds %s', async (_, expires, said) => {
    const until = (day: string) => OVERRIDE.replace('2026-12-31', day)
    const web = entry('web')
    const overridden = { overridesBefore: until('2026-06-30'), overrides: until(expires) }
    const comment = commentOf(await previewOf({ before: web, after: web, patches, ...overridden }))
    if (said === null) expect(comment).not.toContain('Which rebuilds skip the delay')
    else expect(comment).toContain(said)
  })

  it('starts no build where nothing changed meanwhile', async () => {
    const plan = await previewOf({ before: entry('web', ['autoRebuild: false']), after: entry('web') })
    expect(effectOf(commentOf(plan))).toContain('Merging starts no build.')
  })
})

describe('sizes', () => {
  it('200 images that change', async () => {
    const delays = ['', 'rebuildDelay: 30d', 'rebuildDelay: 24h', 'minimumReleaseAge: 1d']
    const changed = ['rebuildDelay: 14d', 'rebuildDelay: 7d', 'rebuildDelay: 12h', 'minimumReleaseAge: 3d']
    const name = (index: number) => `service-${String(index).padStart(5, '0')}`
    const all = (lines: readonly string[]) =>
      Array.from({ length: 200 }, (_, index) => entry(name(index), [lines[index % 4] ?? ''].filter(Boolean))).join('')
    const after = [3, 50, 101, 152].reduce(
      (text, index) => text.replace(`repo: acme/${name(index)},`, 'repo: acme/service-three,'),
      all(changed),
    )
    const comment = commentOf(await previewOf({ before: all(delays), after }))
    await expect(comment).toMatchFileSnapshot(golden('two-hundred-changed'))
    expect(comment.length).toBeLessThan(12_000)
  })

  it('the first enrollment of four images', async () => {
    const four = ['backend', 'frontend', 'mailer', 'search'].map((name) => entry(name)).join('')
    const comment = commentOf(await previewOf({ before: entry('web'), after: entry('web') + four }))
    expect(comment.length).toBeLessThan(20_000)
    expect(comment).not.toContain('omitted')
    const [above = '', manifests = ''] = comment.split('<details><summary>Kargo manifests: ')
    const [inside = '', below = ''] = manifests.split('<details><summary>Dependency graph')
    expect(inside.match(/^```diff/gm)).toHaveLength(12)
    expect(above + below).not.toMatch(/^```(?!mermaid|$)/m)
    await expect(comment).toMatchFileSnapshot(golden('four-enrolled'))
  })

  it('the first images.yaml', async () => {
    const four = ['backend', 'frontend', 'mailer', 'search'].map((name) => entry(name)).join('')
    const comment = commentOf(await previewOf({ before: null, after: four }))
    expect(comment.length).toBeLessThan(20_000)
    await expect(comment).toMatchFileSnapshot(golden('first-images-file'))
  })

  it('a base branch that cannot be read', async () => {
    const file = (interval: string, lines: readonly string[]) =>
      `settings: {pollInterval: ${interval}}\nimages:\n${entry('web', lines).replace(/^(?=.)/gm, '  ')}`
    const since = file('15m', ['rebuildDelya: 24h'])
    const plan = await previewOf({ before: file('15m', []), since, after: file('30m', ['rebuildDelay: 24h']) })
    await expect(commentOf(plan)).toMatchFileSnapshot(golden('base-not-readable'))
  })
})
