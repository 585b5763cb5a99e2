import { type AnnotationProperties, error, info, notice, warning } from '@actions/core'
import { type Problem, printable } from '../enrollment/index.js'

/** The runner shows no more than this of each kind a step. */
const MOST_ANNOTATIONS = 10

/**
 * Text that may come from anywhere, made safe for the log: the runner takes `::…` at the start of a line and `##[…`
 * for commands, and terminals obey control characters.
 */
export function safe(text: string): string {
  return printable(text)
    .split('\n')
    .map((line) => line.replace(/^(\s*):(?=:)/, '$1: ').replaceAll('##[', '## ['))
    .join('\n')
}

/** A line of the log. */
export function say(text: string): void {
  info(safe(text))
}

/**
 * Shows problems as annotations at their place: as many as the runner keeps, errors before the rest. All of them are
 * in the log and in the summary.
 *
 * @param isOwnRepository whether the files named are files of the repository the workflow runs in.
 */
export function annotate(problems: readonly Problem[], isOwnRepository: boolean): void {
  const show = { error, warning, notice } as const
  for (const severity of ['error', 'warning', 'notice'] as const) {
    for (const found of problems.filter((one) => one.severity === severity).slice(0, MOST_ANNOTATIONS)) {
      show[severity](safe(text(found, isOwnRepository)), isOwnRepository ? place(found) : {})
    }
  }
}

function text(found: Problem, isOwnRepository: boolean): string {
  const where =
    isOwnRepository || found.file === null
      ? ''
      : `${[found.file, found.line].filter((part) => part !== null).join(':')}: `
  const remedy = found.remedy === null ? '' : ` ${found.remedy}`
  return `${where}${found.message}${remedy}`.slice(0, 4000)
}

function place(found: Problem): AnnotationProperties {
  return {
    ...(found.file === null ? {} : { file: found.file }),
    ...(found.line === null ? {} : { startLine: found.line }),
    ...(found.column === null ? {} : { startColumn: found.column }),
  }
}
