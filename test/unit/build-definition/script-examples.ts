import {
  readScript,
  type ScriptBuild,
  type ScriptFacts,
  type ScriptOptions,
} from '../../../src/build-definition/script/index.js'
import { type BuildValue, isKnown, known, unknown } from '../../../src/build-definition/value.js'
import { expand } from '../../../src/build-definition/workflow/scope.js'
import { shown } from './examples.js'

/** A script as a step has it, of which expressions `env.NAME` are known. `null` among variables: set, to what is not known. */
export function read(
  script: string,
  variables: Readonly<Record<string, string | null>> = {},
  options: ScriptOptions = {},
): ScriptFacts {
  const given = new Map(Object.entries(variables))
  const expanded = expand(script, (expression) => given.get(expression.replace(/^env\./, '')) ?? null)
  const variable = (name: string): BuildValue | null => {
    const value = given.get(name)
    return value === undefined ? null : value === null ? unknown(name) : known(value)
  }
  return readScript(expanded, { variable }, options)
}

/** A value, short enough for a table: unknown ones as `?written`, assumed ones as `text (written)`. */
export function text(value: BuildValue | null): string | null {
  if (value === null) return null
  if (!isKnown(value)) return `?${value.written}`
  return value.assumedFrom === undefined ? value.text : `${value.text} (${value.assumedFrom})`
}

const texts = (values: readonly BuildValue[]) => values.map(text)
const map = (values: ReadonlyMap<string, BuildValue>) =>
  Object.fromEntries([...values].map(([name, value]) => [name, text(value)]))

/** What one build is, without what is empty. */
export function summary(build: ScriptBuild): Record<string, unknown> {
  const parts: Record<string, unknown> = {
    ...(text(build.folder) !== '' && { folder: text(build.folder) }),
    ...(build.isConditional && { isConditional: true }),
    ...(build.publishes !== null && { publishes: build.publishes }),
  }
  if (build.kind === 'build') {
    return {
      ...(build.tool !== 'docker' && { tool: build.tool }),
      ...(build.context !== null && { context: text(build.context) }),
      ...(build.file !== null && { file: text(build.file) }),
      ...(build.inline !== null && { inline: text(build.inline) }),
      ...shown(build.inputs),
      ...(build.tags.length > 0 && { tags: texts(build.tags) }),
      ...parts,
    }
  }
  return {
    kind: build.kind,
    ...(build.files.length > 0 && { files: texts(build.files) }),
    ...(build.kind === 'bake' && build.targets.length > 0 && { targets: texts(build.targets) }),
    ...(build.kind === 'bake' && build.set.length > 0 && { set: texts(build.set) }),
    ...(build.kind === 'bake' && build.source !== null && { source: text(build.source) }),
    ...(build.kind === 'compose' && build.services.length > 0 && { services: texts(build.services) }),
    ...(build.kind === 'compose' && build.args.size > 0 && { args: map(build.args) }),
    ...(build.kind === 'compose' && build.projectFolder !== null && { projectFolder: text(build.projectFolder) }),
    ...(build.environment.size > 0 && { environment: map(build.environment) }),
    ...(build.unclear.length > 0 && { unclear: build.unclear.map(({ key, written }) => `${key}: ${written}`) }),
    ...parts,
  }
}
