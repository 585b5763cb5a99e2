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
  const failures: string[] = []
  const { text, unknown: open } = expand(written, (expression) => {
    const result = evaluate(expression, contexts)
    const found = result.kind === 'value' ? contextText(result.value) : null
    if (found === null) failures.push(whyNot(result))
    return found
  })
  if (failures[0] !== undefined) return unknown(failures[0])
  if (open.length > 0) return unknown(`cannot be evaluated: ${shortText(open[0] ?? '')} is never closed`)
  return text.trim() === '' ? { kind: 'none' } : titleOf(text)
}

/** Why an expression gives no text. */
function whyNot(result: ExpressionResult): string {
  if (result.kind === 'value') return 'cannot be evaluated: it comes out as a list or a map'
  if (result.kind === 'invalid') return `cannot be evaluated: ${result.reason.replace(/\.$/, '')}`
  return `uses ${result.part}, ${result.reason ?? 'which is known only when the workflow runs'}`
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

/**
 * The name that GitLab gives a pipeline (docs.gitlab.com, "CI/CD YAML syntax", workflow:name). Included files cannot
 * override what the file itself sets.
 *
 * @param text of the pipeline file.
 * @param sent the variables that it is started with.
 */
export function pipelineTitle(text: string, file: string, sent: ReadonlyMap<string, string>): RunTitle | Unreadable {
  // GitLab's own tag, used in scripts and rules: what it references cannot name a pipeline.
  const read = readYamlFile(text.replace(/!reference(?=\s*\[)/g, ''), file)
  if (!read.ok) return read
  const top = mapOf(read.file.data)
  const workflow = mapOf(valueAt(top, 'workflow'))
  const defaults = new Map(
    Object.entries(mapOf(valueAt(top, 'variables'))).flatMap(([key, value]) => defaultOf(key, value)),
  )
  const ruled = listOf(valueAt(workflow, 'rules')).flatMap((rule) => Object.keys(mapOf(valueAt(rule, 'variables'))))
  const lookup = (name: string) => sent.get(name) ?? (ruled.includes(name) ? undefined : defaults.get(name))
  return filledTitle(scalarText(valueAt(workflow, 'name')) ?? '', lookup)
}

/** A variable is a value, or a map with `value`. */
function defaultOf(key: string, data: Data): [string, string][] {
  const text = scalarText(isDataMap(data) ? valueAt(data, 'value') : data)
  return text === null ? [] : [[key, text]]
}

/** `$NAME`, `${NAME}` and `%NAME%` (GitLab's lib/expand_variables.rb). */
const VARIABLE = /\$([A-Za-z_]\w*)|\$\{([A-Za-z_]\w*)\}|%([A-Za-z_]\w*)%/g

/** A name with its variables filled in; it is trimmed, and a blank one counts as none (docs.gitlab.com, workflow:name). */
function filledTitle(name: string, lookup: (variable: string) => string | undefined): RunTitle {
  if (name.trim() === '') return { kind: 'none' }
  if (name.length > MAX_WRITTEN) return unknown(`is longer than ${MAX_WRITTEN} characters`)
  // `$$` and `%%` are escapes only in some versions; `$[[ ]]` is filled in before variables.
  if (/\$\$|%%|\$\[\[/.test(name)) return unknown('contains $$, %% or $[[, which is not evaluated here')
  const reasons: string[] = []
  const text = name.replace(VARIABLE, (_, ...groups: (string | undefined)[]) => {
    const variable = groups.slice(0, 3).find((group) => group !== undefined) ?? ''
    const value = lookup(variable)
    const reason = whyUnknown(variable, value)
    if (reason !== null) reasons.push(`uses $${shortText(variable)}, ${reason}`)
    return reason === null ? (value ?? '') : ''
  })
  const [first] = reasons
  if (first !== undefined) return unknown(first)
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
