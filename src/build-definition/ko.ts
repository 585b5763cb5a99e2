import { parseReference } from '../reference/index.js'
import { distinctBy } from '../text/index.js'
import type { Data, DataMap } from '../yaml/data.js'
import { type BuildValue, contentKey, isKnown, known, shortText, unknown, writtenText } from './value.js'
import { listOf, mapOf, readYamlFile, scalarText, type Unreadable, valueAt, type YamlFile } from './yaml-file.js'

/** A base image that ko pulls. */
interface KoBase {
  readonly ref: string
  /** Line in `.ko.yaml`; null: not from that file. */
  readonly line: number | null
}

/** ko's default base image (ko v0.12 and newer, pkg/commands/options/build.go). */
export const KO_BASE_IMAGE = 'cgr.dev/chainguard/static:latest'

/** No real repository has more import paths; each may name a base image. */
const MAX_OVERRIDES = 200

const VARIABLE = 'KO_DEFAULTBASEIMAGE'

/** `ko build` and related commands in a step; calls from scripts or a Makefile are not detected. */
const CALLS_KO = /(?:^|[\s;&|(])ko\s+(?:build|publish|resolve|apply|create|run)(?=\s|$)/m

/** A shell assignment of the variable: before a command, by `export`, or through GITHUB_ENV. */
const ASSIGNED = new RegExp(`\\b${VARIABLE}=(?:"([^"\\n]{0,300})"|'([^'\\n]{0,300})'|([^\\s;&|"']{0,300}))`, 'g')

/** Whether a workflow sets up or calls ko, judged by its text. */
export function callsKo(text: string): boolean {
  return /\bsetup-ko@/.test(text) || CALLS_KO.test(text)
}

/** Whether a path is ko's configuration: `.ko` with a YAML extension. */
export function isKoConfig(path: string): boolean {
  return /(?:^|\/)\.ko\.ya?ml$/.test(path)
}

/**
 * Reads the base images in ko's configuration. Keys are case-insensitive, and override keys are compared with
 * lower-case import paths (ko reads them with viper; pkg/commands/config.go, getBaseImage). A base image that is not a
 * valid reference makes it unreadable, as ko refuses it.
 *
 * @param text of `.ko.yaml`; an empty file sets nothing.
 * @returns the default, null if it is not set so that ko's own applies, and the overrides by import path in lower case.
 */
export function readKoConfig(
  text: string,
  file: string,
):
  | {
      readonly ok: true
      readonly defaultBaseImage: KoBase | null
      readonly overrides: ReadonlyMap<string, KoBase>
    }
  | Unreadable {
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
  const overrides = new Map<string, KoBase>()
  for (const [path, data] of overridden) {
    const image = imageAt(read.file, [named?.key ?? '', path], data)
    if ('message' in image) return image
    overrides.set(path.toLowerCase(), image)
  }
  return { ok: true, defaultBaseImage, overrides }
}

function imageAt(file: YamlFile, path: readonly string[], data: Data): KoBase | Unreadable {
  const ref = scalarText(data) ?? ''
  const line = file.line(path)
  const parsed = parseReference(ref)
  return parsed.ok ? { ref, line } : { ok: false, message: `${parsed.message}.`, line }
}

/**
 * The base images that ko may pull for an image. No file reliably tells which import path is built, so any override may
 * apply.
 *
 * @param environment possible values of KO_DEFAULTBASEIMAGE, which take precedence over the configuration
 * (docs/configuration.md); null among them: possibly not set. Empty: not set.
 * @returns with `assumed`, in words without a full stop, if there are several possibilities.
 */
export function koBases(
  { defaultBaseImage, overrides }: Exclude<ReturnType<typeof readKoConfig>, Unreadable>,
  environment: readonly (BuildValue | null)[],
): { readonly bases: readonly KoBase[]; readonly assumed: readonly string[] } {
  const fallback = defaultBaseImage ?? { ref: KO_BASE_IMAGE, line: null }
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
  if (overrides.size > 0)
    assumed.push('which import path ko builds is not known: every base image in baseImageOverrides is assumed')
  return { bases: distinctBy([...bases, ...overrides.values()], ({ ref }) => ref), assumed }
}

/**
 * The values that KO_DEFAULTBASEIMAGE may have where a workflow calls ko: from `env` of step, job and workflow, the
 * innermost one, and from assignments in a step's shell. Nothing is executed: a value with an expression or a variable
 * is unknown.
 *
 * @param text of a workflow; an unreadable one yields nothing.
 * @returns each value once; null among them: possibly not set. If no step calls ko directly, any step may (`make
 * release`).
 */
export function koEnvironment(text: string): readonly (BuildValue | null)[] {
  // Fast path: nearly no workflow mentions it.
  if (!text.includes(VARIABLE)) return []
  const read = readYamlFile(text, 'workflow')
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
