import {
  type DataMap,
  isMap,
  listOf,
  mapOf,
  ownValue,
  type PlacedFile,
  readPlaced,
  scalarText,
  type Unreadable,
} from './data.js'

/** An input a workflow takes when it is dispatched. */
export interface DispatchInput {
  readonly required: boolean
  /** What it is where nothing is sent; null where none is declared. */
  readonly default: string | null
  /** `string` where none is written. */
  readonly type: string
  /** What a `choice` may be; empty for other types. */
  readonly options: readonly string[]
}

/** What a workflow file says about building and being dispatched. */
export interface WorkflowFacts {
  /** As the person knows it, for messages. */
  readonly file: string
  /** null: none is written. */
  readonly name: string | null
  /** What GitHub calls its runs, with the expressions in it; null: none is written. */
  readonly runName: string | null
  /** null: the workflow cannot be dispatched. */
  readonly dispatch: { readonly inputs: ReadonlyMap<string, DispatchInput> } | null
}

/**
 * Reads a GitHub Actions workflow: can it be dispatched, and with what. The text is data from somebody else's repository
 * and may hold anything; nothing in it is executed or believed beyond what it says.
 *
 * Syntax: docs.github.com, "Workflow syntax for GitHub Actions". Anchors are read, as GitHub does since late 2025.
 *
 * @param text the workflow file.
 * @param about the file's name, for messages.
 */
export function readWorkflow(
  text: string,
  about: { readonly file: string },
): { readonly ok: true; readonly workflow: WorkflowFacts; readonly file: PlacedFile } | Unreadable {
  const read = readPlaced(text, about.file)
  if (!read.ok) return read
  const { file } = read
  const workflow = mapOf(file.data)
  const dispatch = isTriggeredBy(workflow, 'workflow_dispatch')
    ? { inputs: inputsAt(workflow, 'workflow_dispatch', file) }
    : null
  const names = { name: textAt(workflow, 'name', file), runName: textAt(workflow, 'run-name', file) }
  return { ok: true, workflow: { file: about.file, ...names, dispatch }, file }
}

function textAt(workflow: DataMap, key: string, file: PlacedFile): string | null {
  const data = ownValue(workflow, key)
  return data === undefined || data === null ? null : file.scalar(data, [key])
}

/** `on` may be one event, a list of events or a map of them. */
function isTriggeredBy(workflow: DataMap, event: string): boolean {
  const on = ownValue(workflow, 'on')
  return on === event || listOf(on).includes(event) || (isMap(on) && ownValue(on, event) !== undefined)
}

/** The inputs that a workflow declares for an event, `workflow_dispatch` or `workflow_call`, in order. */
export function inputsAt(workflow: DataMap, event: string, file: PlacedFile): ReadonlyMap<string, DispatchInput> {
  const declared = mapOf(ownValue(mapOf(ownValue(mapOf(ownValue(workflow, 'on')), event)), 'inputs'))
  const path = ['on', event, 'inputs']
  return new Map(Object.entries(declared).map(([name, data]) => [name, inputOf(mapOf(data), [...path, name], file)]))
}

function inputOf(data: DataMap, path: readonly string[], file: PlacedFile): DispatchInput {
  const given = ownValue(data, 'default')
  const type = scalarText(ownValue(data, 'type')) ?? ''
  const options = listOf(ownValue(data, 'options'))
  return {
    required: scalarText(ownValue(data, 'required')) === 'true',
    default: given === undefined || given === null ? null : (file.scalar(given, [...path, 'default']) ?? ''),
    type: type === '' ? 'string' : type,
    options:
      type === 'choice' ? options.map((option, index) => file.scalar(option, [...path, 'options', index]) ?? '') : [],
  }
}
