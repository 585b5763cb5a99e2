/** What the action takes on a runner: the bundle as a workflow starts it, against the tests' GitHub. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hrtime } from 'node:process'
import type { WorkflowEvent } from '../test/support/events.js'
import { factoryOf } from './factory.ts'
import { type Measured, measured, medians, PRELOAD } from './measure.ts'
import type { Support } from './support.ts'

/** Three runs in a row on one factory. */
export interface ActionResult {
  readonly images: number
  /** A push of images.yaml to an empty state repository: everything is committed. */
  readonly first: Measured
  /** The same once more: nothing is. */
  readonly unchanged: Measured
  /** A pull request that changes one entry: a comment. */
  readonly preview: Measured
}

const STATE = 'example/state'

/** Wall times contain the fake's own work, on the same machine; processor times are the action's alone, without git's. */
export async function measureAction(
  node: string,
  bundle: string,
  { images, rounds }: { readonly images: number; readonly rounds: number },
  support: Support,
): Promise<ActionResult> {
  const all: Omit<ActionResult, 'images'>[] = []
  for (let round = 0; round < rounds; round += 1) all.push(await measureRound(node, bundle, images, support))
  const of = (which: 'first' | 'unchanged' | 'preview') => medians(all.map((one) => one[which]))
  return { images, first: of('first'), unchanged: of('unchanged'), preview: of('preview') }
}

async function measureRound(
  nodePath: string,
  bundle: string,
  images: number,
  { FakeGitHub, eventPayloads, runAction, WORKFLOW_TOKEN }: Support,
): Promise<Omit<ActionResult, 'images'>> {
  const { imagesYaml, repositories } = factoryOf(images)
  const fake = await FakeGitHub.start()
  const folder = mkdtempSync(join(tmpdir(), 'image-factory-bench-'))
  const usage = join(folder, 'usage.json')
  const env = { NODE_OPTIONS: `--require ${PRELOAD}`, BENCH_USAGE: usage }
  const run = async (event: WorkflowEvent): Promise<Measured> => {
    const start = hrtime.bigint()
    const { code, stdout } = await runAction({
      fake,
      repository: STATE,
      ...event,
      nodePath,
      bundle,
      env,
      timeoutMs: 600_000,
    })
    if (code !== 0) throw new Error(`the action ended with ${code}: ${stdout}`)
    return measured(Number(hrtime.bigint() - start) / 1e9, readFileSync(usage, 'utf8'))
  }
  try {
    for (const [repository, files] of repositories) await fake.createRepository(repository, { files })
    await fake.createRepository(STATE, { files: { 'images.yaml': imagesYaml } })
    const readable = [...repositories.keys()].map((name) => [name, 'read'] as const)
    fake.addToken(WORKFLOW_TOKEN, { ...Object.fromEntries(readable), [STATE]: 'write' })
    const first = await run(await eventPayloads.push(fake, STATE))
    const unchanged = await run(await eventPayloads.push(fake, STATE))
    await fake.commitFiles(STATE, 'change', {
      'images.yaml': imagesYaml.replace('rebuildDelay: 7d', 'rebuildDelay: 1d'),
    })
    await fake.createPullRequest(STATE, { number: 1, head: { ref: 'change' } })
    const preview = await run(await eventPayloads.pullRequest(fake, STATE, 1))
    return { first, unchanged, preview }
  } finally {
    await fake.close()
    rmSync(folder, { recursive: true })
  }
}
