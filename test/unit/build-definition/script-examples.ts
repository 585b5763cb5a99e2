import {
  readScript,
  type ScriptBuild,
  type ScriptFacts,
  type shellOf,
} from '../../../src/build-definition/script/index.js'
import { type BuildValue, known, unknown } from '../../../src/build-definition/value.js'
import { expand } from '../../../src/build-definition/workflow/scope.js'
import { map, shown, text } from './examples.js'

/** A script as a step has it, of which expressions `env.NAME` are known. `null` among variables: set, to what is not known. */
export function read(
  script: string,
  variables: Readonly<Record<string, string | null>> = {},
  {
    shell = 'posix',
    folder = known(''),
  }: { shell?: NonNullable<ReturnType<typeof shellOf>>; folder?: BuildValue } = {},
): ScriptFacts {
  const given = new Map(Object.entries(variables))
  const expanded = expand(script, (expression) => given.get(expression.replace(/^env\./, '')) ?? null)
  const variable = (name: string): BuildValue | null => {
    const value = given.get(name)
    return value === undefined ? null : value === null ? unknown(name) : known(value)
  }
  return readScript(expanded, variable, shell, folder)
}

const texts = (values: readonly BuildValue[]) => values.map(text)

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
