import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { runCli } from '../support/run-action.js'
import { removeTempFolders, tempFolder } from '../support/temp-folder.js'
import { EXAMPLES } from './factory.js'

afterAll(removeTempFolders)

const OLD = `sha256:${'0'.repeat(64)}`
const NEW = `sha256:${'1'.repeat(64)}`

/** The example, where node:22 got a new digest on 9 March and backstage was built on the 5th. */
async function changedExample(): Promise<string> {
  const { path } = await tempFolder('state')
  const edit = async (file: string, change: (text: string) => string) => {
    const text = await readFile(join(EXAMPLES, 'state-repo', file), 'utf8')
    await mkdir(dirname(join(path, file)), { recursive: true })
    await writeFile(join(path, file), change(text))
  }
  await edit('images.yaml', (text) => text)
  await edit('images/backstage.yaml', (text) =>
    text
      .replace(/^lastBuilt: .*$/m, "lastBuilt: '2026-03-05T08:00:00.000Z'")
      .replace(/^enrolledAt: .*$/m, "enrolledAt: '2026-01-05T08:00:00.000Z'"),
  )
  await edit('base-images/node-22-bookworm-slim.yaml', (text) =>
    text
      .replace(/^baselineDigest: .*$/m, `baselineDigest: ${OLD}`)
      .replace(/^currentDigest: .*$/m, `currentDigest: ${NEW}`)
      .replace(/^lastUpdated: .*$/m, "lastUpdated: '2026-03-09T20:30:00.000Z'"),
  )
  return path
}

const at = (time: string) => ({ SOURCE_DATE_EPOCH: String(Date.parse(time) / 1000) })

describe('explain', () => {
  test('tells every enrolled image in a table, in any folder', async () => {
    const { code, stdout, stderr } = await runCli(['explain', '--state', join(EXAMPLES, 'state-repo')], { cwd: '/' })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^IMAGE {2,}REBUILD {2,}LAST BUILT {2,}BASE IMAGE {2,}DIGEST {2,}SINCE {2,}CHANGE\n/)
    for (const name of ['backstage', 'code-server-dev', 'e2e-test-runner', 'metrics-service', 'uv']) {
      expect(stdout).toMatch(new RegExp(`^${name} `, 'm'))
    }
  })

  test('the clock of the run decides between waiting and due', async () => {
    const cwd = await changedExample()
    const waiting = await runCli(['explain', 'backstage'], { cwd, env: at('2026-03-10T08:00:00Z') })
    expect(waiting.stdout).toContain('Waiting until 2026-03-12 08:00 UTC (in 2 days)')
    const due = await runCli(['explain', 'backstage'], { cwd, env: at('2026-03-12T08:00:00Z') })
    expect(due.stdout).toContain('Due since 2026-03-12 08:00 UTC (now)')
    expect(due.stdout).toContain('gh workflow run backstage.yml --repo craigedmunds/argocd-eda --ref main')
  })

  test('an override lets it go, and is told where it stands', async () => {
    const cwd = await changedExample()
    const override = `- {base: 'node:22-bookworm-slim', digest: '${NEW}', reason: a hole, expires: 2026-03-20}\n`
    await writeFile(join(cwd, 'overrides.yaml'), override)
    const { stdout } = await runCli(['explain', 'backstage', '--json'], { cwd, env: at('2026-03-10T08:00:00Z') })
    expect(JSON.parse(stdout)).toMatchObject({
      images: [{ status: 'due', reason: 'override', override: { line: 1, reason: 'a hole' } }],
    })
  })

  test('a name that is not enrolled: exit 1, and the one that was meant', async () => {
    const cwd = join(EXAMPLES, 'state-repo')
    const { code, stdout, stderr } = await runCli(['explain', 'backstge'], { cwd })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('Did you mean backstage?')
    const { stdout: data } = await runCli(['explain', 'backstge', '--json'], { cwd })
    expect(JSON.parse(data)).toMatchObject({ refused: true, problems: [{ severity: 'error' }] })
  })
})
