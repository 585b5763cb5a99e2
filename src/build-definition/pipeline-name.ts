import type { Data } from '../enrollment/yaml-data.js'
import { isMap, listOf, mapOf, ownValue, readPlaced, scalarText, type Unreadable } from './data.js'
import { PLACEHOLDER } from './dispatch.js'
import { type RunTitle, titleOf } from './run-title.js'
import { oneLine } from './value.js'

/** What a GitLab pipeline file says about the names of its pipelines. */
export interface PipelineFacts {
  /** `workflow: name:` as written; null: there is none in this file. */
  readonly name: string | null
  /** Top-level `variables` with their defaults. */
  readonly variables: ReadonlyMap<string, string>
  /** Names of variables that `workflow: rules:` may set. */
  readonly ruled: ReadonlySet<string>
}

/**
 * Reads a GitLab pipeline file, as far as pipelines are named in it (docs.gitlab.com, "CI/CD YAML syntax",
 * workflow:name). What it includes cannot replace what stands in the file itself.
 */
export function readPipeline(
  text: string,
  file: string,
): { readonly ok: true; readonly pipeline: PipelineFacts } | Unreadable {
  // GitLab's own tag, which stands in scripts and rules: what it refers to names no pipeline.
  const read = readPlaced(text.replace(/!reference(?=\s*\[)/g, ''), file)
  if (!read.ok) return read
  const top = mapOf(read.file.data)
  const workflow = mapOf(ownValue(top, 'workflow'))
  const name = ownValue(workflow, 'name')
  const variables = Object.entries(mapOf(ownValue(top, 'variables')))
  const ruled = listOf(ownValue(workflow, 'rules')).flatMap((rule) =>
    Object.keys(mapOf(ownValue(mapOf(rule), 'variables'))),
  )
  const pipeline = {
    name: name === undefined || name === null ? null : scalarText(name),
    variables: new Map(variables.flatMap(([key, value]) => defaultOf(key, value))),
    ruled: new Set(ruled),
  }
  return { ok: true, pipeline }
}

/** A variable is a value, or a map that describes one. */
function defaultOf(key: string, data: Data): [string, string][] {
  const text = scalarText(isMap(data) ? ownValue(data, 'value') : data)
  return text === null ? [] : [[key, text]]
}

const MAX_WRITTEN = 2048

/** `$NAME`, `${NAME}` and `%NAME%` (GitLab's lib/expand_variables.rb). */
const VARIABLE = /\$([A-Za-z_]\w*)|\$\{([A-Za-z_]\w*)\}|%([A-Za-z_]\w*)%/g

/**
 * The name GitLab gives a pipeline that is started with these variables; spaces around it are removed, a blank one is
 * none (docs.gitlab.com, workflow:name).
 */
export function pipelineTitle({ name, variables, ruled }: PipelineFacts, sent: ReadonlyMap<string, string>): RunTitle {
  if (name === null || name.trim() === '') return { kind: 'none' }
  if (name.length > MAX_WRITTEN) return { kind: 'unknown', reason: `is longer than ${MAX_WRITTEN} characters` }
  // Both are escapes in some versions and none in others; `$[[ ]]` is filled in before variables are.
  if (/\$\$|%%|\$\[\[/.test(name))
    return { kind: 'unknown', reason: 'holds $$, %% or $[[, which is not evaluated here' }
  const reasons: string[] = []
  const text = name.replace(VARIABLE, (_, ...groups: (string | undefined)[]) => {
    const variable = groups.slice(0, 3).find((group) => group !== undefined) ?? ''
    const value = sent.get(variable) ?? (ruled.has(variable) ? undefined : variables.get(variable))
    const reason = whyUnknown(variable, value)
    if (reason !== null) reasons.push(`uses $${oneLine(variable)}, ${reason}`)
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
  if (PLACEHOLDER.test(value)) return 'which is another one for every new base image'
  return /[$%]/.test(value) ? 'whose value holds another variable' : null
}
