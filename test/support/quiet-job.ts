import { type RunOptions, serversIn } from '../../src/run-options.js'
import type { SourceReader } from '../../src/sources/index.js'

/** A job over these sources whose plan is written: it looks up nothing, says nothing, and its clock stands. */
export function quietJob(read: SourceReader, more: Partial<RunOptions> = {}): RunOptions {
  return {
    mode: 'preview',
    read,
    maxDeletions: { kind: 'percent', percent: 25 },
    servers: serversIn({}),
    ownRepository: null,
    registries: null,
    builds: null,
    secrets: [],
    now: '2026-03-01T08:00:00.000Z',
    writes: true,
    step: (_, work) => work(),
    log: () => undefined,
    ...more,
  }
}
