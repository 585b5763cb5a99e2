/**
 * Many runs at once against one repository, while people push to it: nothing may be lost, nothing forced, and every
 * commit of ours has to belong to its own images.yaml. CONCURRENCY_ROUNDS repeats it.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pLimit from 'p-limit'
import { afterAll, describe, expect } from 'vitest'
import { checkout } from '../support/checkout.js'
import { eventPayloads } from '../support/events.js'
import type { FakeGitHub } from '../support/fake-github.js'
import { eachDue, FULL } from '../support/full.js'
import { git, tokenEnvironment, tryGit } from '../support/git.js'
import { type ActionRun, runAction, runCli, WORKFLOW_TOKEN } from '../support/run-action.js'
import { removeTempFolders, withTempFolder } from '../support/temp-folder.js'
import { EXAMPLES, ORDER_BOOK, readTree, STATE, startFactory, stopFactory } from './factory.js'

afterAll(removeTempFolders)

const RUNS = FULL ? 20 : 4
const AT_ONCE = 6
const ROUNDS = Array.from({ length: Number(process.env.CONCURRENCY_ROUNDS ?? 1) }, (_, index) => index + 1)
/** One moment for everybody: what is generated depends on images.yaml alone then. */
const EPOCH = { SOURCE_DATE_EPOCH: '1767225600' }
const isGenerated = (path: string) => /^(?:dist|images|base-images)\//.test(path)

/** What person number `index` does to images.yaml: enrolls, delays, or takes an earlier image out again. */
function edited(images: string, index: number): string {
  const enrolled = `${images}${ORDER_BOOK.replaceAll('order-book\n', `order-book-${index}\n`)}`
  if (index % 3 === 1) return `${enrolled}  rebuildDelay: ${index}d\n`
  return index % 3 === 0 ? enrolled : enrolled.replace(/\n- name: order-book-\d+\n(?: {2}.*\n)+/, '\n')
}

/** Somebody changes images.yaml and pushes, pulling as often as it takes. */
async function pushImages(fake: FakeGitHub, index: number): Promise<string> {
  const folder = await checkout({ fake, repository: STATE })
  const env = tokenEnvironment(fake.url, WORKFLOW_TOKEN)
  for (let attempt = 0; attempt < 50; attempt += 1) {
    await git(folder, ['fetch', '--quiet', '--depth=1', 'origin', 'refs/heads/main'], { env })
    await git(folder, ['reset', '--quiet', '--hard', 'FETCH_HEAD'])
    const file = join(folder, 'images.yaml')
    await writeFile(file, edited(await readFile(file, 'utf8'), index))
    await git(folder, ['commit', '--quiet', '--all', '--message', `Images ${index}`])
    const push = await tryGit(folder, ['push', '--quiet', 'origin', 'HEAD:refs/heads/main'], { env })
    if (push.code === 0) return git(folder, ['rev-parse', 'HEAD'])
  }
  throw new Error(`person ${index} could not push`)
}

interface Started {
  readonly pushed: string | null
  readonly run: ActionRun
}

/** Every second run follows a push of images.yaml, with a checkout of it; the others come by schedule, with none. */
async function start(fake: FakeGitHub, index: number, method: string): Promise<Started> {
  const common = { fake, repository: STATE, runId: 1001 + index, env: EPOCH, inputs: { 'commit-method': method } }
  if (index % 2 === 1) {
    const event = await eventPayloads.schedule(fake, STATE)
    return { pushed: null, run: await runAction({ ...common, ...event, timeoutMs: 300_000 }) }
  }
  const pushed = await pushImages(fake, index / 2)
  const workspace = await checkout({ fake, repository: STATE, ref: 'refs/heads/main', sha: pushed })
  const event = { ...(await eventPayloads.push(fake, STATE)), sha: pushed }
  return { pushed, run: await runAction({ ...common, ...event, workspace, timeoutMs: 300_000 }) }
}

/** What the command line makes of an images.yaml, with nothing else to go by. */
async function synthesized(images: string, apiUrl: string): Promise<Record<string, string>> {
  return withTempFolder(async (folder) => {
    await writeFile(join(folder, 'images.yaml'), images)
    const run = await runCli(['synth', '--sources', join(EXAMPLES, 'sources')], {
      cwd: folder,
      env: { ...EPOCH, GITHUB_API_URL: apiUrl },
    })
    expect(run.code, run.stdout + run.stderr).toBe(0)
    return generatedOf(Object.entries(await readTree(folder)))
  })
}

function generatedOf(files: Iterable<readonly [string, string]>): Record<string, string> {
  return Object.fromEntries([...files].filter(([path]) => isGenerated(path)).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Every move of the branch as the server logged it: from, to. */
async function moves(gitDir: string): Promise<string[][]> {
  const log = await readFile(join(gitDir, 'logs/refs/heads/main'), 'utf8')
  return log
    .trim()
    .split('\n')
    .map((line) => line.split(' ').slice(0, 2))
}

/** The one message a run may end with: others were faster each time, and made the files in its stead. */
function isAlwaysLate({ annotations }: ActionRun): boolean {
  const errors = annotations.filter(({ level }) => level === 'error').map(({ message }) => message)
  return errors.length === 2 && /^the branch changed during each of \d+ attempts/.test(errors[0] ?? '')
}

async function checkBranch(fake: FakeGitHub, started: readonly Started[], first: string): Promise<number> {
  const { gitDir } = fake.repositories.get(STATE)
  const log = await fake.log(STATE, 'main')
  const pushed = started.flatMap((one) => one.pushed ?? [])
  const ours = log.filter(({ message }) => message.includes('Image-Factory-Run: '))
  expect(log.every(({ parents }) => parents.length < 2)).toBe(true)
  expect(log.map(({ sha }) => sha)).toEqual(expect.arrayContaining(pushed))
  expect(log).toHaveLength(1 + pushed.length + ours.length)
  // Each move is one commit forward: from the parent to the child, in the order of the history.
  const forward = log.slice(0, -1).map(({ sha, parents }) => [parents[0], sha])
  expect((await moves(gitDir)).filter(([, to]) => to !== first)).toEqual(forward.reverse())
  const expected = new Map<string, Record<string, string>>()
  const committed = started.flatMap(({ run }) => run.outputs.get('commit-sha') || [])
  expect(ours.map(({ sha }) => sha).sort()).toEqual(committed.sort())
  for (const { sha } of [{ sha: 'main' }, ...ours]) {
    const files = await fake.readFiles(STATE, sha)
    const images = files.get('images.yaml') ?? ''
    const wanted = expected.get(images) ?? (await synthesized(images, fake.apiUrl))
    expected.set(images, wanted)
    expect(generatedOf(files), `generated files of ${sha}`).toEqual(wanted)
  }
  return ours.length
}

describe.each(ROUNDS)('round %i', (round) => {
  eachDue([['api'], ['push']])(
    '%s: many runs at once, half as many pushes between them, nothing lost',
    async (method) => {
      const fake = await startFactory()
      const { gitDir } = fake.repositories.get(STATE)
      await git(gitDir, ['config', 'core.logAllRefUpdates', 'always'])
      const first = await fake.head(STATE, 'main')
      const limit = pLimit(AT_ONCE)
      const started = await Promise.all(
        Array.from({ length: RUNS }, (_, index) => limit(() => start(fake, index, method))),
      )
      const commits = await checkBranch(fake, started, first)
      for (const { run } of started) expect(run.code === 0 || isAlwaysLate(run), run.stdout).toBe(true)
      const again = started.map(({ run }) => run.stdout.split('has changed in the meantime').length - 1)
      if (ROUNDS.length > 1) {
        const green = started.filter(({ run }) => run.code === 0).length
        const figures = `${green} green; ${commits} commits; made again ${again.join(' ')}`
        console.info(`round ${round}, ${method}: 0 lost of ${RUNS}; ${figures}`)
      }
      await stopFactory(fake)
    },
    600_000,
  )
})
