import { Flags, type ProgramCall, readBakeCommand, readBuild, readComposeBuild } from './build-command.js'
import type { CommandBuild, CommandFacts, ScriptBuild } from './facts.js'
import {
  COMPOSE_BUILD_FLAGS,
  COMPOSE_FLAGS,
  COMPOSE_RUN_FLAGS,
  COMPOSE_UP_FLAGS,
  GLOBAL_FLAGS,
  IMAGETOOLS_FLAGS,
  PUSH_FLAGS,
} from './flags.js'
import type { Field } from './state.js'
import { programOf } from './wrappers.js'

const NOTHING: CommandFacts = {}

/** Reads a command that runs a program which may build. */
export function readProgram(fields: readonly Field[], call: ProgramCall): CommandFacts {
  const name = programOf(fields, call.marks)
  const args = fields.slice(1)
  switch (name) {
    case 'docker':
    case 'podman':
    case 'nerdctl':
      return readEngine(name, args, call)
    case 'docker-buildx':
    case 'buildx':
      return readBuildx('docker', args, call)
    case 'docker-compose':
    case 'podman-compose':
      return readCompose(args, call)
    case 'buildah':
    case 'img':
    case 'depot':
      return readOther(name, args, call)
    case 'executor':
      return built(readBuild('kaniko', args, call))
    case 'skopeo':
      return readSkopeo(args, call)
    default:
      return readUnknown(name, fields, call)
  }
}

function built(build: ScriptBuild | null): CommandFacts {
  return build === null ? NOTHING : { builds: [build] }
}

const SUBCOMMANDS: ReadonlySet<string> = new Set([
  ...['build', 'bud', 'build-using-dockerfile', 'buildx', 'image', 'builder', 'compose', 'push', 'tag', 'manifest'],
  ...['bake', 'up', 'create', 'run', 'b', 'f'],
])

function subcommand(
  args: readonly Field[],
  table: typeof GLOBAL_FLAGS,
  { marks }: ProgramCall,
): { readonly name: string | null; readonly args: readonly Field[]; readonly before: Flags } {
  const before = new Flags(args, table, marks, false)
  const { restIndex, rest, doubtful } = before.parsed
  const left = rest.length > 0 ? rest : args.slice(restIndex)
  if (doubtful.length > 0 && left.length === 0) return { name: doubtful[0]?.text ?? '', args: [], before }
  const [first] = left
  if (first === undefined) return { name: '', args: [], before }
  const settled = marks.withDefaults(first.text)
  if (settled !== null || !first.isElastic) return { name: settled, args: left.slice(1), before }
  const at = left.findIndex(({ text }) => SUBCOMMANDS.has(text))
  if (at < 0) return { name: null, args: left, before }
  const flags = new Flags([...args.slice(0, restIndex), ...left.slice(0, at)], table, marks)
  return { name: left[at]?.text ?? '', args: left.slice(at + 1), before: flags }
}

function readEngine(tool: 'docker' | 'podman' | 'nerdctl', args: readonly Field[], call: ProgramCall): CommandFacts {
  const { name, args: rest, before } = subcommand(args, GLOBAL_FLAGS, call)
  if (before.has('help')) return NOTHING
  switch (name) {
    case null:
      return { unread: tool }
    case 'build':
      return built(readBuild(tool, rest, call))
    case 'image':
    case 'builder': {
      const inner = subcommand(rest, GLOBAL_FLAGS, call)
      if (inner.name === 'build') return built(readBuild(tool, inner.args, call))
      return name === 'image' ? readMove(inner.name, inner.args, call) : NOTHING
    }
    case 'buildx':
      return readBuildx(tool, rest, call)
    case 'compose':
      return readCompose(rest, call)
    case 'manifest': {
      const inner = subcommand(rest, GLOBAL_FLAGS, call)
      return inner.name === 'push' ? readMove('push', inner.args, call) : NOTHING
    }
    default:
      return readMove(name, rest, call)
  }
}

function readBuildx(tool: CommandBuild['tool'], args: readonly Field[], call: ProgramCall): CommandFacts {
  const { name, args: rest, before } = subcommand(args, GLOBAL_FLAGS, call)
  if (before.has('help')) return NOTHING
  if (name === null) return { unread: tool }
  if (name === 'build' || name === 'b') return built(readBuild(tool, rest, call))
  if (name === 'imagetools' && rest[0]?.text === 'create') return readImageTools(rest.slice(1), call)
  return name === 'bake' || name === 'f' ? built(readBakeCommand(rest, call)) : NOTHING
}

function readOther(tool: 'buildah' | 'img' | 'depot', args: readonly Field[], call: ProgramCall): CommandFacts {
  const { name, args: rest, before } = subcommand(args, GLOBAL_FLAGS, call)
  if (before.has('help')) return NOTHING
  if (name === null) return { unread: tool }
  if (name === 'build' || (tool === 'buildah' && /^(?:bud|build-using-dockerfile)$/.test(name))) {
    return built(readBuild(tool, rest, call))
  }
  if (name === 'bake' && tool === 'depot') return built(readBakeCommand(rest, call))
  if (name !== 'manifest') return readMove(name, rest, call)
  return rest[0]?.text === 'push' ? readMove('push', rest.slice(1), call) : NOTHING
}

/** `push`, optionally with another name, and `tag`. */
function readMove(name: string | null, args: readonly Field[], { marks }: ProgramCall): CommandFacts {
  const image = (text: string) => marks.value(text.replace(/^(?:docker:\/\/|containers-storage:|docker-daemon:)/, ''))
  if (name === 'push') {
    const { rest } = new Flags(args, PUSH_FLAGS, marks).parsed
    const [from, to] = rest
    if (from === undefined) return NOTHING
    const pushed = image((to ?? from).text)
    return { pushes: [pushed], retags: to === undefined ? [] : [{ from: image(from.text), to: pushed }] }
  }
  const [from, ...to] = args.filter(({ text }) => !text.startsWith('-'))
  if (name !== 'tag' || from === undefined) return NOTHING
  return { retags: to.map(({ text }) => ({ from: image(from.text), to: image(text) })) }
}

/** `docker buildx imagetools create -t app:1 app@sha256:…`: an additional registry name for a pushed image. */
function readImageTools(args: readonly Field[], { marks }: ProgramCall): CommandFacts {
  const flags = new Flags(args, IMAGETOOLS_FLAGS, marks)
  const tags = flags.values('tag')
  const sources = flags.parsed.rest.map(({ text }) => marks.value(text.replace(/@sha256:.*$/s, '')))
  if (flags.isOn('dry-run')) return NOTHING
  return { pushes: tags, retags: sources.flatMap((from) => tags.map((to) => ({ from, to }))) }
}

/** `skopeo copy containers-storage:app docker://registry/app`. */
function readSkopeo(args: readonly Field[], call: ProgramCall): CommandFacts {
  const places = args.filter(({ text }) => /^(?:docker:\/\/|containers-storage:|docker-daemon:)/.test(text))
  return args.some(({ text }) => text === 'copy') && places.length === 2 ? readMove('push', places, call) : NOTHING
}

function readCompose(args: readonly Field[], call: ProgramCall): CommandFacts {
  const { name, args: rest, before } = subcommand(args, COMPOSE_FLAGS, call)
  if (before.has('help') || before.isOn('dry-run')) return NOTHING
  if (name === null) return { unread: 'compose' }
  if (name === 'push') return { pushesServices: true }
  if (name === 'build') {
    const flags = new Flags(rest, COMPOSE_BUILD_FLAGS, call.marks)
    const builds = !flags.has('help') && !flags.isOn('print') && !flags.isOn('check')
    return builds ? built(readComposeBuild(flags, before, call)) : NOTHING
  }
  if (name === 'run') {
    const flags = new Flags(rest, COMPOSE_RUN_FLAGS, call.marks, false)
    const { restIndex } = flags.parsed
    const service = new Flags([...rest.slice(restIndex, restIndex + 1)], COMPOSE_RUN_FLAGS, call.marks)
    return flags.isOn('build') ? built(readComposeBuild(service, before, call)) : NOTHING
  }
  const flags = new Flags(rest, COMPOSE_UP_FLAGS, call.marks)
  const isBuilding = (name === 'up' || name === 'create') && flags.isOn('build')
  return isBuilding ? built(readComposeBuild(flags, before, call)) : NOTHING
}

/** Words in names of targets and scripts that build images. */
const ABOUT_IMAGES = /docker|podman|buildah|kaniko|image|container|bake/i
const ABOUT_BUILDS = new RegExp(
  `${ABOUT_IMAGES.source}|build|push|publish|release|deploy|package|\\ball\\b|\\boci\\b`,
  'i',
)

/** Programs that may build images, with the arguments that suggest it. */
const RUNNERS: ReadonlyMap<string, RegExp> = new Map([
  ...['make', 'gmake', 'task', 'go-task', 'just', 'mage', 'rake', 'invoke'].map(
    (name) => [name, ABOUT_BUILDS] as const,
  ),
  ...['npm', 'yarn', 'pnpm', 'bun', 'npx', 'nx', 'turbo', 'gradle', 'sbt', 'mvn'].map(
    (name) => [name, ABOUT_IMAGES] as const,
  ),
  ['mvn', /jib|build-image|docker|fabric8|jkube|container/],
  ['gradle', /jib|buildimage|docker|image|container/i],
  ['earthly', /./],
  ['dagger', /./],
  ['nix', /^(?:build|run)\b/],
  ['nix-build', /^/],
  ['ko', /^(?:build|publish|apply|resolve|create)\b/],
  ['goreleaser', /^(?:release|build|r|b)\b/],
  ['skaffold', /^(?:build|run|dev)\b/],
  ['pack', /^build\b/],
  ['nixpacks', /^build\b/],
  ['s2i', /^build\b/],
  ['werf', /^(?:build|converge|publish|export)\b/],
  ['tilt', /^ci\b/],
  ['apko', /^(?:build|publish)\b/],
  ['bazel', /^(?:run|build)\b.*(?:image|docker|container|oci|push)/],
  ['bazelisk', /^(?:run|build)\b.*(?:image|docker|container|oci|push)/],
  ['dotnet', /PublishContainer|DefaultContainer/],
  ['copilot', /^(?:deploy|svc deploy|job deploy)\b/],
  ['fly', /^deploy\b/],
  ['flyctl', /^deploy\b/],
  ['gcloud', /^builds submit\b/],
  ['az', /^acr build\b/],
  ['heroku', /^container:push\b/],
])

/** Without a target, these build their first one. */
const HAS_DEFAULT = /^(?:g?make|just|(?:go-)?task)$/

const SHELL = /^(?:(?:ba|da|z|k|a)?sh|source|\.|pwsh|powershell)$/
const INTERPRETER = /^(?:python[\d.]*|node|ruby|perl|deno|bun)$/
const SCRIPT = /\.(?:sh|bash|zsh|ps1|py|m?js|ts|rb|pl|cmd|bat)$|^\.{0,2}\//i

/** Programs that do not run their arguments as commands here. */
const NO_STARTERS =
  /^(?:echo|printf|cat|tee|grep|egrep|sed|awk|which|type|hash|test|command|\[|git|gh|apt|apt-get|yum|dnf|apk|brew|pip3?|choco|kubectl|oc|helm|systemctl|service|usermod|export|read|trap|jq|yq|curl|wget|Write-Host|Write-Output)$/

/** Programs that run their arguments on another machine or with more arguments. */
const STARTS_OTHERWISE = /^(?:ssh|xargs|parallel|su|script|gcloud|lima|limactl|vagrant|multipass|wsl|machinectl)$/

/** Fast check for whether a script can be relevant: most are not, and parsing takes time. */
export function mayMatter(script: string): boolean {
  return HINT.test(script)
}

const HINT = new RegExp(
  `docker|podman|buildah|nerdctl|kaniko|executor|skopeo|depot|\\bimg\\b|GITHUB_ENV|github\\.env|build|bake|\\b(?:${[...RUNNERS.keys()].join('|')})\\b|\\.(?:sh|bash|zsh|ps1|py|m?js|ts|rb|pl|cmd|bat)\\b|(?:^|\\s)\\.{1,2}/`,
  'm',
)

/** Other commands: a program that runs an engine, or a file or program that may build but is not read. */
function readUnknown(name: string | null, fields: readonly Field[], call: ProgramCall): CommandFacts {
  const words = fields.map(({ text }) => call.marks.written(text))
  const [program = '', ...args] = words
  // An unknown program with an engine's subcommand: `$CONTAINER_ENGINE build -t app .`
  if (name === null) {
    const isAbout =
      args.length === 0 ? ABOUT_BUILDS.test(program) : /^(?:build|buildx|bake|bud|compose)$/.test(args[0] ?? '')
    return isAbout ? { unread: program } : NOTHING
  }
  if (NO_STARTERS.test(name)) return NOTHING
  const at = fields.findIndex((field, index) => index > 0 && startsBuild(field, fields[index + 1], call))
  if (at > 0) return STARTS_OTHERWISE.test(name) ? { unread: 'docker' } : readProgram(fields.slice(at), call)
  const base = name.replace(/^(gradle|mvn)w(?:\.bat|\.cmd)?$/, '$1')
  const runner = RUNNERS.get(base)
  if (runner !== undefined) {
    const wanted = args.filter((word) => !/^-(?!D|P)[\w-]*$|^\w+=/.test(word))
    const isDefault = wanted.length === 0 && HAS_DEFAULT.test(base)
    return isDefault || runner.test(wanted.join(' ')) ? { unread: base } : NOTHING
  }
  const script = scriptName(name, program, args)
  if (script !== null && isAboutBuilds(script)) return { unread: 'script' }
  const isInText = args.some((word) => ENGINE_IN_TEXT.test(word.slice(0, 4096)))
  return isInText && STARTS_OTHERWISE.test(name) ? { unread: 'docker' } : NOTHING
}

const ENGINE = /^(?:docker|podman|nerdctl|buildah|docker-compose|docker-buildx)$/
const ENGINE_WORD = /^(?:build|buildx|bake|bud|image|builder|compose|push|--?[a-z].*)$/i
const ENGINE_IN_TEXT =
  /\b(?:docker|podman|nerdctl)\s+(?:buildx\s+|image\s+)?(?:build|bake)\b|\bbuildah\s+(?:bud|build)\b/

function startsBuild(field: Field, next: Field | undefined, { marks }: ProgramCall): boolean {
  return ENGINE.test(programOf([field], marks) ?? '') && next !== undefined && ENGINE_WORD.test(next.text)
}

/** The script that a command runs, null if none. */
function scriptName(name: string, program: string, args: readonly string[]): string | null {
  const [first = ''] = args
  if (SHELL.test(name)) return args.find((word) => !word.startsWith('-')) ?? null
  if (INTERPRETER.test(name)) return /^-u$/.test(first) ? (args[1] ?? null) : first
  return SCRIPT.test(program) ? program : null
}

function isAboutBuilds(script: string): boolean {
  if (/^-|^\/etc\//.test(script)) return false
  return ABOUT_IMAGES.test(script) || ABOUT_BUILDS.test(script.replace(/^.*\//s, ''))
}
