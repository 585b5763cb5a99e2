import { isRemote } from '../paths.js'
import {
  type BuildInputs,
  type BuildValue,
  type EnvironmentLookup,
  FROM_ENVIRONMENT,
  isKnown,
  nonEmpty,
  splitPair,
  type Unclear,
  unknown,
} from '../value.js'
import type { BakeCommand, CommandBuild, ComposeCommand } from './facts.js'
import {
  BAKE_FLAGS,
  BUILDAH_BUILD_FLAGS,
  composeVariables,
  DOCKER_BUILD_FLAGS,
  type FlagTable,
  KANIKO_FLAGS,
  parseProgramFlags,
} from './flags.js'
import type { Marks } from './marks.js'
import type { Field, State } from './state.js'

/** A program call with its context. */
export interface ProgramCall {
  readonly line: number
  readonly state: State
  readonly marks: Marks
  /** Environment variables that the program sees. */
  readonly environment: EnvironmentLookup
  /** Those of them that the script sets. */
  readonly ownEnvironment: () => ReadonlyMap<string, BuildValue>
}

/** Reads `docker build` and commands with the same arguments; null if it builds nothing. */
export function readBuild(tool: CommandBuild['tool'], args: readonly Field[], call: ProgramCall): CommandBuild | null {
  if (tool === 'kaniko') return readKaniko(args, call)
  const isBuildah = tool === 'podman' || tool === 'buildah'
  const flags = new Flags(args, isBuildah ? BUILDAH_BUILD_FLAGS : DOCKER_BUILD_FLAGS, call.marks)
  if (flags.has('help') || flags.isOn('check') || !/^(?:build)?$/.test(flags.text('call') ?? '')) return null
  const { context, unclear } = contextOf(flags, isBuildah, call.marks)
  const files = flags.all('file')
  const platforms = flags.list('platform')
  const source = dockerfileOf(context, files[0] ?? null, call)
  return {
    kind: 'build',
    tool,
    ...placeOf(call),
    ...source,
    context: context === null ? null : call.marks.path(context, call.state.folder),
    inputs: {
      ...pairsOf(flags, 'build-arg', call),
      target: flags.value('target'),
      platforms: platforms.length > 0 ? platforms : defaultPlatforms(flags, isBuildah, call),
      contexts: pairsOf(flags, 'build-context', call).args,
      unclear: [...unclear, ...unclearFlags(flags, isBuildah, call)],
    },
    publishes: publishesBy(flags),
    tags: [...flags.values('tag'), ...(isBuildah ? flags.values('manifest') : [])],
  }
}

function placeOf({ line, state, marks }: ProgramCall): Pick<CommandBuild, 'line' | 'folder' | 'isConditional'> {
  return { line, folder: marks.value(state.folder), isConditional: state.isConditional }
}

/** The flags of one command. */
export class Flags {
  readonly parsed: ReturnType<typeof parseProgramFlags>
  readonly #marks: Marks

  constructor(args: readonly Field[], table: FlagTable, marks: Marks, isMixed = true) {
    this.parsed = parseProgramFlags(args, table, marks, isMixed)
    this.#marks = marks
  }

  has(name: string): boolean {
    return this.parsed.flags.some((flag) => flag.name === name)
  }

  /** Whether a switch is on or may be. */
  isOn(name: string): boolean {
    const flag = this.parsed.flags.findLast((one) => one.name === name)
    return flag !== undefined && !/^(?:false|0|f)$/i.test(flag.value ?? '')
  }

  /** All values of a flag, with marks. */
  all(name: string): string[] {
    return this.parsed.flags.flatMap((flag) => (flag.name === name && flag.value !== null ? [flag.value] : []))
  }

  text(name: string): string | null {
    return this.all(name).at(-1) ?? null
  }

  value(name: string): BuildValue | null {
    const text = this.text(name)
    return text === null ? null : nonEmpty(this.#marks.value(text))
  }

  values(name: string): BuildValue[] {
    return this.all(name).map((text) => this.#marks.value(text))
  }

  /** Values of a flag that may be repeated or comma-separated. */
  list(name: string): BuildValue[] {
    const items = this.all(name).flatMap((text) => text.split(','))
    return items.flatMap((text) => (text.trim() === '' ? [] : [this.#marks.value(text.trim())]))
  }
}

/** The context argument. A word that may expand to several arguments is used only if no other can be the context. */
function contextOf(
  { parsed }: Flags,
  isOptional: boolean,
  marks: Marks,
): { readonly context: string | null; readonly unclear: readonly Unclear[] } {
  const firm = parsed.rest.filter(({ isElastic }) => !isElastic)
  const elastic = parsed.rest.filter(({ isElastic }) => isElastic)
  const [doubted] = parsed.doubtful
  // Docker requires a context, so a single candidate must be it.
  const likely = firm[0] ?? (elastic.length === 0 ? doubted : elastic.pop())
  const isDoubted = likely === doubted && (isOptional || parsed.doubtful.length > 1)
  const unclear = elastic.map(({ text }) => ({ key: 'command line', written: marks.written(text) }))
  if (likely === undefined) return { context: null, unclear }
  return { context: isDoubted ? marks.add(likely.text) : likely.text, unclear }
}

/** Where the Dockerfile comes from: a file, the command's standard input, or the default. */
function dockerfileOf(
  context: string | null,
  file: string | null,
  call: ProgramCall,
): Pick<CommandBuild, 'file' | 'inline'> {
  const { marks, state } = call
  if (file !== '-' && context !== '-') {
    return { file: file === null || file === '' ? null : marks.path(file, state.folder), inline: null }
  }
  const { stdin } = state
  if (file !== '-' && file !== null) {
    return { file: unknown(`${marks.written(file)} in what the command reads from stdin`), inline: null }
  }
  if (stdin === null) return { file: unknown('what the command reads from stdin'), inline: null }
  if ('file' in stdin) return { file: marks.path(stdin.file, state.folder), inline: null }
  return { file: unknown('what the command reads from stdin'), inline: marks.value(stdin.text) }
}

/** `NAME=VALUE`. A name alone takes its value from the environment (docs.docker.com, `docker build --build-arg`). */
function pairsOf(
  flags: Flags,
  name: string,
  { marks, environment }: ProgramCall,
): Pick<BuildInputs, 'args' | 'unclear'> {
  const args = new Map<string, BuildValue>()
  const unclear: Unclear[] = []
  for (const text of flags.all(name)) {
    const [before, value] = splitPair(text)
    const key = marks.withDefaults(before)
    if (key === null) unclear.push({ key: name, written: marks.written(text) })
    else if (value !== null) args.set(key, marks.value(value))
    else if (key !== '' && name === 'build-arg') args.set(key, environment(key) ?? FROM_ENVIRONMENT)
  }
  return { args, unclear }
}

function defaultPlatforms(
  flags: Flags,
  isBuildah: boolean,
  { marks, environment }: ProgramCall,
): readonly BuildValue[] {
  if (!isBuildah) {
    const platform = environment('DOCKER_DEFAULT_PLATFORM')
    return platform === null || nonEmpty(platform) === null ? [] : [platform]
  }
  const [os, arch, variant] = ['os', 'arch', 'variant'].map((name) => flags.text(name))
  if (arch === null || arch === undefined) return []
  return [marks.value([os ?? 'linux', arch, ...(variant ? [variant] : [])].join('/'))]
}

/** Flags that change a build in a way that none of our settings covers. */
function unclearFlags(flags: Flags, isBuildah: boolean, call: ProgramCall): readonly Unclear[] {
  const { marks } = call
  const found = ['build-arg', 'build-context'].flatMap((name) => pairsOf(flags, name, call).unclear)
  if (!isBuildah) return found
  const written = (name: string) => flags.all(name).map((text) => ({ key: `--${name}`, written: marks.written(text) }))
  const files = flags.all('file')
  const joined = { key: '--file', written: marks.written(files.join(', ')) }
  const isEvery = flags.isOn('all-platforms')
    ? [{ key: '--all-platforms', written: 'every platform of the base image' }]
    : []
  return [...found, ...written('build-arg-file'), ...written('from'), ...(files.length > 1 ? [joined] : []), ...isEvery]
}

/** Whether the image is published, judged by the command itself; null: unknown. */
function publishesBy(flags: Flags): boolean | null {
  if (flags.isOn('push')) return true
  const outputs = flags.values('output')
  if (outputs.some((value) => !isKnown(value) || /push=true|type=registry/.test(value.text))) return true
  const isNotPushed = ({ text }: { text: string }) => /type=(?:local|tar|oci|cacheonly)|^[^=]*$/.test(text)
  return outputs.length > 0 && outputs.every((value) => isKnown(value) && isNotPushed(value)) ? false : null
}

/** kaniko's executor (its README, "Additional Flags"), which also looks for the Dockerfile in the context. */
function readKaniko(args: readonly Field[], call: ProgramCall): CommandBuild | null {
  const { marks, state } = call
  const flags = new Flags(args, KANIKO_FLAGS, marks)
  if (flags.has('help') || flags.parsed.flags.length === 0) return null
  const given = flags.text('context')?.replace(/^dir:\/\//, '') ?? null
  const below = flags.text('context-sub-path')
  const context = given !== null && below !== null ? `${given}/${below}` : given
  const file = flags.text('dockerfile')
  const { args: values, unclear } = pairsOf(flags, 'build-arg', call)
  const rest = flags.parsed.rest.map(({ text }) => ({ key: 'command line', written: marks.written(text) }))
  return {
    kind: 'build',
    tool: 'kaniko',
    ...placeOf(call),
    context: context === null ? null : marks.path(context, state.folder),
    file: file === null ? null : marks.path(file, state.folder),
    inline: null,
    inputs: {
      args: values,
      target: flags.value('target'),
      platforms: [...flags.values('custom-platform'), ...flags.values('customPlatform')],
      contexts: new Map(),
      unclear: [...unclear, ...rest],
    },
    publishes: !flags.isOn('no-push') && flags.has('destination'),
    tags: flags.values('destination'),
  }
}

/** Reads `docker buildx bake` (docs.docker.com, `docker buildx bake`); null if it builds nothing. */
export function readBakeCommand(args: readonly Field[], call: ProgramCall): BakeCommand | null {
  const { marks, state } = call
  const flags = new Flags(args, BAKE_FLAGS, marks)
  const isOther = ['print', 'check', 'list-targets', 'list-variables'].some((name) => flags.isOn(name))
  if (isOther || flags.has('help') || flags.has('list') || !/^(?:build)?$/.test(flags.text('call') ?? '')) return null
  const { parsed } = flags
  const names = [...parsed.rest.filter(({ isElastic }) => !isElastic), ...parsed.doubtful]
  const elastic = parsed.rest.filter(({ isElastic }) => isElastic)
  const source = names[0] !== undefined && isRemote(names[0].text) ? names.shift() : undefined
  const set = flags.values('set')
  return {
    kind: 'bake',
    ...placeOf(call),
    files: flags.has('file') ? pathsOf(flags.all('file'), call) : filesOf('BUILDX_BAKE_FILE', call),
    // An unknown target may be several.
    targets: [...names, ...elastic].map(({ text }) => marks.value(text)),
    set,
    source: source === undefined ? null : marks.path(source.text, state.folder),
    environment: new Map([...call.ownEnvironment(), ...pairsOf(flags, 'var', call).args]),
    unclear: pairsOf(flags, 'var', call).unclear,
    publishes: bakePublishes(flags, set),
  }
}

function bakePublishes(flags: Flags, set: readonly BuildValue[]): boolean | null {
  const sends = set.some((value) =>
    /\.output=.*(?:type=registry|push=true)|\.push=true/.test(isKnown(value) ? value.text : ''),
  )
  return flags.isOn('push') || sends ? true : null
}

function pathsOf(texts: readonly string[], { marks, state }: ProgramCall): BuildValue[] {
  return texts.map((text) => marks.path(text, state.folder))
}

/** The files in a colon-separated variable. */
function filesOf(variable: string, { environment }: ProgramCall): readonly BuildValue[] {
  const value = environment(variable)
  if (value === null) return []
  if (!isKnown(value)) return [value]
  return value.text.split(':').flatMap((text) => (text === '' ? [] : [{ ...value, text }]))
}

/** Reads `docker compose build`, whose files are named before the subcommand. */
export function readComposeBuild(flags: Flags, before: Flags, call: ProgramCall): ComposeCommand {
  const { marks, state } = call
  const { rest } = flags.parsed
  const elastic = [...before.parsed.rest, ...rest].filter(({ isElastic }) => isElastic)
  const { args, unclear } = pairsOf(flags, 'build-arg', call)
  const folder = before.text('project-directory')
  return {
    kind: 'compose',
    ...placeOf(call),
    files: before.has('file') ? pathsOf(before.all('file'), call) : filesOf('COMPOSE_FILE', call),
    services: rest.filter(({ isElastic }) => !isElastic).map(({ text }) => marks.value(text)),
    args,
    projectFolder: folder === null ? null : marks.path(folder, state.folder),
    environment: new Map([...call.ownEnvironment(), ...composeVariables(before.parsed, marks)]),
    unclear: [...unclear, ...elastic.map(({ text }) => ({ key: 'command line', written: marks.written(text) }))],
    publishes: flags.isOn('push') ? true : null,
  }
}
