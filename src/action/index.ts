/**
 * The action: reads the runner's input, runs the pipeline, reports the outcome. `inputs.ts` and `context.ts` are the
 * only files that read the environment; `target.ts` decides what the run may do, `run.ts` does it, `outputs.ts` and
 * `report-outcome.ts` report the result, that of another run too. `dashboard.ts` maintains the dashboard issue and reads
 * which rebuilds a person requested on it.
 */
import { ExitCode, setFailed } from '@actions/core'
import { Refusal } from '../enrollment/index.js'
import { buildRefusalReport, renderSummary } from '../report/index.js'
import type { Env } from '../run-options.js'
import { Clients } from './clients.js'
import { type Context, readContext } from './context.js'
import { isAboutIssue, requestedByBoxes, untickDashboard } from './dashboard.js'
import { type Inputs, readInputs } from './inputs.js'
import { annotate, knownSecrets, logLine, safe } from './log.js'
import { NO_OUTPUTS, setOutputs, writeSummary } from './outputs.js'
import { postReport, reportOutcome, stoppedLine } from './report-outcome.js'
import { run } from './run.js'

/** A run that failed before it reached the state shows only its problems. */
const NO_FOLDER = { path: '.', imagesFile: 'images.yaml', outputDir: 'dist' }

/**
 * Runs the action once. Never throws: an error fails the step, and the outputs are set regardless.
 *
 * @param now the time of the run, ISO 8601.
 */
export async function runAction(env: Env, now: string): Promise<void> {
  try {
    const inputs = readInputs()
    const context = readContext(env)
    if (inputs.reportFrom !== null) await postReport(inputs.reportFrom, inputs, context)
    else if (isAboutIssue(inputs, context)) await runForBoxes(inputs, context, now)
    else await reportOutcome(await run(inputs, context, now), inputs, context)
  } catch (error) {
    setOutputs(NO_OUTPUTS)
    if (error instanceof Refusal) {
      annotate(error.problems, false)
      await writeSummary(
        renderSummary(buildRefusalReport('preview', NO_FOLDER, error.problems), { secrets: knownSecrets() }),
      )
      process.exitCode = ExitCode.Failure
    } else {
      setFailed(safe(error instanceof Error ? (error.stack ?? error.message) : String(error)))
    }
    logLine(stoppedLine({ isDefect: !(error instanceof Refusal) }))
  }
}

/** A commit run for what a person requested on the dashboard; no run if that is nothing. */
async function runForBoxes(inputs: Inputs, context: Context, now: string): Promise<void> {
  const clients = new Clients(inputs, context)
  const rebuild = await requestedByBoxes(inputs, context, clients)
  if (rebuild === null) {
    setOutputs(NO_OUTPUTS)
    return
  }
  const outcome = await run({ ...inputs, rebuild }, context, now)
  if (outcome.plan.refused) await untickDashboard(inputs, context, clients)
  await reportOutcome(outcome, inputs, context)
}
