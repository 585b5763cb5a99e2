import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import type { CommandContext, CommonOptions } from '../../../src/cli/options.js'
import { recordingTerminal } from '../../support/terminal.js'

/** A folder of its own for each test of the file that calls this. */
export function folderPerTest(): () => string {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'command-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  return () => folder
}

/** What a command runs with in a state folder, and what it prints. */
export function contextIn(state: string, more: Partial<CommonOptions> = {}, env: CommandContext['env'] = {}) {
  const { terminal, printed } = recordingTerminal()
  const options = { state, images: 'images.yaml', output: 'dist', ...more }
  return { context: { options, env, terminal, now: '2026-01-01T00:00:00Z' }, printed }
}
