import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pc from 'picocolors'
import { addEntry, defaultsOf, type Enrolled } from '../enrollment/enroll.js'
import { type Problem, refuse } from '../enrollment/index.js'
import { readOptional, writeFiles } from '../state/index.js'
import { printable } from '../text/index.js'
import type { DataMap } from '../yaml/data.js'
import { readLocalClone } from './checkout.js'
import { type CommandContext, stateFolder } from './options.js'
import { type EnrollOptions, type Proposal, proposeEntry } from './propose-entry.js'
import { printJson, printProblems, type Terminal } from './terminal.js'

/**
 * `enroll [CHECKOUT]`: adds an entry to images.yaml, from options and from a local clone. Writes only that file, and
 * only if all of it is valid afterwards.
 *
 * @returns the exit code.
 */
export async function enroll(
  run: CommandContext,
  checkout: string | undefined,
  options: EnrollOptions,
): Promise<number> {
  const { env, terminal } = run
  const { root, imagesFile } = stateFolder(run.options, env)
  const text = readImages(root, imagesFile)
  const proposal = proposeEntry({
    options,
    env,
    checkout: checkout === undefined ? null : await readLocalClone(checkout),
    defaults: defaultsOf(text ?? ''),
  })
  const result = addEntry(text, proposal.entry, imagesFile)
  if (!result.ok) {
    if (run.options.json) printJson(terminal, { refused: true, problems: result.problems })
    else printProblems(terminal, result.problems, result.text)
    return 1
  }
  const isWritten = options.dryRun !== true
  if (isWritten) writeFiles(root, new Map([[imagesFile, result.text]]))
  const input: EnrollResult = {
    result,
    proposal,
    file: imagesFile,
    hasClone: checkout !== undefined,
    isWritten,
    problems: [...proposal.warnings, ...result.problems],
  }
  if (run.options.json) printJson(terminal, asJson(input))
  else print(input, terminal)
  return 0
}

/** The file's text; a file that is not valid UTF-8 is refused, because it could not be written back unchanged. */
function readImages(root: string, file: string): string | null {
  const text = readOptional(root, file)
  if (text === null || isUtf8(readFileSync(join(root, file)))) return text
  throw refuse('file-unusable', `${file} is not written in UTF-8.`, { file, remedy: 'Save it as UTF-8.' })
}

interface EnrollResult {
  readonly result: Enrolled & { readonly ok: true }
  readonly proposal: Proposal
  readonly file: string
  readonly hasClone: boolean
  readonly isWritten: boolean
  readonly problems: readonly Problem[]
}

function asJson({ result, proposal, file, isWritten, problems }: EnrollResult) {
  const proposed = Object.fromEntries(reasons(result.entry, proposal))
  return { entry: result.entry, file, line: result.line, written: isWritten, proposed, problems }
}

function print({ result, proposal, file, hasClone, isWritten, problems }: EnrollResult, terminal: Terminal): void {
  const colors = pc.createColors(terminal.color.out)
  printProblems(terminal, problems, result.text)
  const verb = isWritten ? 'Added' : 'Would add'
  terminal.out(colors.bold(printable(`${verb} ${String(result.entry.name)} to ${file}:${result.line}\n`)))
  for (const line of printable(result.printed).split('\n')) terminal.out(`${colors.green(`  ${line}`)}\n`)
  const found = reasons(result.entry, proposal)
  if (found.length > 0) {
    terminal.out(hasClone ? 'Found in the clone:\n' : 'Derived:\n')
    const width = Math.max(...found.map(([key]) => key.length))
    for (const [key, why] of found) terminal.out(printable(`  ${key.padEnd(width)}  ${why}\n`))
  }
  const next = isWritten
    ? `Next: commit ${file} on a branch and open a pull request; its comment shows what the entry changes.`
    : 'Nothing was written. Leave out --dry-run to add it.'
  terminal.out(`${next}\n`)
}

/** Leaves out what the defaults of the file already set: it is not in the entry, and needs no reason. */
function reasons(entry: DataMap, { why }: Proposal): [string, string][] {
  return [...why].filter(([key]) => {
    const [first = '', second] = key.split('.')
    const value = entry[first]
    return second === undefined ? value !== undefined : Object.keys(value ?? {}).includes(second)
  })
}
