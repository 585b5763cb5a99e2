import { parseReference } from '../reference/index.js'
import { distinctBy } from '../text/index.js'
import type { Data, DataMap } from '../yaml/data.js'
import { type BuildValue, contentKey, isKnown, known, shortText, unknown, writtenText } from './value.js'
import { listOf, mapOf, readYamlFile, scalarText, type Unreadable, valueAt, type YamlFile } from './yaml-file.js'

/** A base image in ko's configuration, as written. */
interface KoImage {
  readonly ref: string
  readonly line: number
}

/** What `.ko.yaml` says of base images. */
export interface KoConfig {
  /** null: none is written, ko's own stands. */
  readonly defaultBaseImage: KoImage | null
  /** By import path, in lower case. */
  readonly overrides: ReadonlyMap<string, KoImage>
}

/** A base image that ko pulls. */
export interface KoBase {
  readonly ref: string
  /** Line of `.ko.yaml`; null: it is not written there. */
  readonly line: number | null
}

/** The base image of every ko build whose configuration names none (ko v0.12 and newer, pkg/commands/options/build.go). */
export const KO_BASE_IMAGE = 'cgr.dev/chainguard/static:latest'

/** More import paths than this are no repository that ko builds, and each may name a base image. */
const MAX_OVERRIDES = 200

const VARIABLE = 'KO_DEFAULTBASEIMAGE'

/** `ko build` and its kin as a command of a step; what a script or a Makefile calls is not seen. */
const CALLS_KO = /(?:^|[\s;&|(])ko\s+(?:build|publish|resolve|apply|create|run)(?=\s|$)/m

/** A value that a shell gives the variable: before a command, by `export`, or through GITHUB_ENV. */
const ASSIGNED = new RegExp(`\\b${VARIABLE}=(?:"([^"\\n]{0,300})"|'([^'\\n]{0,300})'|([^\\s;&|"']{0,300}))`, 'g')

/** Whether a workflow sets ko up or calls it, as far as its text tells. */
export function callsKo(text: string): boolean {
  return /\bsetup-ko@/.test(text) || CALLS_KO.test(text)
}

/** Whether a path is that of ko's configuration: ko looks for `.ko` with an ending of YAML. */
export function isKoConfig(path: string): boolean {
  return /(?:^|\/)\.ko\.ya?ml$/.test(path)
}

/**
 * Reads the base images in ko's configuration. Keys are the same in any case, and those of the overrides are held
 * against import paths in lower case (ko reads them by viper; pkg/commands/config.go, getBaseImage). What ko refuses is
 * unreadable: a base image that is no reference.
 *
 * @param text of `.ko.yaml`; an empty file says nothing.
 */
export function readKoConfig(text: string, file: string): ({ readonly ok: true } & KoConfig) | Unreadable {
  if (!/^[ \t\r]*[^\s#]/m.test(text)) return { ok: true, defaultBaseImage: null, overrides: new Map() }
  const read = readYamlFile(text, file)
  if (!read.ok) return read
  const top = new Map(Object.entries(mapOf(read.file.data)).map(([key, data]) => [key.toLowerCase(), { key, data }]))
  const [base, named] = [top.get('defaultbaseimage'), top.get('baseimageoverrides')]
  const overridden = Object.entries(mapOf(named?.data))
  if (overridden.length > MAX_OVERRIDES) {
    const message = `baseImageOverrides has more than ${MAX_OVERRIDES} entries.`
    return { ok: false, message, line: read.file.line([named?.key ?? '']) }
  }
  const defaultBaseImage = base === undefined || base.data === null ? null : imageAt(read.file, [base.key], base.data)
  if (defaultBaseImage !== null && 'message' in defaultBaseImage) return defaultBaseImage
  const overrides = new Map<string, KoImage>()
  for (const [path, data] of overridden) {
    const image = imageAt(read.file, [named?.key ?? '', path], data)
    if ('message' in image) return image
    overrides.set(path.toLowerCase(), image)
  }
  return { ok: true, defaultBaseImage, overrides }
}

function imageAt(file: YamlFile, path: readonly string[], data: Data): KoImage | Unreadable {
  const ref = scalarText(data) ?? ''
  const line = file.line(path)
  const parsed = parseReference(ref)
  return parsed.ok ? { ref, line } : { ok: false, message: `${parsed.message}.`, line }
}

/**
 * The base images that ko may pull for an image.
 *
 * @param config null: there is no `.ko.yaml`.
 * @param importPath what ko is called with, `ko://` or not; null: not known, so that every override may be meant.
 * @param environment values KO_DEFAULTBASEIMAGE may have, which go before the configuration (docs/configuration.md); null
 *   among them: it is not set. Empty: not set.
 * @returns with `assumed`, in words without full stop, where the answer is a choice among possibilities.
 */
export function koBases(
  config: KoConfig | null,
  importPath: string | null,
  environment: readonly (BuildValue | null)[],
): { readonly bases: readonly KoBase[]; readonly assumed: readonly string[] } {
  const overrides = config?.overrides ?? new Map<string, KoImage>()
  const own = importPath === null ? undefined : overrides.get(importPath.replace(/^ko:\/\//, '').toLowerCase())
  if (own !== undefined) return { bases: [own], assumed: [] }
  const fallback = config?.defaultBaseImage ?? { ref: KO_BASE_IMAGE, line: null }
  const values = environment.length === 0 ? [null] : environment
  const assumed: string[] = []
  const bases = values.map((value): KoBase => {
    if (value !== null && isKnown(value) && parseReference(value.text).ok) return { ref: value.text, line: null }
    const written = value === null ? '' : writtenText(value)
    if (written !== '') assumed.push(`${VARIABLE} is ${shortText(written)}: ${shortText(fallback.ref)} is assumed`)
    else if (fallback.line === null)
      assumed.push(`nothing names a base image for ko: its own, ${KO_BASE_IMAGE}, is assumed`)
    return fallback
  })
  if (values.length > 1) assumed.push(`${VARIABLE} has several values: the base images of all are assumed`)
  if (importPath !== null || overrides.size === 0) return { bases: distinctBy(bases, refOf), assumed }
  assumed.push('which import path ko builds is not known: every base image in baseImageOverrides is assumed')
  return { bases: distinctBy([...bases, ...overrides.values()], refOf), assumed }
}

function refOf({ ref }: KoBase): string {
  return ref
}

/**
 * The values that KO_DEFAULTBASEIMAGE may have where a workflow calls ko: in `env` of step, job and workflow, the nearest
 * one, and assigned in a step's shell. Nothing is run: a value with an expression or a variable in it is unknown.
 *
 * @param text of a workflow; what cannot be read says nothing.
 * @returns each once; null among them: it is not set. Where no step calls ko itself, any step may (`make release`).
 */
export function koEnvironment(text: string, file: string): readonly (BuildValue | null)[] {
  // Nearly every workflow: nothing to look for.
  if (!text.includes(VARIABLE)) return []
  const read = readYamlFile(text, file)
  if (!read.ok) return []
  const workflow = mapOf(read.file.data)
  const shells = Object.values(mapOf(valueAt(workflow, 'jobs'))).flatMap((job) =>
    listOf(valueAt(job, 'steps')).flatMap((data) => {
      const step = mapOf(data)
      const run = valueAt(step, 'run')
      return typeof run === 'string' ? [{ run, scopes: [step, mapOf(job), workflow] }] : []
    }),
  )
  const calling = shells.filter(({ run }) => CALLS_KO.test(run))
  const meant = new Set(calling.length > 0 ? calling : shells)
  const values = shells.flatMap((shell) => {
    const assigned = [...shell.run.matchAll(ASSIGNED)].map(([, a, b, c]) => shellValue(a ?? b ?? c ?? ''))
    return assigned.length > 0 || !meant.has(shell) ? assigned : [nearest(shell.scopes)]
  })
  return distinctBy(values, contentKey)
}

function nearest(scopes: readonly DataMap[]): BuildValue | null {
  const set = scopes.map((one) => valueAt(one, 'env', VARIABLE)).find((one) => one !== undefined)
  return set === undefined ? null : shellValue(scalarText(set) ?? '')
}

function shellValue(text: string): BuildValue {
  return /[$`]/.test(text) ? unknown(text) : known(text)
}
