/** The log of a run: what is seen without unfolding anything, its last line, what is said of an action that moves. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkout } from '../support/checkout.js'
import { eventPayloads } from '../support/events.js'
import type { FakeGitHub } from '../support/fake-github.js'
import { eachDue, takingTurns } from '../support/full.js'
import { runAction } from '../support/run-action.js'
import { removeTempFolders, tempFolder } from '../support/temp-folder.js'
import { exampleImages, ORDER_BOOK, pushRun, STATE, startFactory, stopFactory } from './factory.js'

/** How else a run may end. */
const turn = takingTurns()

let fake: FakeGitHub

beforeEach(async () => {
  fake = await startFactory()
})
afterEach(() => stopFactory(fake))
afterAll(removeTempFolders)

const ACTION = 'craigedmunds/image-factory-action'
const SHA = '3d3c42e5aac5ba805825da76410c181273ba90b1'

/** The log as it looks when it is opened: groups are folded. */
function unfolded(stdout: string): string[] {
  const text = stdout.replace(/^::group::(.*)\n[\s\S]*?^::endgroup::\n/gm, '▸ $1\n')
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('::add-mask::'))
}

const lastOf = (stdout: string) => stdout.trimEnd().split('\n').at(-1)

async function previewRun(images: string, env: Record<string, string> = {}) {
  await fake.commitFiles(STATE, 'topic', { 'images.yaml': images }, 'Change the enrollment')
  await fake.createPullRequest(STATE, { number: 1, head: { ref: 'topic' } })
  const workspace = await checkout({ fake, repository: STATE, ref: 'refs/pull/1/merge' })
  return runAction({ fake, repository: STATE, workspace, env, ...(await eventPayloads.pullRequest(fake, STATE, 1)) })
}

describe('the log', () => {
  test('of a commit reads as a table of contents, and ends with what was committed and where it is', async () => {
    const run = await pushRun(fake)
    expect(run.code, run.stdout).toBe(0)
    const sha = run.outputs.get('commit-sha') ?? ''
    const lines = unfolded(run.stdout)
    expect(lines.slice(0, -1)).toEqual([
      'Mode commit, state in acme/factory-state.',
      '▸ Open the state repository',
      '▸ Load the state',
      '  0 state files, 0 manifest files.',
      '▸ Validate images.yaml',
      '  5 images enrolled.',
      '▸ Discover base images',
      '  5 Dockerfiles looked up, 0 of them failed.',
      '▸ Merge the state',
      '  6 base images are tracked.',
      '▸ Make manifests',
      '  12 manifest files.',
      '▸ Compare manifests',
      '  38 resources change.',
      '▸ Guard against deletions',
      '▸ Commit',
      `  Committed ${sha} to main.`,
      '▸ All problems and differences',
    ])
    expect(lines.at(-1)).toBe(
      `Committed ${sha.slice(0, 12)} to main: 5 images, 6 base images: 38 resources added (+1802 lines). ` +
        `See commit ${fake.url}/${STATE}/commit/${sha} · summary ${fake.url}/${STATE}/actions/runs/1001`,
    )
    expect(run.stdout).toMatch(/^::group::Discover base images\n\d+\.\d s, answers from GitHub: 1\n/m)
  })

  turn()('of a run that changes nothing folds nothing away', async () => {
    await pushRun(fake)
    const run = await pushRun(fake, { runId: 1002 })
    expect(run.stdout).not.toContain('All problems and differences')
    expect(lastOf(run.stdout)).toMatch(/^Nothing to commit: ✅ No manifest changes — .* See summary http/)
  })

  turn()('of a preview ends with the comment', async () => {
    const run = await previewRun((await exampleImages()) + ORDER_BOOK)
    expect(lastOf(run.stdout)).toMatch(/^Preview: 6 images, .* See comment http\S+#issuecomment-\d+ · summary /)
  })

  turn()('of a refused images.yaml ends with how many errors there are and what messages mean', async () => {
    const run = await previewRun('- name: A\n')
    expect(run.code).toBe(1)
    expect(lastOf(run.stdout)).toMatch(/^❌ Failed with \d+ errors?: nothing was written.*troubleshooting\.md#/)
    expect(unfolded(run.stdout)).toContain('▸ All problems and differences')
  })

  turn()('of a run that could not begin says that nothing was written', async () => {
    const workspace = (await tempFolder('workspace')).path
    const event = await eventPayloads.push(fake, STATE)
    const run = await runAction({ fake, repository: STATE, workspace, inputs: { mode: 'perhaps' }, ...event })
    expect(run.code).toBe(1)
    expect(lastOf(run.stdout)).toMatch(/^Stopped, nothing was written\. What messages mean: https:/)
  })
})

describe('an action that is named by', () => {
  const notices = (stdout: string) =>
    stdout.split('\n').filter((line) => /^::notice::.*can move to other code/.test(line))
  const named = (repository: string, ref: string) => ({
    GITHUB_ACTION_REPOSITORY: repository,
    GITHUB_ACTION_REF: ref,
  })

  eachDue([['main'], ['v1']])('%s gets one notice, and the run is good', async (ref) => {
    const run = await pushRun(fake, { env: named(ACTION, ref) })
    expect(run.code, run.stdout).toBe(0)
    expect(notices(run.stdout)).toEqual([expect.stringContaining(`${ACTION}@${ref} is not pinned`)])
    expect(run.summary).not.toContain('can move to other code')
  })

  eachDue([
    ['a SHA', ACTION, SHA],
    ['its path in the workspace', '', ''],
  ])('%s gets none', async (_, repository, ref) => {
    const run = await pushRun(fake, { env: named(repository, ref) })
    expect(run.code, run.stdout).toBe(0)
    expect(notices(run.stdout)).toEqual([])
  })
})
