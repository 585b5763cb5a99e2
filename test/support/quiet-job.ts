import type { RunSetting } from '../../src/pipeline.js'
import type { SourceReader } from '../../src/sources/index.js'

/** A job over these sources whose plan is written: it looks up nothing, says nothing, and its clock stands. */
export function quietJob(read: SourceReader, more: Partial<RunSetting> = {}): RunSetting {
  return {
    mode: 'preview',
    read,
    maxDeletions: { kind: 'percent', percent: 25 },
    apiUrl: 'https://api.github.com',
    gitlabUrl: 'https://gitlab.com',
    here: null,
    registries: null,
    secrets: [],
    now: '2026-03-01T08:00:00.000Z',
    writes: true,
    step: (_, work) => work(),
    say: () => undefined,
    ...more,
  }
}
