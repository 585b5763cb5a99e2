import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

const suite = (name: string, timeout: number) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    // Only these draw at random.
    setupFiles: name === 'unit' || name === 'fuzz' ? ['test/support/random.ts'] : [],
    // What tests import keeps no state that others see: it is loaded once a worker, not once a file.
    isolate: false,
    globalSetup: name === 'unit' || name === 'fuzz' ? [] : ['test/support/compiled-bundle.ts'],
    testTimeout: timeout,
    hookTimeout: timeout,
  },
})

/** Skipped where no cluster is named. All its scenarios wait for the same cluster at once. */
const kargo = { test: { ...suite('kargo', 1_800_000).test, maxConcurrency: 1000 } }

const report = process.env.TEST_REPORT

export default defineConfig({
  test: {
    // Most tests wait for processes they spawned: one worker more than there are cores costs nothing.
    maxWorkers: availableParallelism() + 1,
    // Properties make and drop a lot: with room for it, less time goes into collecting it.
    execArgv: ['--min-semi-space-size=32', '--max-semi-space-size=32'],
    projects: [
      suite('unit', 60_000),
      suite('integration', 60_000),
      suite('acceptance', 120_000),
      suite('fuzz', 3_600_000),
      kargo,
    ],
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    coverage: { provider: 'v8', include: ['src/**'], reporter: ['text-summary', 'json-summary'] },
  },
})
