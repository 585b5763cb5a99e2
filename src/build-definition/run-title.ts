import { hasExpressionOpener } from '../enrollment/grammar.js'
import { type Contexts, type ExpressionResult, textOf } from './contexts.js'
import { type DispatchedRun, githubContext, inputsContext } from './dispatch-contexts.js'
import { expand } from './expression.js'
import { oneLine } from './value.js'
import type { WorkflowFacts } from './workflow.js'

/** What runs that we start are called, before any of them runs. */
export type RunTitle =
  | { readonly kind: 'title'; readonly title: string }
  /** Nobody named them: they are called what all runs of the workflow are called. */
  | { readonly kind: 'none' }
  /** Why it cannot be said, as the end of a sentence that begins with "its run-name". */
  | { readonly kind: 'unknown'; readonly reason: string }

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
  let failure: Failure | null = null
  const { text, unknown: open } = expand(written, (expression) => {
    const result = evaluate(expression, contexts)
    const found = result.kind === 'value' ? textOf(result.value) : null
    if (found === null) failure ??= result.kind === 'value' ? NO_TEXT : result
    return found
  })
  if (failure !== null) return unknown(whyNot(failure))
  if (open.length > 0) return unknown(`cannot be evaluated: ${oneLine(open[0] ?? '')} is never closed`)
  return text.trim() === '' ? { kind: 'none' } : titleOf(text)
}

type Failure = Exclude<ExpressionResult, { kind: 'value' }>

const NO_TEXT: Failure = { kind: 'invalid', reason: 'it comes out as a list or a map' }

function whyNot(failure: Failure): string {
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
    ['inputs', inputsContext(facts, run, 'absent')],
    ['github', githubContext(facts, run)],
    ['vars', { values: new Map(), others: 'unknown' }],
  ])
}
