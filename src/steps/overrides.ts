import { OVERRIDES_FILE, type Override, type Problem, parseOverrides, problem } from '../enrollment/index.js'
import type { OverrideRow } from '../report/index.js'
import { fromTop, type MergedState } from '../state/index.js'
import { type RunSetting, type StateFolder, throwOnErrors } from './job.js'

export function overridesOf(
  text: string | null,
  folder: StateFolder,
  problems: Problem[],
  job: RunSetting,
): readonly Override[] {
  if (text === null) return []
  const read = parseOverrides(text, fromTop(folder.path, OVERRIDES_FILE), job.now)
  throwOnErrors(read.problems, problems)
  if (read.active.length > 0) job.say(`${read.active.length} overrides hold.`)
  return read.active
}

/** The overrides that somebody still waits for; of the others it is said that they have done their work. */
export function activeOverrides(
  overrides: readonly Override[],
  { builtSince }: MergedState,
  folder: StateFolder,
  problems: Problem[],
): readonly Override[] {
  const file = fromTop(folder.path, OVERRIDES_FILE)
  for (const { base, line } of overrides.filter((one) => builtSince.has(one.digest))) {
    const message = `the override of ${base} has done its work: every image that is rebuilt for it was built since.`
    problems.push(problem('notice', message, { file, line, remedy: 'Take it out.' }))
  }
  return overrides.filter(({ digest }) => !builtSince.has(digest))
}

export function overrideRows(overrides: readonly Override[], folder: StateFolder): OverrideRow[] {
  const file = fromTop(folder.path, OVERRIDES_FILE)
  return overrides.map(({ line, ...override }) => ({ ...override, place: `${file}:${line}` }))
}
