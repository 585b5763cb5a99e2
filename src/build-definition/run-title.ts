import { hasExpressionOpener } from '../enrollment/grammar.js'
import { type Contexts, type ExpressionResult, NotKnown, type Value, type ValueMap } from './contexts.js'
import { PLACEHOLDER } from './dispatch.js'
import { expand } from './expression.js'
import { oneLine } from './value.js'
import type { DispatchInput, WorkflowFacts } from './workflow.js'

/** What runs that we start are called, before any of them runs. */
export type RunTitle =
  | { readonly kind: 'title'; readonly title: string }
  /** Nobody named them: they are called what all runs of the workflow are called. */
  | { readonly kind: 'none' }
  /** Why it cannot be said, as the end of a sentence that begins with "its run-name". */
  | { readonly kind: 'unknown'; readonly reason: string }

/** A run as we would start it. */
export interface DispatchedRun {
  /** OWNER/REPO */
  readonly repo: string
  /** null: the default branch, whose name is not known. */
  readonly branch: string | null
  readonly inputs: ReadonlyMap<string, string>
}

/** People write a line; what is longer is a mistake or an attack. */
const MAX_WRITTEN = 2048

/** Longer titles may be cut by the forge, and then they equal nothing. */
export const MAX_TITLE = 200

/**
 * The title GitHub gives a run that is dispatched with these inputs: `run-name` evaluated with what is known before.
 *
 * The rules are those of docs.github.com, "Workflow syntax" (run-name: a blank one is none) and "Contexts" (run-name
 * may read github, inputs and vars).
 */
export async function runTitle(facts: WorkflowFacts, run: DispatchedRun): Promise<RunTitle> {
  const written = facts.runName
  if (written === null || written.trim() === '') return { kind: 'none' }
  if (written.length > MAX_WRITTEN) return unknown(`is longer than ${MAX_WRITTEN} characters`)
  if (!written.includes('${{')) return titleOf(written)
  const { evaluate } = await import(/* webpackMode: "eager" */ './evaluate.js')
  const contexts = contextsOf(facts, run)
  let failure: Exclude<ExpressionResult, { kind: 'text' }> | null = null
  const { text, unknown: open } = expand(written, (expression) => {
    const result = evaluate(expression, contexts)
    if (result.kind === 'text') return result.text
    failure ??= result
    return null
  })
  if (failure !== null) return unknown(whyNot(failure))
  if (open.length > 0) return unknown(`cannot be evaluated: ${oneLine(open[0] ?? '')} is never closed`)
  return text.trim() === '' ? { kind: 'none' } : titleOf(text)
}

function whyNot(failure: Exclude<ExpressionResult, { kind: 'text' }>): string {
  if (failure.kind === 'invalid') return `cannot be evaluated: ${failure.reason.replace(/\.$/, '')}`
  return `uses ${failure.part}, ${failure.reason ?? 'which is known only when the workflow runs'}`
}

/**
 * A text as the title of a run, where it can be found again by it.
 *
 * What a forge may cut or trim is not relied on, and Kargo would evaluate what opens an expression.
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
    ['inputs', { values: lowered(inputValues(facts, run, typedValue)), others: 'absent' }],
    ['github', { values: githubValues(facts, run), others: 'unknown' }],
    ['vars', { values: new Map(), others: 'unknown' }],
  ])
}

function githubValues(facts: WorkflowFacts, { repo, branch, inputs }: DispatchedRun): Map<string, Value> {
  const ref = branch === null ? new NotKnown() : `refs/heads/${branch}`
  const texts: ValueMap = { values: lowered(inputValues(facts, { inputs }, (text) => text)), others: 'absent' }
  return new Map<string, Value>([
    ['event_name', 'workflow_dispatch'],
    ['repository', repo],
    ['repository_owner', repo.split('/')[0] ?? ''],
    ['workflow', facts.name ?? facts.file],
    ['ref', ref],
    ['ref_name', branch ?? new NotKnown()],
    ['ref_type', 'branch'],
    // Empty but for pull requests (docs.github.com, "Contexts").
    ['head_ref', ''],
    ['base_ref', ''],
    ['event', { values: eventValues(texts, ref), others: 'absent' }],
  ])
}

/** What the event of a dispatch carries (docs.github.com, "Webhook events", workflow_dispatch); the rest is null. */
function eventValues(inputs: ValueMap, ref: Value): Map<string, Value> {
  const later = ['enterprise', 'installation', 'organization', 'repository', 'sender', 'workflow']
  return new Map<string, Value>([
    ['inputs', inputs],
    ['ref', ref],
    ...later.map((key) => [key, new NotKnown()] as const),
  ])
}

function lowered(values: ReadonlyMap<string, Value>): Map<string, Value> {
  return new Map([...values].map(([key, value]) => [key.toLowerCase(), value]))
}

/** The declared inputs with what we send, else their defaults. */
function inputValues(
  { dispatch }: WorkflowFacts,
  { inputs }: Pick<DispatchedRun, 'inputs'>,
  read: (text: string, input: DispatchInput) => Value,
): Map<string, Value> {
  return new Map(
    [...(dispatch?.inputs ?? [])].map(([name, input]) => {
      const text = inputs.get(name) ?? input.default
      if (text === null) return [name, notSent(name, input)]
      if (!PLACEHOLDER.test(text)) return [name, read(text, input)]
      return [name, new NotKnown(`the input ${oneLine(name)}`, 'which is another one for every new base image')]
    }),
  )
}

/** Nothing is documented of other types that are not sent. */
function notSent(name: string, { type }: DispatchInput): Value {
  if (type === 'string') return ''
  return new NotKnown(`the input ${oneLine(name)}`, 'which is not sent and has no default')
}

/** `inputs` keeps the types that are declared, `github.event.inputs` has texts alone (docs.github.com, "Contexts"). */
function typedValue(text: string, { type }: DispatchInput): Value {
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : new NotKnown()
  if (type !== 'number') return text
  const number = Number(text)
  return text.trim() !== '' && Number.isFinite(number) ? number : new NotKnown()
}
