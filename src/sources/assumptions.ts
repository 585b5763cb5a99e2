import {
  type Assumption,
  assumptionText,
  type ResolvedBuild,
  shortText,
  writtenSetting,
} from '../build-definition/index.js'
import type { Dockerfile } from '../dockerfile/index.js'
import type { PossibleBases } from './possible-bases.js'
import { MAX_BUILDS, type UnknownInput } from './possible-builds.js'
import { isMarked } from './stage-choices.js'

const GENERAL = 'Write what the build passes under `build` in images.yaml.'

/** An assumption about the build that affects the result. */
export interface AssumptionWarning {
  /** One line, without a full stop. */
  readonly text: string
  /** What to write in images.yaml instead of assuming, as a sentence. */
  readonly remedy: string
  /** Whether another value would only change which images count as runtime: relevant only with `rebuildOn: runtime`. */
  readonly isRuntimeOnly: boolean
}

/** A warning with the general remedy. */
export function inGeneral(text: string): AssumptionWarning {
  return { text, remedy: GENERAL, isRuntimeOnly: false }
}

interface About {
  readonly dockerfile: Dockerfile
  readonly resolved: ResolvedBuild
  readonly possible: PossibleBases
  /** Arguments whose assumed value names a base image. */
  readonly used: ReadonlySet<string>
}

/** The assumptions under which another value may give other base images, each with its remedy. */
export function assumptions(about: About): AssumptionWarning[] {
  const { resolved, possible } = about
  const own = resolved.assumed.flatMap((assumption) => warningsOf(assumption, about))
  const isCovered = resolved.assumed.some(({ key }) => key === 'list')
  const rest = isCovered ? [] : unreadOf(about)
  const capped = `more than ${MAX_BUILDS} builds of it are possible: every image that the Dockerfile names is tracked`
  return [...own, ...rest, ...(possible.isCapped ? [inGeneral(capped)] : [])]
}

function warningsOf(assumption: Assumption, about: About): AssumptionWarning[] {
  const { possible, used } = about
  switch (assumption.key) {
    case 'args': {
      const unknown = `args ${assumption.name}` as const
      if (!used.has(assumption.name) && !possible.additions.has(unknown)) return []
      const instead = assumption.value === null ? defaultWords(assumption.name, about) : assumption.instead
      return [warningOf({ ...assumption, instead }, [unknown], about)]
    }
    case 'target':
      return possible.additions.has('target')
        ? [warningOf({ ...assumption, instead: `${targetWords(about)} is assumed` }, ['target'], about)]
        : []
    case 'platforms':
      return bearsOnPlatform(about) ? [warningOf(assumption, ['platforms'], about)] : []
    case 'contexts':
      // A context with an unknown value is reported with the image that it replaces.
      return assumption.value === null ? [] : [warningOf(assumption, [], about)]
    case 'list': {
      const isOfArgs = /^(?:build-)?args$/.test(assumption.name)
      const added = unownedAdditions(about)
      const unknowns = added.length > 0 ? added : [...used].map((name) => `args ${name}` as const)
      return isOfArgs && unknowns.length === 0 ? [] : [warningOf(assumption, unknowns, about)]
    }
  }
}

/** One platform of each kind that a Dockerfile may distinguish. */
const PLATFORMS = ['linux/amd64', 'linux/arm64', 'linux/arm/v7', 'linux/s390x', 'windows/amd64', 'darwin/arm64']

/** Whether another platform may pull other images. */
function bearsOnPlatform({ dockerfile, possible }: About): boolean {
  const pulled = PLATFORMS.map((platform) => {
    const result = dockerfile.find({ ...possible.options, platforms: [platform] })
    return result.ok ? JSON.stringify(result.images.filter((use) => use.reachable).map(({ ref }) => ref)) : null
  })
  return possible.additions.has('platforms') || new Set(pulled).size > 1
}

/** A warning about unknown values that no other assumption covers. */
function unreadOf(about: About): AssumptionWarning[] {
  const unknowns = unownedAdditions(about)
  if (unknowns.length === 0) return []
  const [clause, remedy] = [clauseOf(unknowns, about), remedyOf(unknowns, about)]
  const text = `what the build passes is unknown: ${clause}`
  return [
    {
      text,
      remedy: `${remedy.slice(0, -1)}, or \`build: {}\` if it passes nothing.`,
      isRuntimeOnly: isRuntime(unknowns, about),
    },
  ]
}

/** Unknown values that matter and that no other assumption covers. */
function unownedAdditions({ possible, resolved }: About): UnknownInput[] {
  const owned = new Set(resolved.assumed.map(({ key, name }) => (key === 'args' ? `args ${name}` : key)))
  return [...possible.additions.keys()].filter((unknown) => !owned.has(unknown) && unknown !== 'contexts')
}

function warningOf(assumption: Assumption, unknowns: readonly UnknownInput[], about: About): AssumptionWarning {
  const added = unknowns.filter((unknown) => about.possible.additions.has(unknown))
  const clause = added.length === 0 ? '' : `, and ${clauseOf(added, about)}`
  const remedy = unknowns.length === 0 ? remedyFor(assumption) : remedyOf(unknowns, about, assumption)
  return {
    text: assumptionText(assumption) + clause,
    remedy,
    isRuntimeOnly: added.length > 0 && assumption.key === 'target' && isRuntime(added, about),
  }
}

function isRuntime(unknowns: readonly UnknownInput[], { possible }: About): boolean {
  return unknowns.every((unknown) => possible.additions.get(unknown)?.of === 'runtime')
}

function clauseOf(unknowns: readonly UnknownInput[], about: About): string {
  const parts = unknowns.map((unknown) => {
    const stages = stagesShown(about.possible.additions.get(unknown)?.stages ?? [])
    if (unknown === 'target') return `every stage that may be the target${stages}`
    if (unknown === 'platforms') return 'every stage that another platform chooses'
    return `every stage that ${shortText(unknown.replace(/^args /, ''))} may choose${stages}`
  })
  const what = isRuntime(unknowns, about) ? 'count as part of what runs' : 'are tracked as well'
  return `the base images of ${parts.slice(0, MAX_SHOWN).join(' and ')} ${what}`
}

const MAX_SHOWN = 5

function stagesShown(stages: readonly string[]): string {
  const shown = stages.slice(0, MAX_SHOWN).map(shortText).join(', ') + (stages.length > MAX_SHOWN ? ', …' : '')
  return stages.length === 0 ? '' : ` (${shown})`
}

/** What to write for unknown values, with the assumed ones as examples. */
function remedyOf(unknowns: readonly UnknownInput[], about: About, assumption?: Assumption): string {
  const names = unknowns.flatMap((unknown) => (unknown.startsWith('args ') ? [unknown.slice('args '.length)] : []))
  const args = new Map(names.slice(0, MAX_SHOWN).map((name) => [name, exampleFor(name, about)]))
  const settings = [
    ...(unknowns.includes('target') ? [writtenSetting('target', exampleTarget(about))] : []),
    ...(args.size > 0 ? [writtenSetting('args', args)] : []),
    ...(unknowns.includes('platforms') ? [writtenSetting('platforms', about.resolved.platforms)] : []),
  ]
  if (settings.length === 0) return assumption === undefined ? GENERAL : remedyFor(assumption)
  return `Write ${settings.join(' or ')} in images.yaml, with what the build passes.`
}

function remedyFor({ key, name, value }: Assumption): string {
  if (key === 'list' || value === null) return GENERAL
  return `Write ${writtenSetting(key, new Map([[name, value]]))} in images.yaml, with what the build passes.`
}

/** An example value for an argument: the assumed one, else one that selects a stage. */
function exampleFor(name: string, { dockerfile, possible, resolved }: About): string {
  const given = resolved.args.get(name) ?? literalDefault(dockerfile, name)
  const choices = [...(possible.choices.get(name) ?? [])].filter((value) => value !== '' && !isMarked(value))
  return given ?? choices[0] ?? '…'
}

function exampleTarget({ dockerfile, possible }: About): string {
  const added = possible.additions.get('target')?.stages ?? []
  return possible.options.target ?? dockerfile.stageNames.at(-1) ?? added.at(-1) ?? '…'
}

function targetWords({ dockerfile, possible }: About): string {
  const { target } = possible.options
  const last = dockerfile.stageNames.at(-1)
  if (target !== null && target !== undefined) return shortText(target)
  return last === null || last === undefined ? 'the last stage' : `the last stage (${shortText(last)})`
}

function defaultWords(name: string, { dockerfile }: About): string {
  const text = literalDefault(dockerfile, name)
  if (text !== null) return `the Dockerfile's default ${text === '' ? '""' : shortText(text)} is assumed`
  const hasDefault = dockerfile.globalArgs.some((arg) => arg.name === name && arg.value !== null)
  return hasDefault ? "the Dockerfile's default is assumed" : 'the Dockerfile has no default for it'
}

/** The default of an ARG when it is literal; null when there is none or it contains variables. */
function literalDefault({ globalArgs }: Dockerfile, name: string): string | null {
  const written = globalArgs.findLast((arg) => arg.name === name && arg.value !== null)?.value ?? null
  const plain = written === null ? null : /^(["']?)([^$"'\\]*)\1$/.exec(written)
  return plain?.[2] ?? null
}
