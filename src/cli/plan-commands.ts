import { formatProblem, printable } from '../enrollment/index.js'
import { isDestructive } from '../manifests/index.js'
import { makePlan } from '../pipeline.js'
import type { Plan } from '../plan.js'
import { renderPlain, summaryLine } from '../report/index.js'
import { type RunOptions, registryAccess } from '../run-options.js'
import { cleanStateFolder, writeFiles } from '../state/index.js'
import type { Environment } from './environment.js'
import { jobFor } from './job.js'
import { type CommonOptions, PROGRAM, shownPath, stateFolder } from './options.js'
import type { Terminal } from './terminal.js'

/** What a command runs with. */
export interface Run {
  readonly options: CommonOptions
  readonly env: Environment
  readonly terminal: Terminal
  /** ISO 8601. */
  readonly now: string
}

/** `synth`: writes state and manifests, all or nothing. @returns the exit code. */
export async function synth(run: Run): Promise<number> {
  return write(run, null)
}

/** `refresh`: looks up digests in their registries, and writes what follows from that like `synth`. */
export async function refresh(run: Run): Promise<number> {
  const { env, terminal } = run
  return write(run, await registryAccess(env, (text) => terminal.err(`${printable(text)}\n`)))
}

async function write({ options, env, terminal, now }: Run, registries: RunOptions['registries']): Promise<number> {
  const folder = stateFolder(options, env)
  const job = jobFor('preview', options, env, terminal, now, registries)
  const plan = await makePlan({ ...job, writes: true }, folder)
  if (!plan.refused) {
    cleanStateFolder(folder)
    writeFiles(folder.root, plan.changes)
  }
  if (options.json) printJson(plan, terminal)
  else {
    printReport(plan, terminal, 'short')
    if (!plan.refused) terminal.out(`${writtenLine(plan)}\n`)
  }
  return plan.refused ? 1 : 0
}

/** `diff`: shows what `synth` would change. */
export async function diff({ options, env, terminal, now }: Run): Promise<number> {
  const plan = await makePlan(jobFor('preview', options, env, terminal, now), stateFolder(options, env))
  if (options.json) printJson(plan, terminal)
  else printReport(plan, terminal, 'whole')
  return plan.refused ? 1 : 0
}

/** `check`: 0 when everything generated is up to date, 2 when not, 1 when that cannot be told. */
export async function check({ options, env, terminal, now }: Run): Promise<number> {
  const plan = await makePlan(jobFor('check', options, env, terminal, now), stateFolder(options, env))
  if (options.json) printJson(plan, terminal)
  else if (plan.refused) printReport(plan, terminal, 'short')
  else if (plan.changes.size === 0) terminal.out('Generated files are up to date.\n')
  else {
    printReport(plan, terminal, 'short')
    const files = [...plan.changes.keys()].sort()
    terminal.out(`${files.length} generated ${files.length === 1 ? 'file is' : 'files are'} out of date:\n`)
    for (const file of files) terminal.out(`  ${file}\n`)
    terminal.out(`Mend it with: ${PROGRAM} synth${commandOptions(options)}\n`)
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

function printReport(plan: Plan, terminal: Terminal, how: 'short' | 'whole'): void {
  if (how === 'whole' || plan.refused) terminal.out(renderPlain(plan.report, { color: terminal.colour.out }))
  else {
    for (const found of plan.report.problems) terminal.err(`${problemLine(found)}\n`)
    terminal.out(`${summaryLine(plan.report)}\n`)
  }
}

function problemLine(found: Plan['report']['problems'][number]): string {
  return printable(formatProblem(found))
}

function writtenLine(plan: Plan): string {
  const removed = [...plan.changes.values()].filter((text) => text === null).length
  const written = plan.changes.size - removed
  if (plan.changes.size === 0) return 'Nothing to write: everything is up to date.'
  return `Wrote ${written} ${written === 1 ? 'file' : 'files'}${removed === 0 ? '' : `, removed ${removed}`}.`
}

function printJson(plan: Plan, terminal: Terminal): void {
  const { report } = plan
  const count = (kind: string) => report.changes.filter((change) => change.kind === kind).length
  const files = [...plan.changes].map(([path, text]) => ({ path, change: text === null ? 'removed' : 'written' }))
  const result = {
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
    files: files.sort((a, b) => (a.path < b.path ? -1 : 1)),
    problems: report.problems,
  }
  terminal.out(`${JSON.stringify(result, null, 2)}\n`)
}
