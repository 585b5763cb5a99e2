import { type BuildInputs, type BuildValue, isKnown, oneLine } from './value.js'

/** What images.yaml says about a build; null and empty maps: nothing. */
export interface ExplicitBuild {
  readonly args: ReadonlyMap<string, string>
  readonly target: string | null
  /** null: images.yaml names none. */
  readonly platforms: readonly string[] | null
  readonly contexts: ReadonlyMap<string, string>
}

/** What is given to discovery, and what of it could not be known. */
export interface ResolvedBuild {
  readonly args: ReadonlyMap<string, string>
  readonly target: string | null
  /** At least one. */
  readonly platforms: readonly string[]
  readonly contexts: ReadonlyMap<string, string>
  /** In words, one line each, without full stop. */
  readonly assumed: readonly string[]
}

const DEFAULT_PLATFORM = 'linux/amd64'

/**
 * Puts together what the build is seen to pass and what images.yaml says, which wins: key by key, for arguments and
 * contexts name by name. What is not known is left out, so that the Dockerfile's own defaults hold, and said.
 *
 * @param passes what the build definition passes, null where there is none to read.
 */
export function resolveBuild(passes: BuildInputs | null, explicit: ExplicitBuild): ResolvedBuild {
  const assumed: string[] = []
  const args = settleMap(passes?.args, explicit.args, (name, value) => {
    const title = `build-arg ${oneLine(name)}`
    assumed.push(assumption(title, value, "the Dockerfile's default is assumed"))
  })
  const contexts = settleMap(passes?.contexts, explicit.contexts, (name, value) => {
    assumed.push(assumption(`build context ${oneLine(name)}`, value, 'it is left out'))
  })
  const target = explicit.target ?? settleTarget(passes?.target ?? null, assumed)
  const platforms =
    explicit.platforms !== null && explicit.platforms.length > 0
      ? explicit.platforms
      : settlePlatforms(passes?.platforms ?? [], assumed)
  for (const { key, written, place } of passes?.unclear ?? []) {
    assumed.push(`${key} holds ${oneLine(written)}${at(place)}: what that passes is not known`)
  }
  return { args, target, platforms, contexts, assumed: [...new Set(assumed)] }
}

function settleMap(
  seen: ReadonlyMap<string, BuildValue> | undefined,
  explicit: ReadonlyMap<string, string>,
  tell: (name: string, value: BuildValue) => void,
): ReadonlyMap<string, string> {
  const settled = new Map<string, string>()
  for (const [name, value] of seen ?? []) {
    if (explicit.has(name)) continue
    if (isKnown(value)) settled.set(name, value.text)
    if (!isKnown(value) || value.assumedFrom !== undefined) tell(name, value)
  }
  for (const [name, text] of explicit) settled.set(name, text)
  return settled
}

function settleTarget(seen: BuildValue | null, assumed: string[]): string | null {
  if (seen === null) return null
  if (!isKnown(seen) || seen.assumedFrom !== undefined) {
    assumed.push(assumption('target', seen, 'the last stage is assumed'))
  }
  return isKnown(seen) && seen.text !== '' ? seen.text : null
}

function settlePlatforms(seen: readonly BuildValue[], assumed: string[]): readonly string[] {
  // `local` is the platform of the machine that builds.
  const named = seen.filter(isKnown).map(({ text }) => (text === 'local' ? DEFAULT_PLATFORM : text))
  const platforms = [...new Set(named.filter((text) => text !== ''))]
  for (const value of seen) {
    if (isKnown(value) && value.assumedFrom === undefined) continue
    const instead = platforms.length === 0 ? DEFAULT_PLATFORM : platforms.map(oneLine).join(', ')
    assumed.push(assumption('platform', value, `${oneLine(instead)} is assumed`))
  }
  return platforms.length > 0 ? platforms : [DEFAULT_PLATFORM]
}

/** `build-arg NODE is ${TAG} (docker-bake.hcl:3): 22 is assumed`: a default that is known, or what happens without. */
function assumption(title: string, value: BuildValue, without: string): string {
  const where = at(value.place)
  if (!isKnown(value)) return `${title} is ${oneLine(value.written)}${where}: ${without}`
  const text = value.text === '' ? 'nothing' : oneLine(value.text)
  return `${title} is ${oneLine(value.assumedFrom ?? '')}${where}: ${text} is assumed`
}

function at(place: string | undefined): string {
  return place === undefined ? '' : ` (${oneLine(place)})`
}
