import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { makePlan } from '../../../src/pipeline.js'
import { makePreview } from '../../../src/preview.js'
import { renderComment, toData } from '../../../src/report/index.js'
import { type FileRequest, readFromDirectory, requestKey, type SourceReader } from '../../../src/sources/index.js'
import { type StateFolder, writeFiles } from '../../../src/state/index.js'
import { quietJob } from '../../support/quiet-job.js'
import { removeTempFolders, tempFolder } from '../../support/temp-folder.js'

const EXAMPLES = fileURLToPath(new URL('../../../examples', import.meta.url))
afterAll(removeTempFolders)

/** A reader that remembers what it was asked for, and finds some files changed. */
function reading(changed: Readonly<Record<string, string>> = {}): { read: SourceReader; asked: FileRequest[] } {
  const sources = readFromDirectory(join(EXAMPLES, 'sources'))
  const asked: FileRequest[] = []
  const read: SourceReader['read'] = async (requests) => {
    asked.push(...requests)
    const answers = await sources.read(requests)
    return new Map(
      requests.map((request) => {
        const [key, text] = [requestKey(request), changed[`${request.repo}/${request.path}`]]
        const known = answers.get(key) ?? { kind: 'found', text: '', branch: null }
        return [key, text === undefined ? known : { kind: 'found', text, branch: 'main' }] as const
      }),
    )
  }
  return { read: { ...sources, read }, asked }
}

/** The example as base and as head, generated and up to date in both. */
async function twoFolders(): Promise<{ base: StateFolder; head: StateFolder }> {
  const { path } = await tempFolder()
  const at = (name: string): StateFolder => ({
    root: join(path, name),
    path: '.',
    imagesFile: 'images.yaml',
    outputDir: 'dist',
  })
  const [base, head] = [at('base'), at('head')]
  await cp(join(EXAMPLES, 'state-repo'), base.root, { recursive: true })
  writeFiles(base.root, (await makePlan(quietJob(reading().read), base)).changes)
  await cp(base.root, head.root, { recursive: true })
  return { base, head }
}

async function edit({ root, imagesFile }: StateFolder, change: (text: string) => string): Promise<void> {
  const file = join(root, imagesFile)
  await writeFile(file, change(await readFile(file, 'utf8')))
}

const NEW_IMAGE = `
- name: order-book
  registry: ghcr.io
  repository: craigedmunds/market-making/order-book
  source: {repo: craigedmunds/market-making, branch: main, dockerfile: order-book/Dockerfile, workflow: order-book.yml}
`
const MARKER = { id: 'default', sha: 'a'.repeat(40), run: 1, attempt: 1 }
const MOVED = { 'craigedmunds/market-making/metrics-service/Dockerfile': 'FROM python:3.14-slim\n' }
const longer = (text: string) => text.replace('rebuildDelay: 30d', 'rebuildDelay: 45d')
const found = (folder: StateFolder) => async () => ({ kind: 'found' as const, folder })
const names = (changes: readonly { readonly kind: string; readonly id: { readonly name: string } }[]) =>
  changes.map(({ kind, id }) => `${kind} ${id.name}`).sort()

describe('a preview against the base branch', () => {
  it('tells what the pull request causes from what comes anyway', async () => {
    const { base, head } = await twoFolders()
    await edit(head, longer)
    const { report } = await makePreview(quietJob(reading(MOVED).read), head, found(base))
    expect(report.changes).toHaveLength(1)
    expect(report.images.flatMap(({ details }) => details)).toEqual([
      { key: 'rebuildDelay', before: '30d', after: '45d' },
    ])
    expect(report.bases.every(({ change }) => change === 'unchanged')).toBe(true)
    expect(report.baseDrift).toMatchObject({ kind: 'known', images: [], stateFiles: 2 })
    expect(report.baseDrift?.kind === 'known' && names(report.baseDrift.changes)).toEqual([
      'added python-3.14-slim',
      'added soak-python-3.14-slim',
      'modified rebuild-trigger-metrics-service',
    ])
  })

  it('tells both changes of one object apart', async () => {
    const { base, head } = await twoFolders()
    await edit(head, (text) => text.replace(/(name: metrics-service[\s\S]*?rebuildDelay: )\w+/, '$199d'))
    const { report } = await makePreview(quietJob(reading(MOVED).read), head, found(base))
    expect(names(report.changes)).toEqual(['modified rebuild-trigger-metrics-service'])
    const [change] = report.changes
    expect(change?.before).toContain('python-3.14-slim')
    expect(change?.after).toContain('python-3.14-slim')
    expect(report.baseDrift?.kind === 'known' && names(report.baseDrift.changes)).toContain(
      'modified rebuild-trigger-metrics-service',
    )
  })

  it('counts nothing twice when the branch was merged with what it generates', async () => {
    const { base, head } = await twoFolders()
    await edit(head, longer)
    const job = quietJob(reading().read)
    writeFiles(head.root, (await makePlan(job, head)).changes)
    const { report } = await makePreview(job, head, found(base))
    expect(report.changes).toHaveLength(1)
    expect(report.baseDrift).toMatchObject({ changes: [], stateFiles: 0 })
  })

  it('warns of manifests that somebody made by hand', async () => {
    const { base, head } = await twoFolders()
    const file = 'dist/image-uv.k8s.yaml'
    await writeFile(join(head.root, file), `${await readFile(join(head.root, file), 'utf8')}# mine\n`)
    const { report } = await makePreview(quietJob(reading().read), head, found(base))
    expect(report.changes).toEqual([])
    expect(report.problems.filter((one) => one.severity === 'warning')).toMatchObject([{ file }])
  })

  it('asks for no file twice', async () => {
    const { base, head } = await twoFolders()
    const { read, asked } = reading()
    await makePreview(quietJob(read), head, found(base))
    expect(new Set(asked.map(requestKey)).size).toBe(asked.length)
  })

  it('knows the settings there were', async () => {
    const { base, head } = await twoFolders()
    await edit(head, (text) => `settings: {pollInterval: 30m}\nimages:\n${text.replace(/^(?=.)/gm, '  ')}`)
    const { report } = await makePreview(quietJob(reading().read), head, found(base))
    expect(report.settings).toEqual([{ key: 'pollInterval', before: '15m', after: '30m' }])
    expect(report.causes.map(([, cause]) => cause)).toContain('`settings.pollInterval`')
  })

  it('says the same whenever it runs, of a new image too', async () => {
    const { base, head } = await twoFolders()
    await edit(head, (text) => `${text}${NEW_IMAGE}`)
    const input = async (now: string) => {
      const { report, files } = await makePreview(quietJob(reading(MOVED).read, { now }), head, found(base))
      const manifests = [...files].filter(([path]) => path.startsWith('dist/'))
      return { manifests, data: toData(report), comment: renderComment(report, { marker: MARKER }) }
    }
    const first = await input('2026-03-01T08:00:00.000Z')
    expect(first.comment).toContain('order-book')
    expect(await input('2027-01-01T00:00:00.000Z')).toEqual(first)
  })

  it.each([
    ['retries', '0', '1'],
    ['retryPause', '2h', '1h'],
    ['baseInterval', '12h', '24h'],
  ])('knows that %s was another', async (key, after, before) => {
    const { base, head } = await twoFolders()
    await edit(head, (text) => `settings: {${key}: ${after}}\nimages:\n${text.replace(/^(?=.)/gm, '  ')}`)
    const { report } = await makePreview(quietJob(reading().read), head, found(base))
    expect(report.settings).toEqual([{ key, before, after }])
  })

  it.each([
    [
      'is broken',
      async (base: StateFolder) => {
        await edit(base, () => '- name: X\n')
        return found(base)
      },
      /has errors itself/,
    ],
    ['cannot be read', async () => async () => ({ kind: 'unknown' as const, reason: 'gone' }), /^gone$/],
  ])('goes on without a base that %s', async (_, make, reason) => {
    const { base, head } = await twoFolders()
    await edit(head, longer)
    const { report, refused } = await makePreview(quietJob(reading(MOVED).read), head, await make(base))
    expect(refused).toBe(false)
    expect(report.baseDrift).toMatchObject({ kind: 'unknown', reason: expect.stringMatching(reason) })
    expect(report.changes).toHaveLength(4)
  })
})
