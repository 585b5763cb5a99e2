import { refuse } from '../enrollment/index.js'
import { isDestructive } from '../manifests/index.js'
import { makePlan } from '../pipeline.js'
import type { Plan } from '../plan.js'
import { renderComment, renderPlain } from '../report/index.js'
import { type Env, type RunOptions, registryAccess, serversIn } from '../run-options.js'
import { cleanStateFolder, writeFiles } from '../state/index.js'
import { by, count } from '../text/index.js'
import { type CommandContext, type CommonOptions, PROGRAM, shownPath, stateFolder } from './options.js'
import { commandRunOptions, needingSources } from './run-options.js'
import { logOn, type Progress, printJson, printProblems, progressOn, type Terminal } from './terminal.js'

/** `synth`: writes state and manifests, all or nothing. @returns the exit code. */
export async function synth(context: CommandContext): Promise<number> {
  return write(context, null)
}

/** `refresh`: looks up digests in their registries, then writes like `synth`. */
export async function refresh(context: CommandContext): Promise<number> {
  const { env, terminal } = context
  const progress = progressOn(terminal)
  return write(context, await registryAccess(env, logOn(terminal).warning, progress.count), progress)
}

async function write(
  context: CommandContext,
  registries: RunOptions['registries'],
  progress: Progress = progressOn(context.terminal),
): Promise<number> {
  const { options, env, terminal } = context
  const folder = stateFolder(options, env)
  const run = { ...commandRunOptions('preview', context, registries, progress), writes: true }
  const plan = await makePlan(needingSources(run, context, 'Nothing was written.'), folder)
  if (!plan.refused) {
    cleanStateFolder(folder)
    writeFiles(folder.root, plan.changes)
  }
  if (options.json) printJson(terminal, planJson(plan))
  else {
    printReport(plan, terminal, false)
    if (!plan.refused) terminal.out(`${writtenLine(plan)}\n`)
  }
  return plan.refused ? 1 : 0
}

/**
 * `diff`: shows what `synth` would change.
 *
 * @param stat without the diffs.
 * @param markdown as the comment that a pull request would get.
 */
export async function diff(context: CommandContext, stat = false, markdown = false): Promise<number> {
  const { options, env, terminal } = context
  if ([options.json, stat, markdown].filter(Boolean).length > 1) {
    throw refuse('option-invalid', '--json, --stat and --markdown exclude each other.', { remedy: 'Give one of them.' })
  }
  const plan = await makePlan(commandRunOptions('preview', context), stateFolder(options, env))
  if (options.json) printJson(terminal, planJson(plan))
  else if (markdown) terminal.out(comment(plan, env))
  else printReport(plan, terminal, !stat)
  return plan.refused ? 1 : 0
}

/** The comment that a pull request would get, except for the run that wrote it. */
function comment({ report }: Plan, env: Env): string {
  const marker = { id: 'default', sha: '', run: 0, attempt: 0 }
  return renderComment({ ...report, servers: serversIn(env) }, { marker })
}

/** `check`: exit code 0 when all generated files are up to date, 2 when not, 1 when that cannot be determined. */
export async function check(context: CommandContext): Promise<number> {
  const { options, env, terminal } = context
  const run = needingSources(commandRunOptions('check', context), context, 'Nothing was compared.')
  const plan = await makePlan(run, stateFolder(options, env))
  if (options.json) printJson(terminal, planJson(plan))
  else if (plan.refused) printReport(plan, terminal, false)
  else if (plan.changes.size === 0) terminal.out('Generated files are up to date.\n')
  else {
    printReport(plan, terminal, false)
    const files = [...plan.changes.keys()].sort()
    terminal.out(`${count(files.length, 'generated file')} ${files.length === 1 ? 'is' : 'are'} out of date:\n`)
    for (const file of files) terminal.out(`  ${file}\n`)
    terminal.out(`Update them with: ${PROGRAM} synth${commandOptions(options)}\n`)
  }
  if (plan.refused) return 1
  return plan.changes.size === 0 ? 0 : 2
}

function commandOptions({ state, images, output, sources }: CommonOptions): string {
  const given = {
    state,
    images: images === 'images.yaml' ? undefined : images,
    output: output === 'dist' ? undefined : output,
    sources,
  }
  return Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` --${name} ${shownPath(value ?? '')}`)
    .join('')
}

/** Results go to standard output, problems to standard error; errors come last. */
function printReport({ report }: Plan, terminal: Terminal, diffs: boolean): void {
  const of = (isError: boolean) => report.problems.filter(({ severity }) => (severity === 'error') === isError)
  terminal.out(renderPlain(report, { color: terminal.color.out, diffs, problems: false }))
  printProblems(terminal, [...of(false), ...of(true)])
}

function writtenLine(plan: Plan): string {
  const removed = [...plan.changes.values()].filter((text) => text === null).length
  const written = plan.changes.size - removed
  if (plan.changes.size === 0) return 'Nothing to write: everything is up to date.'
  return `Wrote ${count(written, 'file')}${removed === 0 ? '' : `, removed ${removed}`}.`
}

function planJson(plan: Plan) {
  const { report } = plan
  const count = (kind: string) => report.changes.filter((change) => change.kind === kind).length
  const files = [...plan.changes].map(([path, text]) => ({ path, change: text === null ? 'removed' : 'written' }))
  return {
    refused: plan.refused,
    changed: plan.changes.size > 0,
    added: count('added'),
    modified: count('modified'),
    removed: count('removed'),
    destructive: report.changes.some(isDestructive),
    images: report.totals.images,
    baseImages: report.totals.bases,
    resources: report.changes.map(({ kind, id, file }) => ({
      change: kind,
      ...id,
      file: `${report.outputDir}/${file}`,
    })),
    files: files.sort(by(({ path }) => path)),
    problems: report.problems,
  }
}
