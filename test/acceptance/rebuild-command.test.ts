/** The command `rebuild` on a clone of the state: what it starts, what it says, and which files it touches. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { runCli, WORKFLOW_TOKEN } from '../support/run-action.js'
import { removeTempFolders } from '../support/temp-folder.js'
import { readTree } from './factory.js'
import { RebuildFactory } from './rebuild-factory.js'

let factory: RebuildFactory
let state: string
beforeEach(async () => {
  factory = await RebuildFactory.start(['web', 'api', 'cli'])
  await factory.run(0)
  state = await factory.stateFolder()
  factory.fake.onDispatch = (run) => {
    run.startedAt = factory.at(1, 1)
  }
})
afterEach(() => factory.stop())
afterAll(removeTempFolders)

function rebuild(...args: readonly string[]) {
  const { url } = factory.fake
  const servers = { GITHUB_API_URL: `${url}/api/v3`, GITHUB_SERVER_URL: url, GITHUB_TOKEN: WORKFLOW_TOKEN }
  const env = { SOURCE_DATE_EPOCH: String(Date.parse(factory.at(1)) / 1000), IMAGE_FACTORY_PAUSE: '0.01', ...servers }
  return runCli(['rebuild', ...args, '--state', state], { cwd: state, env })
}

test('starts what is named, and leaves the files of others as they are, in an older form too', async () => {
  for (const name of ['web', 'api', 'cli']) {
    const path = join(state, `images/${name}.yaml`)
    await writeFile(path, (await readFile(path, 'utf8')).replace(/^lastBuilt: .*$/m, "lastBuilt: 'None'"))
  }
  const before = await readTree(state)
  const run = await rebuild('web')
  expect(run.code, run.stderr).toBe(0)
  expect(run.stdout).toMatch(/^web +started .*actions\/runs\/9001$/m)
  expect(factory.fake.runs).toMatchObject([{ inputs: { base: 'web' } }])
  const after = await readTree(state)
  expect(Object.keys(after).filter((path) => after[path] !== before[path])).toEqual(['images/web.yaml'])
  expect(after['images/web.yaml']).toContain('result: started')
})

test('a trial says what would be started in the words of the report, and changes nothing', async () => {
  const before = await readTree(state)
  const run = await rebuild('web', 'api', '--dry-run')
  expect(run.stdout).toMatch(/^api +would be started/m)
  expect(run.stdout).not.toContain('cli')
  expect([factory.fake.runs, await readTree(state)]).toEqual([[], before])
  await rebuild('web')
  expect((await rebuild('web')).stdout).toMatch(/^web +is being built /m)
})
