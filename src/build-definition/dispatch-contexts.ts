import { lowered, NotKnown, type Value, type ValueMap } from './contexts.js'
import { PLACEHOLDER } from './dispatch.js'
import { oneLine } from './value.js'
import type { DispatchInput, WorkflowFacts } from './workflow.js'

/** A run as we would start it. */
export interface DispatchedRun {
  /** OWNER/REPO; empty: not known. */
  readonly repo: string
  /** null: the default branch, whose name is not known. */
  readonly branch: string | null
  readonly inputs: ReadonlyMap<string, string>
}

/** What `github` holds in a run that is dispatched, as far as it is known before (docs.github.com, "Contexts"). */
export function githubContext(facts: WorkflowFacts, { repo, branch, inputs }: DispatchedRun): ValueMap {
  const ref = branch === null ? new NotKnown() : `refs/heads/${branch}`
  const texts: ValueMap = { values: lowered(inputValues(facts, { inputs }, (text) => text)), others: 'absent' }
  const values = new Map<string, Value>([
    ['event_name', 'workflow_dispatch'],
    ['repository', repo === '' ? new NotKnown() : repo],
    ['repository_owner', repo === '' ? new NotKnown() : (repo.split('/')[0] ?? '')],
    ['workflow', facts.name ?? facts.file],
    ['ref', ref],
    ['ref_name', branch ?? new NotKnown()],
    ['ref_type', 'branch'],
    // Empty but for pull requests (docs.github.com, "Contexts").
    ['head_ref', ''],
    ['base_ref', ''],
    ['event', { values: eventValues(texts, ref, repo), others: 'absent' }],
  ])
  return { values, others: 'unknown' }
}

/**
 * What `inputs` holds in a run that is dispatched: declared inputs with what is sent, else their defaults, typed.
 *
 * @param others what an input is that is not declared.
 */
export function inputsContext(facts: WorkflowFacts, run: DispatchedRun, others: ValueMap['others']): ValueMap {
  return { values: lowered(inputValues(facts, run, typedValue)), others }
}

/** What the event of a dispatch carries (docs.github.com, "Webhook events", workflow_dispatch); the rest is null. */
function eventValues(inputs: ValueMap, ref: Value, repo: string): Map<string, Value> {
  const later = ['enterprise', 'installation', 'organization', 'sender', 'workflow']
  const names: [string, Value][] =
    repo === ''
      ? []
      : [
          ['full_name', repo],
          ['name', repo.split('/')[1] ?? ''],
        ]
  return new Map<string, Value>([
    ['inputs', inputs],
    ['ref', ref],
    ['repository', { values: new Map(names), others: 'unknown' }],
    ...later.map((key) => [key, new NotKnown()] as const),
  ])
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
export function typedValue(text: string, { type }: DispatchInput): Value {
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : new NotKnown()
  if (type !== 'number') return text
  const number = Number(text)
  return text.trim() !== '' && Number.isFinite(number) ? number : new NotKnown()
}
