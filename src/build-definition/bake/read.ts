import { Budget, TooMuch } from '../scan.js'
import {
  type DefinitionReading,
  type Fields,
  matchesName,
  mergeFields,
  NO_FIELDS,
  sizeOf,
  splitPlatforms,
  targetOf,
} from '../targets.js'
import {
  type BuildEnvironment,
  type BuildValue,
  FROM_ENVIRONMENT,
  isKnown,
  known,
  splitPair,
  type Unclear,
  unknown,
  writtenText,
} from '../value.js'
import { MAX_DEFINITION_BYTES, type Unreadable } from '../yaml-file.js'
import { bakeBlocks, fieldsOf, type TargetPart, textsIn } from './blocks.js'
import { parseHcl } from './hcl-parser.js'
import { type BakeBody, HclError } from './hcl-tree.js'
import { parseBakeJson } from './json.js'
import { BakeNames } from './names.js'
import { Refused } from './value.js'

/** Limit on the chain of parents; no real file reaches it. */
const MAX_DEPTH = 64

const MAX_TEXT = 16 * 1024 * 1024
const MAX_COPIES = 1_000_000

/** Inputs other than the files. */
export interface BakeSettings {
  /** Variables of the step that runs bake. */
  readonly environment: BuildEnvironment
  /** Overrides, `TARGET.KEY=VALUE`. */
  readonly set: readonly BuildValue[]
  /** Targets from compose files; bake files override them. */
  readonly services: ReadonlyMap<string, Fields>
}

/** Parses a bake file into its tree (docs.docker.com, "Bake file reference") without evaluating it. */
export function parseBake(
  text: string,
  language: 'hcl' | 'json',
  file: string,
): { readonly ok: true; readonly file: BakeBody } | Unreadable {
  if (Buffer.byteLength(text) > MAX_DEFINITION_BYTES) {
    return { ok: false, message: `the file is larger than ${MAX_DEFINITION_BYTES} bytes.`, line: null }
  }
  try {
    return { ok: true, file: { file, body: language === 'json' ? parseBakeJson(text) : parseHcl(text) } }
  } catch (error) {
    if (error instanceof HclError) return { ok: false, message: error.message, line: error.line }
    throw error
  }
}

/**
 * The targets that bake files define together, in order, with inherited settings, one per combination of their matrix,
 * and the groups (docs.docker.com, "Bake file reference"; buildx, `bake/`). Variables have their value from the known
 * environment, or else their default, which is assumed. What cannot be known and what bake refuses become unknown
 * values.
 */
export function readBake(files: readonly BakeBody[], settings: BakeSettings): DefinitionReading {
  const { environment, services } = settings
  try {
    const names = new BakeNames(files, environment, new Budget(MAX_TEXT))
    const blocks = bakeBlocks(files, names)
    const reader = new Inheritance(blocks, names, settings)
    const every = new Set([...services.keys(), ...blocks.targets.keys()])
    const targets = new Map([...every].map((name) => [name, targetOf(name, reader.fields(name))]))
    const ofServices: [string, readonly string[]][] = services.size > 0 ? [['default', [...services.keys()]]] : []
    const members = [...blocks.groups].map(([name, of]): [string, readonly string[]] => [name, of ?? [...every]])
    return { ok: true, definition: { targets, groups: new Map([...ofServices, ...members]) } }
  } catch (error) {
    if (error instanceof TooMuch) return { ok: false, message: error.message, file: null, line: null }
    if (error instanceof Refused) return { ok: false, message: error.message, file: error.file, line: error.line }
    throw error
  }
}

/** Settings of targets with inherited ones: parents in order, then the target itself, then its `--set` overrides. */
class Inheritance {
  readonly #blocks: ReturnType<typeof bakeBlocks>
  readonly #names: BakeNames
  readonly #beside: BakeSettings
  readonly #done = new Map<string, Fields>()
  readonly #copies = new Budget(MAX_COPIES)
  #depth = 0

  constructor(blocks: ReturnType<typeof bakeBlocks>, names: BakeNames, beside: BakeSettings) {
    this.#blocks = blocks
    this.#names = names
    this.#beside = beside
  }

  /** @throws {TooMuch} when a limit is exceeded. */
  fields(name: string): Fields {
    const done = this.#done.get(name)
    if (done !== undefined) return done
    const parts = this.#blocks.targets.get(name) ?? []
    const service = this.#beside.services.get(name)
    if (parts.length === 0 && service === undefined) return missingParent(name)
    if (this.#depth > MAX_DEPTH) throw new TooMuch(TOO_MUCH)
    // Bake ignores a parent that inherits from its own child.
    this.#done.set(name, NO_FIELDS)
    this.#depth += 1
    let fields = NO_FIELDS
    for (const part of parts) fields = this.#inherited(fields, part)
    if (service !== undefined) fields = this.#merged(fields, service)
    for (const part of parts) fields = this.#merged(fields, fieldsOf(part, this.#names))
    fields = overrideFields(fields, name, this.#beside)
    this.#depth -= 1
    this.#done.set(name, fields)
    return fields
  }

  #inherited(below: Fields, part: TargetPart): Fields {
    const attribute = part.attributes.get('inherits')
    const parents = textsIn(attribute, this.#names, part.scope)
    if (parents === null) return { ...below, unclear: [...below.unclear, unclearParents(attribute?.written ?? '')] }
    return parents.reduce((fields, parent) => this.#merged(fields, this.fields(parent)), below)
  }

  #merged(below: Fields, above: Fields): Fields {
    if (!this.#copies.spend(sizeOf(below) + sizeOf(above))) throw new TooMuch(TOO_MUCH)
    return mergeFields(below, above)
  }
}

const TOO_MUCH = 'the targets inherit too much.'

function missingParent(name: string): Fields {
  return { ...NO_FIELDS, unclear: [unclearParents(name)] }
}

function unclearParents(written: string): Unclear {
  return { key: 'inherits', written }
}

/**
 * Applies `--set` overrides to a target: `PATTERN.KEY[.NAME]=VALUE` for context, dockerfile, target, platform, tags,
 * args and contexts (docs.docker.com, `docker buildx bake --set`; buildx, `bake/bake.go` AddOverrides). Later ones win;
 * repeated platforms accumulate.
 *
 * @param name of the target.
 * @param settings `environment` provides the value for a name without one.
 */
function overrideFields(
  fields: Fields,
  name: string,
  { set, environment }: Pick<BakeSettings, 'set' | 'environment'>,
): Fields {
  if (set.length === 0) return fields
  const args = new Map(fields.args)
  const contexts = new Map(fields.contexts)
  const unclear = [...fields.unclear]
  const lists: { platforms?: readonly BuildValue[]; tags?: readonly BuildValue[] } = {}
  const single: { context?: BuildValue; dockerfile?: BuildValue; target?: BuildValue } = {}
  for (const item of set) {
    const override = overrideOf(item)
    if (override === null && mayBearOnBases(item)) unclear.push({ key: 'set', written: writtenText(item) })
    if (override === null || !matchesName(override.pattern, name)) continue
    const { key, name: of, value, adds } = override
    if ((key === 'args' || key === 'arg') && of !== '') {
      args.set(of, value === FROM_ENVIRONMENT ? (environment.get(of) ?? value) : value)
    } else if (key === 'contexts' && of !== '') contexts.set(of, value)
    else if (LISTS.has(key)) {
      const list = key.startsWith('tag') ? 'tags' : 'platforms'
      const before: readonly BuildValue[] = lists[list] ?? (adds ? (fields[list] ?? []) : [])
      lists[list] = [...before, ...splitPlatforms(value)]
    } else if (key === 'context' || key === 'dockerfile' || key === 'target') single[key] = value
  }
  return { ...fields, ...single, ...lists, args, contexts, unclear }
}

const LISTS: ReadonlySet<string> = new Set(['platform', 'platforms', 'tag', 'tags'])

function overrideOf(item: BuildValue): {
  readonly pattern: string
  readonly key: string
  readonly name: string
  readonly adds: boolean
  readonly value: BuildValue
} | null {
  const written = writtenText(item)
  const [before, text] = splitPair(written)
  const left = before.replace(/\+$/, '')
  if (left.includes('${{')) return null
  const [pattern = '', key = '', ...rest] = left.split('.')
  const value = text === null ? FROM_ENVIRONMENT : isKnown(item) ? known(text) : unknown(text)
  return { pattern, key, name: rest.join('.'), adds: left !== before, value }
}

/** Target settings by whether they can affect base images (docs.docker.com, "Bake file reference"). */
const BESIDE_BASES = /\.(?:cache-from|cache-to|outputs?|tags?|labels?|annotations?|attest|push|load|pull|no-cache)\b/
const OF_BASES = /\.(?:args?|contexts?|dockerfile|target|platforms?|inherits)\b/

/** Whether an override known only as an unevaluated expression may select another base image. */
function mayBearOnBases(item: BuildValue): boolean {
  const written = writtenText(item)
  return !BESIDE_BASES.test(written) || OF_BASES.test(written)
}
