import type { BuildSettings } from '../enrollment/images-file.js'
import { distinctBy, quote } from '../text/index.js'
import { type BuildInputs, type BuildValue, isKnown, shortText } from './value.js'

/** Input for discovery, and which of it is unknown. */
export interface ResolvedBuild {
  readonly args: ReadonlyMap<string, string>
  readonly target: string | null
  /** At least one. */
  readonly platforms: readonly string[]
  readonly contexts: ReadonlyMap<string, string>
  readonly assumed: readonly Assumption[]
  /** Values that may differ in the real build from those given to discovery. */
  readonly open: {
    /** Arguments that are unknown, or have a default that the build's environment may replace. */
    readonly args: ReadonlySet<string>
    /** Whether other arguments may be passed too. */
    readonly anyArg: boolean
    /** The target as written; null: it is known. Empty: nothing is known about it. */
    readonly target: string | null
    readonly platforms: boolean
    /** Unknown contexts, as written. */
    readonly contexts: ReadonlyMap<string, string>
  }
}

/** An assumed value. */
export interface Assumption {
  /** The key under `build` that would replace the assumption; `list`: a list whose names are unknown. */
  readonly key: 'args' | 'contexts' | 'target' | 'platforms' | 'list'
  /** Name of the argument or context, or key of the list; empty for the other keys. */
  readonly name: string
  /** What is unknown: `build-arg NODE is ${TAG} (docker-bake.hcl:3)`. */
  readonly subject: string
  /** The consequence: `22 is assumed`. */
  readonly instead: string
  /** The assumed value; null if the Dockerfile decides. */
  readonly value: string | null
}

const DEFAULT_PLATFORM = 'linux/amd64'

/** Kinds of values in a list; unknown lists of other kinds (`set`, `inherits`, `extends`) may set anything. */
const LIST_KINDS: Readonly<Record<string, 'args' | 'contexts'>> = {
  args: 'args',
  'build-args': 'args',
  contexts: 'contexts',
  'build-contexts': 'contexts',
}

/**
 * Merges what the build passes with images.yaml, which takes precedence: key by key, for arguments and contexts name by
 * name. Unknown values are left out, so that the Dockerfile's defaults apply, and are reported.
 *
 * @param inputs from the build definition, null if there is none to read.
 * @param explicit from images.yaml; null: no `build` there, so that without a definition anything may be passed.
 */
export function resolveBuild(inputs: BuildInputs | null, explicit: BuildSettings | null): ResolvedBuild {
  const said = explicit ?? NOTHING_SAID
  const assumed: Assumption[] = []
  const openArgs = new Set<string>()
  const openContexts = new Map<string, string>()
  const args = resolveMap(inputs?.args, said.args, (name, value) => {
    openArgs.add(name)
    assumed.push(assumption({ key: 'args', name }, value, "the Dockerfile's default is assumed"))
  })
  const contexts = resolveMap(inputs?.contexts, said.contexts, (name, value) => {
    if (!isKnown(value)) openContexts.set(name, value.written)
    assumed.push(assumption({ key: 'contexts', name }, value, 'its value is not known'))
  })
  const target = said.target ?? resolveTarget(inputs?.target ?? null, assumed)
  const platforms =
    said.platforms !== null && said.platforms.length > 0
      ? said.platforms
      : resolvePlatforms(inputs?.platforms ?? [], assumed)
  for (const { key, written, place } of inputs?.unclear ?? []) {
    const subject = `${key} holds ${shortText(written)}${at(place)}`
    assumed.push({ key: 'list', name: key, subject, instead: 'what that passes is not known', value: null })
  }
  const open = {
    args: openArgs,
    contexts: openContexts,
    ...openLists(inputs, said, inputs === null && explicit === null),
  }
  return { args, target, platforms, contexts, assumed: distinctBy(assumed, assumptionText), open }
}

const NOTHING_SAID: BuildSettings = { args: new Map(), target: null, platforms: null, contexts: new Map() }

/** What unknown lists, or a build without a readable definition, leave open. */
function openLists(
  inputs: BuildInputs | null,
  said: BuildSettings,
  isUnread: boolean,
): Omit<ResolvedBuild['open'], 'args' | 'contexts'> {
  const keys = (inputs?.unclear ?? []).map(({ key }) => key)
  const isAnything = isUnread || keys.some((key) => LIST_KINDS[key] === undefined)
  const target = inputs?.target ?? null
  const platforms = inputs?.platforms ?? []
  return {
    anyArg: isAnything || keys.some((key) => LIST_KINDS[key] === 'args'),
    target:
      said.target !== null ? null : target !== null && isOpen(target) ? writtenAs(target) : isAnything ? '' : null,
    platforms: said.platforms === null && (isAnything || platforms.some(isOpen)),
  }
}

function isOpen(value: BuildValue): boolean {
  return !isKnown(value) || value.assumedFrom !== undefined
}

function writtenAs(value: BuildValue): string {
  return isKnown(value) ? (value.assumedFrom ?? value.text) : value.written
}

/** The assumption as one line without a full stop. */
export function assumptionText({ subject, instead }: Pick<Assumption, 'subject' | 'instead'>): string {
  return `${subject}: ${instead}`
}

function resolveMap(
  seen: ReadonlyMap<string, BuildValue> | undefined,
  explicit: ReadonlyMap<string, string>,
  tell: (name: string, value: BuildValue) => void,
): ReadonlyMap<string, string> {
  const settled = new Map<string, string>()
  for (const [name, value] of seen ?? []) {
    if (explicit.has(name)) continue
    if (isKnown(value)) settled.set(name, value.text)
    if (isOpen(value)) tell(name, value)
  }
  for (const [name, text] of explicit) settled.set(name, text)
  return settled
}

function resolveTarget(seen: BuildValue | null, assumed: Assumption[]): string | null {
  if (seen === null) return null
  if (isOpen(seen)) assumed.push(assumption({ key: 'target', name: '' }, seen, 'the last stage is assumed'))
  return isKnown(seen) && seen.text !== '' ? seen.text : null
}

function resolvePlatforms(seen: readonly BuildValue[], assumed: Assumption[]): readonly string[] {
  // `local` is the platform of the build machine.
  const named = seen.filter(isKnown).map(({ text }) => (text === 'local' ? DEFAULT_PLATFORM : text))
  const platforms = [...new Set(named.filter((text) => text !== ''))]
  for (const value of seen.filter(isOpen)) {
    const instead = platforms.length === 0 ? DEFAULT_PLATFORM : platforms.map(shortText).join(', ')
    assumed.push(assumption({ key: 'platforms', name: '' }, value, `${shortText(instead)} is assumed`))
  }
  return platforms.length > 0 ? platforms : [DEFAULT_PLATFORM]
}

const TITLES = { args: 'build-arg', contexts: 'build context', target: 'target', platforms: 'platform' } as const

/** `build-arg NODE is ${TAG} (docker-bake.hcl:3): 22 is assumed`: the known default, else the given consequence. */
function assumption(
  { key, name }: { readonly key: keyof typeof TITLES; readonly name: string },
  value: BuildValue,
  without: string,
): Assumption {
  const title = name === '' ? TITLES[key] : `${TITLES[key]} ${shortText(name)}`
  const subject = `${title} is ${shortText(writtenAs(value))}${at(value.place)}`
  if (!isKnown(value)) return { key, name, subject, instead: without, value: null }
  const text = value.text === '' ? 'nothing' : shortText(value.text)
  return { key, name, subject, instead: `${text} is assumed`, value: value.text }
}

function at(place: string | undefined): string {
  return place === undefined ? '' : ` (${shortText(place)})`
}

/**
 * What to write in images.yaml, literally: `build: {args: {NODE: "22"}}`.
 *
 * @param setting one value, or those of a map or list.
 */
export function writtenSetting(
  key: Exclude<Assumption['key'], 'list'>,
  setting: string | readonly string[] | ReadonlyMap<string, string>,
): string {
  return `\`build: {${key}: ${flow(setting)}}\``
}

function flow(setting: string | readonly string[] | ReadonlyMap<string, string>): string {
  if (typeof setting === 'string') return scalar(setting)
  if (setting instanceof Map)
    return `{${[...setting].map(([name, text]) => `${scalar(name)}: ${scalar(text)}`).join(', ')}}`
  return `[${[...(setting as readonly string[])].map(scalar).join(', ')}]`
}

/** A scalar that YAML reads back as the same text: plain if unambiguous. */
function scalar(text: string): string {
  const isPlain = /^[A-Za-z_][\w./-]*$/.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text)
  return isPlain && shortText(text) === text ? text : quote(text)
}
