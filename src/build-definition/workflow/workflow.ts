import { quote, suggest } from '../../text/index.js'
import { type DataMap, isDataMap } from '../../yaml/data.js'
import { shortText } from '../value.js'
import { listOf, mapOf, readYamlFile, scalarText, type Unreadable, valueAt, type YamlFile } from '../yaml-file.js'

/** An input of workflow_dispatch. */
export interface DispatchInput {
  readonly required: boolean
  /** Value when nothing is sent; null if there is no default. */
  readonly default: string | null
  /** `string` by default. */
  readonly type: string
  /** The options of a `choice`; empty for other types. */
  readonly options: readonly string[]
}

/** The parts of a workflow file that matter for dispatching it. */
export interface WorkflowFacts {
  /** File name for messages. */
  readonly file: string
  /** null: not set. */
  readonly name: string | null
  /** `run-name` with its expressions; null: not set. */
  readonly runName: string | null
  /** null: the workflow cannot be dispatched. */
  readonly dispatch: { readonly inputs: ReadonlyMap<string, DispatchInput> } | null
}

/**
 * Reads a GitHub Actions workflow: whether it can be dispatched, and with which inputs. The text comes from another
 * repository and may contain anything; nothing in it is executed.
 *
 * Syntax: docs.github.com, "Workflow syntax for GitHub Actions". Anchors are supported, as in GitHub since late 2025.
 *
 * @param text the workflow file.
 * @param about the file's name, for messages.
 */
export function readWorkflow(
  text: string,
  about: { readonly file: string },
): { readonly ok: true; readonly workflow: WorkflowFacts; readonly file: YamlFile } | Unreadable {
  const read = readYamlFile(text, about.file)
  if (!read.ok) return read
  const { file } = read
  const workflow = mapOf(file.data)
  const dispatch = isTriggeredBy(workflow, 'workflow_dispatch')
    ? { inputs: inputsAt(workflow, 'workflow_dispatch', file) }
    : null
  const names = { name: textAt(workflow, 'name', file), runName: textAt(workflow, 'run-name', file) }
  return { ok: true, workflow: { file: about.file, ...names, dispatch }, file }
}

function textAt(workflow: DataMap, key: string, file: YamlFile): string | null {
  const data = valueAt(workflow, key)
  return data === undefined || data === null ? null : file.scalar(data, [key])
}

/** `on` may be one event, a list of events or a map of them. */
function isTriggeredBy(workflow: DataMap, event: string): boolean {
  const on = valueAt(workflow, 'on')
  return on === event || listOf(on).includes(event) || (isDataMap(on) && valueAt(on, event) !== undefined)
}

/** The inputs that a workflow declares for an event, `workflow_dispatch` or `workflow_call`, in order. */
export function inputsAt(workflow: DataMap, event: string, file: YamlFile): ReadonlyMap<string, DispatchInput> {
  const declared = mapOf(valueAt(workflow, 'on', event, 'inputs'))
  const path = ['on', event, 'inputs']
  return new Map(Object.entries(declared).map(([name, data]) => [name, inputOf(mapOf(data), [...path, name], file)]))
}

function inputOf(data: DataMap, path: readonly string[], file: YamlFile): DispatchInput {
  const given = valueAt(data, 'default')
  const type = scalarText(valueAt(data, 'type')) ?? ''
  const options = listOf(valueAt(data, 'options'))
  return {
    required: scalarText(valueAt(data, 'required')) === 'true',
    default: given === undefined || given === null ? null : (file.scalar(given, [...path, 'default']) ?? ''),
    type: type === '' ? 'string' : type,
    options:
      type === 'choice' ? options.map((option, index) => file.scalar(option, [...path, 'options', index]) ?? '') : [],
  }
}

/** Why GitHub would refuse a dispatch, with the key of `source` in images.yaml that causes it. */
export interface DispatchProblem {
  readonly code: 'dispatch-impossible' | 'dispatch-input'
  readonly key: 'workflow' | `inputs.${string}`
  readonly message: string
  readonly remedy: string
}

/** docs.github.com, "Workflow syntax", on.workflow_dispatch.inputs; 10 until 2025-12-04 (GitHub changelog). */
const MAX_INPUTS = 25

/** The same page. */
const MAX_INPUT_CHARACTERS = 65_535

/** Filled in when a rebuild is due, so the value cannot be checked against a list of options. */
export const PLACEHOLDER = /\$\((?:baseImage|baseDigest)\)/

/** An input as sent: placeholders replaced by the changed base image and its digest, or by nothing if unknown. */
export function filledInput(
  value: string,
  base: { readonly reference: string | null; readonly digest: string | null } | null,
): string {
  return value.replaceAll('$(baseImage)', base?.reference ?? '').replaceAll('$(baseDigest)', base?.digest ?? '')
}

/**
 * Whether GitHub would accept this dispatch: finds everything it would reject with 422 before the entry is merged.
 *
 * @param inputs what we send, `source.inputs` in images.yaml.
 */
export function checkDispatch(facts: WorkflowFacts, inputs: ReadonlyMap<string, string>): DispatchProblem[] {
  if (facts.dispatch === null) {
    const message = `${facts.file} has no workflow_dispatch trigger: it cannot be started.`
    return [
      {
        code: 'dispatch-impossible',
        key: 'workflow',
        message,
        remedy: 'Add `workflow_dispatch:` under `on:` in that workflow.',
      },
    ]
  }
  const declared = facts.dispatch.inputs
  const problems = sizeProblems(inputs, facts.file)
  for (const [name, value] of inputs) {
    const input = declared.get(name)
    if (input === undefined) problems.push(undeclared(name, [...declared.keys()], facts.file))
    else if (input.type === 'choice' && !PLACEHOLDER.test(value) && !input.options.includes(value)) {
      const shown = input.options.slice(0, 10).map(shortText).join(', ') + (input.options.length > 10 ? ', …' : '')
      const message = `${facts.file} does not offer ${quote(value)} for the input ${quote(name)}.`
      problems.push({ code: 'dispatch-input', key: `inputs.${name}`, message, remedy: `Send one of: ${shown}.` })
    } else if (!isOfType(value, input.type)) {
      const message = `${facts.file} takes a ${input.type} for the input ${quote(name)}, not ${quote(value)}.`
      const written = input.type === 'boolean' ? `"true" or "false"` : 'a number in quotes, as in "3"'
      problems.push({ code: 'dispatch-input', key: `inputs.${name}`, message, remedy: `Write ${name}: ${written}.` })
    }
  }
  for (const [name, input] of declared) {
    if (!input.required || input.default !== null || inputs.has(name)) continue
    const message = `${facts.file} requires the input ${quote(name)}, which has no default and is not sent.`
    const remedy = `Add it under source.inputs in images.yaml, or give it a default in the workflow.`
    problems.push({ code: 'dispatch-input', key: `inputs.${name}`, message, remedy })
  }
  return problems
}

/** GitHub refuses a boolean that is neither true nor false, and a number that is not one. */
function isOfType(value: string, type: string): boolean {
  if (PLACEHOLDER.test(value)) return type !== 'boolean' && type !== 'number'
  if (type === 'boolean') return value === 'true' || value === 'false'
  return type !== 'number' || (value.trim() !== '' && Number.isFinite(Number(value)))
}

function undeclared(name: string, declared: readonly string[], file: string): DispatchProblem {
  const near = suggest(name, declared)
  const known =
    declared.length === 0 ? 'It takes none.' : `It takes: ${declared.slice(0, 25).map(shortText).join(', ')}.`
  const remedy =
    near === null
      ? `${known} Declare it under workflow_dispatch, or do not send it.`
      : `Did you mean ${shortText(near)}?`
  return { code: 'dispatch-input', key: `inputs.${name}`, message: `${file} declares no input ${quote(name)}.`, remedy }
}

function sizeProblems(inputs: ReadonlyMap<string, string>, file: string): DispatchProblem[] {
  const remedy = 'Send fewer or shorter ones.'
  if (inputs.size > MAX_INPUTS) {
    const message = `${file} is sent ${inputs.size} inputs; GitHub accepts at most ${MAX_INPUTS}.`
    return [{ code: 'dispatch-input', key: 'workflow', message, remedy }]
  }
  if (JSON.stringify(Object.fromEntries(inputs)).length > MAX_INPUT_CHARACTERS) {
    const message = `${file} is sent more than ${MAX_INPUT_CHARACTERS} characters of inputs, which is GitHub's limit.`
    return [{ code: 'dispatch-input', key: 'workflow', message, remedy }]
  }
  return []
}
