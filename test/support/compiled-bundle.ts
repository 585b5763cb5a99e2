/** Around the suites that spawn the bundle: a folder in which Node keeps it compiled, for their hundreds of runs to share. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Vitest calls it once, before its workers start. */
export function setup(): void {
  process.env.COMPILED_BUNDLE = mkdtempSync(join(tmpdir(), 'compiled-bundle-'))
}

/** Vitest calls it once, when all is done. */
export function teardown(): void {
  const { COMPILED_BUNDLE } = process.env
  if (COMPILED_BUNDLE !== undefined) rmSync(COMPILED_BUNDLE, { recursive: true, force: true })
}
