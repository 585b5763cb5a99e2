import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { runCli } from '../support/run-action.js'
import { removeTempFolders, tempFolder } from '../support/temp-folder.js'
import { EXAMPLES } from './factory.js'

const SOURCES = join(EXAMPLES, 'sources')
afterAll(removeTempFolders)

async function state(): Promise<string> {
  const { path } = await tempFolder('state')
  await cp(join(EXAMPLES, 'state-repo'), path, { recursive: true })
  return path
}

describe('graph', () => {
  test('shows what the state files know, without asking anybody', async () => {
    const cwd = await state()
    const { code, stdout } = await runCli(['graph'], { cwd })
    expect(code).toBe(0)
    expect(stdout).toContain('graph LR\n')
    expect(stdout).toContain('("docker.io/library/python:3.12-slim")')
    expect(stdout).toContain('["metrics-service"]')
  })

  test('is the same with discovery where nothing has moved on', async () => {
    const cwd = await state()
    const known = await runCli(['graph', '--format', 'dot'], { cwd })
    const now = await runCli(['graph', '--format', 'dot', '--discover', '--sources', SOURCES], { cwd })
    expect(now.stdout).toBe(known.stdout)
    expect(known.stdout).toMatch(/^digraph "image-factory" \{\n/)
  })

  test('is data with --json, and refuses a format it does not know', async () => {
    const cwd = await state()
    const { stdout } = await runCli(['graph', '--json'], { cwd })
    expect(JSON.parse(stdout)).toMatchObject({ images: expect.any(Array), baseImages: expect.any(Array) })
    const wrong = await runCli(['graph', '--format', 'svg'], { cwd })
    expect(wrong.code).toBe(1)
    expect(wrong.stderr).toContain('svg')
  })
})
