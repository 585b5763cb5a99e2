/**
 * The generated manifests on a live Kargo: every scenario that must hold there, with an override for a foreign digest in
 * force all the time. Skipped where no cluster is named (CONTRIBUTING.md, "On a live Kargo").
 */
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CHECKED, CHECKS } from './scenarios/checked.ts'
import { ENROLLMENTS } from './scenarios/enrollment.ts'
import { FACTORIES } from './scenarios/factories.ts'
import { FORGE_FAULTS } from './scenarios/forge-faults.ts'
import { GITLAB } from './scenarios/gitlab.ts'
import { PAST } from './scenarios/histories.ts'
import { LISTINGS } from './scenarios/listing.ts'
import { LOAD, loadScenario } from './scenarios/load.ts'
import { PROMOTIONS } from './scenarios/promotions.ts'
import { REBUILDS } from './scenarios/rebuild.ts'
import { RESTARTS } from './scenarios/restarts.ts'
import { TELLINGS } from './scenarios/telling.ts'
import { suiteOptions } from './support/options.ts'
import { type Scenario, Suite } from './support/suite.ts'

const options = suiteOptions(process.env)
const isWanted = ({ title }: Scenario) => options?.only?.test(title) ?? true
const all: readonly Scenario[] = [
  ...REBUILDS,
  ...ENROLLMENTS,
  ...FORGE_FAULTS,
  ...GITLAB,
  ...PROMOTIONS,
  ...TELLINGS,
  ...LISTINGS,
  ...PAST,
]
const scenarios = all.filter(isWanted)
const checks = CHECKS.filter(isWanted)
const restarts = RESTARTS.filter(isWanted)
const why = options === null ? ' (skipped: see CONTRIBUTING.md, "On a live Kargo")' : ''

const HALF_AN_HOUR = 1_800_000
const HOUR = 3_600_000

describe.skipIf(options === null)(`a live Kargo${why}`, () => {
  let suite: Suite

  beforeAll(async () => {
    if (options === null) return
    suite = await Suite.begin(options, restarts.length)
    const { cluster } = suite
    const canCheck = (await cluster.hasRollouts()) && (options.runsJobs || (await cluster.hasNodes()))
    await suite.build(canCheck ? [...FACTORIES, CHECKED] : FACTORIES, [...scenarios, ...restarts, ...checks])
    if (options.runsJobs) suite.runJobs(CHECKED)
  }, HALF_AN_HOUR)

  afterAll(async () => {
    if (suite === undefined) return
    const file = suite.report.write(options?.report ?? null)
    process.stdout.write(`\n${suite.report.text()}\nThe same in ${file}\n`)
    expect(await suite.end(), 'left behind').toEqual([])
  }, HALF_AN_HOUR)

  it('takes every object without a warning', () => {
    expect([...suite.factories.values()].flatMap(({ warnings }) => warnings)).toEqual([])
  })

  it('stores every object as it was applied', async () => {
    for (const factory of suite.factories.values()) expect(await factory.drift()).toEqual([])
  })

  describe.skipIf(scenarios.length === 0)('scenarios', () => {
    it.concurrent.for(scenarios)('$title', async (scenario) => {
      await suite.play(scenario)
    })
  })

  describe.skipIf(restarts.length === 0)("the controller's pod", () => {
    it.concurrent.for(restarts)('$title', async (scenario) => {
      await suite.play(scenario)
    })
  })

  describe.skipIf(checks.length === 0)('checks', () => {
    it.concurrent.for(checks)('$title', async (scenario, { skip }) => {
      skip(!suite.factories.has(CHECKED.name), 'the cluster has no nodes, or no Argo Rollouts')
      await suite.play(scenario)
    })
  })

  it.skipIf(options?.load === 0)('many images at once (KARGO_TEST_LOAD)', { timeout: HOUR }, async () => {
    const load = loadScenario(options?.load ?? 0)
    await suite.build([LOAD], [load])
    await suite.play(load)
  })
})
