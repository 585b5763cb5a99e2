import { hasExpressionOpener } from '../../enrollment/grammar.js'
import { type Data, isDataMap } from '../../yaml/data.js'
import { shortText } from '../value.js'
import { listOf, mapOf, readYamlFile, scalarText, type Unreadable, valueAt } from '../yaml-file.js'
import {
  type Contexts,
  contextText,
  type DispatchedRun,
  type ExpressionResult,
  githubContext,
  inputsContext,
} from './contexts.js'
import { expand } from './scope.js'
import { PLACEHOLDER, type WorkflowFacts } from './workflow.js'

/** The title of runs that we start, determined in advance. */
export type RunTitle =
  | { readonly kind: 'title'; readonly title: string }
  /** No title is set: they are named like all runs of the workflow. */
  | { readonly kind: 'none' }
  /** Why it is unknown, as the rest of a sentence that begins with "its run-name". */
  | { readonly kind: 'unknown'; readonly reason: string }

/** Real run names are one line; anything longer is a mistake or an attack. */
const MAX_WRITTEN = 2048

/** The forge may truncate longer titles, which would then match nothing. */
const MAX_TITLE = 200

/**
 * The title that GitHub gives a run dispatched with these inputs: `run-name` evaluated with what is known in advance.
 *
 * The rules are those of docs.github.com, "Workflow syntax" (a blank run-name counts as none) and "Contexts" (run-name
 * may read github, inputs and vars).
 */
export async function runTitle(facts: WorkflowFacts, run: DispatchedRun): Promise<RunTitle> {
  const written = facts.runName
  if (written === null || written.trim() === '') return { kind: 'none' }
  if (written.length > MAX_WRITTEN) return unknown(`is longer than ${MAX_WRITTEN} characters`)
  if (!written.includes('${{')) return titleOf(written)
  const { evaluate } = await import(/* webpackMode: "eager" */ './evaluate.js')
  const contexts = contextsOf(facts, run)
  let failure: Failure | null = null
  const { text, unknown: open } = expand(written, (expression) => {
    const result = evaluate(expression, contexts)
    const found = result.kind === 'value' ? contextText(result.value) : null
    if (found === null) failure ??= result.kind === 'value' ? NO_TEXT : result
    return found
  })
  if (failure !== null) return unknown(whyNot(failure))
  if (open.length > 0) return unknown(`cannot be evaluated: ${shortText(open[0] ?? '')} is never closed`)
  return text.trim() === '' ? { kind: 'none' } : titleOf(text)
}

type Failure = Exclude<ExpressionResult, { kind: 'value' }>

const NO_TEXT: Failure = { kind: 'invalid', reason: 'it comes out as a list or a map' }

function whyNot(failure: Failure): string {
  if (failure.kind === 'invalid') return `cannot be evaluated: ${failure.reason.replace(/\.$/, '')}`
  return `uses ${failure.part}, ${failure.reason ?? 'which is known only when the workflow runs'}`
}

/**
 * A text as a run title, if it is reliable for finding the run.
 *
 * Rejects titles that a forge may truncate or trim, and those with an expression opener, which Kargo would evaluate.
 */
export function titleOf(text: string): RunTitle {
  if (text !== text.trim() || /[\p{C}\p{Zl}\p{Zp}]/u.test(text)) {
    return unknown('comes out with a line break, a control character or a space at one of its ends')
  }
  if (text.length > MAX_TITLE) return unknown(`comes out longer than ${MAX_TITLE} characters`)
  if (hasExpressionOpener(text)) return unknown('comes out with ${{ or ${% in it, which Kargo would evaluate')
  return { kind: 'title', title: text }
}

function unknown(reason: string): RunTitle {
  return { kind: 'unknown', reason }
}

function contextsOf(facts: WorkflowFacts, run: DispatchedRun): Contexts {
  return new Map([
    ['inputs', inputsContext(facts, run, 'absent')],
    ['github', githubContext(facts, run)],
    ['vars', { values: new Map(), others: 'unknown' }],
  ])
}

/** The parts of a GitLab pipeline file that name pipelines. */
export interface PipelineFacts {
  /** `workflow: name:` as written; null: not in this file. */
  readonly name: string | null
  /** Top-level `variables` with their defaults. */
  readonly variables: ReadonlyMap<string, string>
  /** Names of variables that `workflow: rules:` may set. */
  readonly ruled: ReadonlySet<string>
}

/**
 * Reads from a GitLab pipeline file how its pipelines are named (docs.gitlab.com, "CI/CD YAML syntax", workflow:name).
 * Included files cannot override what the file itself sets.
 */
export function readPipeline(
  text: string,
  file: string,
): { readonly ok: true; readonly pipeline: PipelineFacts } | Unreadable {
  // GitLab's own tag, used in scripts and rules: what it references cannot name a pipeline.
  const read = readYamlFile(text.replace(/!reference(?=\s*\[)/g, ''), file)
  if (!read.ok) return read
  const top = mapOf(read.file.data)
  const workflow = mapOf(valueAt(top, 'workflow'))
  const name = valueAt(workflow, 'name')
  const variables = Object.entries(mapOf(valueAt(top, 'variables')))
  const ruled = listOf(valueAt(workflow, 'rules')).flatMap((rule) => Object.keys(mapOf(valueAt(rule, 'variables'))))
  const pipeline = {
    name: name === undefined || name === null ? null : scalarText(name),
    variables: new Map(variables.flatMap(([key, value]) => defaultOf(key, value))),
    ruled: new Set(ruled),
  }
  return { ok: true, pipeline }
}

/** A variable is a value, or a map with `value`. */
function defaultOf(key: string, data: Data): [string, string][] {
  const text = scalarText(isDataMap(data) ? valueAt(data, 'value') : data)
  return text === null ? [] : [[key, text]]
}

/** `$NAME`, `${NAME}` and `%NAME%` (GitLab's lib/expand_variables.rb). */
const VARIABLE = /\$([A-Za-z_]\w*)|\$\{([A-Za-z_]\w*)\}|%([A-Za-z_]\w*)%/g

/**
 * The name that GitLab gives a pipeline started with these variables; it is trimmed, and a blank one counts as none
 * (docs.gitlab.com, workflow:name).
 */
export function pipelineTitle({ name, variables, ruled }: PipelineFacts, sent: ReadonlyMap<string, string>): RunTitle {
  if (name === null || name.trim() === '') return { kind: 'none' }
  if (name.length > MAX_WRITTEN) return { kind: 'unknown', reason: `is longer than ${MAX_WRITTEN} characters` }
  // `$$` and `%%` are escapes only in some versions; `$[[ ]]` is filled in before variables.
  if (/\$\$|%%|\$\[\[/.test(name))
    return { kind: 'unknown', reason: 'contains $$, %% or $[[, which is not evaluated here' }
  const reasons: string[] = []
  const text = name.replace(VARIABLE, (_, ...groups: (string | undefined)[]) => {
    const variable = groups.slice(0, 3).find((group) => group !== undefined) ?? ''
    const value = sent.get(variable) ?? (ruled.has(variable) ? undefined : variables.get(variable))
    const reason = whyUnknown(variable, value)
    if (reason !== null) reasons.push(`uses $${shortText(variable)}, ${reason}`)
    return reason === null ? (value ?? '') : ''
  })
  const [first] = reasons
  if (first !== undefined) return { kind: 'unknown', reason: first }
  return text.trim() === '' ? { kind: 'none' } : titleOf(text.trim())
}

function whyUnknown(variable: string, value: string | undefined): string | null {
  if (value === undefined) {
    const isPredefined = /^(?:CI|GITLAB)(?:_|$)/.test(variable)
    return isPredefined ? 'which is known only when the pipeline runs' : 'which is not sent and has no fixed value'
  }
  if (PLACEHOLDER.test(value)) return 'which is different for every new base image'
  return /[$%]/.test(value) ? 'whose value contains another variable' : null
}
