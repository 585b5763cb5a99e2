import { type BakeBlocks, bakeBlocks, type TargetPart, textsIn } from './bake-blocks.js'
import { fieldsOf } from './bake-fields.js'
import { parseBakeJson } from './bake-json.js'
import { BakeNames } from './bake-names.js'
import { Refused, TooMuch } from './bake-value.js'
import { MAX_DEFINITION_BYTES, type Unreadable } from './data.js'
import { type Fields, mergeFields, NO_FIELDS, sizeOf, targetOf } from './fields.js'
import { parseHcl } from './hcl-parser.js'
import type { BakeBody } from './hcl-tree.js'
import { HclError } from './hcl-tree.js'
import { overrideFields } from './overrides.js'
import type { BuildFile } from './targets.js'
import { Budget, type BuildValue } from './value.js'

/** More parents in a row are nobody's file. */
const MAX_DEPTH = 64

const MAX_TEXT = 16 * 1024 * 1024
const MAX_COPIES = 1_000_000

/** What decides beside the files. */
export interface BakeSettings {
  /** Variables of the step that bakes. */
  readonly environment?: ReadonlyMap<string, BuildValue>
  /** Overrides, `TARGET.KEY=VALUE`. */
  readonly set?: readonly BuildValue[]
  /** What compose files say about targets; bake files lie over it. */
  readonly services?: ReadonlyMap<string, Fields>
}

/** Reads one bake file in JSON. */
export function readBakeJson(
  text: string,
  environment: ReadonlyMap<string, BuildValue> = new Map(),
): { readonly ok: true; readonly definition: BuildFile } | Unreadable {
  const parsed = parseBake(text, 'json', null)
  return parsed.ok ? readBake([parsed.file], { environment }) : parsed
}

/** Reads a bake file into its tree (docs.docker.com, "Bake file reference"); nothing in it is worked out. */
export function parseBake(
  text: string,
  language: 'hcl' | 'json',
  file: string | null,
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
 * The targets that bake files define together, in order, with what they inherit, one for each combination of their
 * matrix, and the groups (docs.docker.com, "Bake file reference"; buildx, `bake/`). Variables stand for their defaults,
 * which is assumed, or for what the build's environment is known to say. What cannot be known and what bake refuses are
 * values that are not known.
 */
export function readBake(
  files: readonly BakeBody[],
  { environment = new Map(), set = [], services = new Map() }: BakeSettings = {},
): { readonly ok: true; readonly definition: BuildFile } | (Unreadable & { readonly file: string | null }) {
  try {
    const names = new BakeNames(files, environment, new Budget(MAX_TEXT))
    const blocks = bakeBlocks(files, names)
    const reader = new Inheritance(blocks, names, { services, set, environment })
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

/** What targets say with what they inherit: parents in order, then the target itself, then what `--set` says of it. */
class Inheritance {
  readonly #blocks: BakeBlocks
  readonly #names: BakeNames
  readonly #beside: Required<BakeSettings>
  readonly #done = new Map<string, Fields>()
  readonly #copies = new Budget(MAX_COPIES)
  #depth = 0

  constructor(blocks: BakeBlocks, names: BakeNames, beside: Required<BakeSettings>) {
    this.#blocks = blocks
    this.#names = names
    this.#beside = beside
  }

  /** @throws {TooMuch} where the targets inherit more than anybody writes. */
  fields(name: string): Fields {
    const done = this.#done.get(name)
    if (done !== undefined) return done
    const parts = this.#blocks.targets.get(name) ?? []
    const service = this.#beside.services.get(name)
    if (parts.length === 0 && service === undefined) return missingParent(name)
    if (this.#depth > MAX_DEPTH) throw new TooMuch(TOO_MUCH)
    // Bake leaves out a parent that inherits from its own child.
    this.#done.set(name, NO_FIELDS)
    this.#depth += 1
    let fields = NO_FIELDS
    for (const part of parts) fields = this.#inherited(fields, part)
    if (service !== undefined) fields = this.#merged(fields, service)
    for (const part of parts) fields = this.#merged(fields, fieldsOf(part, this.#names))
    fields = overrideFields(fields, name, this.#beside.set, this.#beside.environment)
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

const TOO_MUCH = 'the targets inherit more than anybody writes.'

function missingParent(name: string): Fields {
  return { ...NO_FIELDS, unclear: [unclearParents(name)] }
}

function unclearParents(written: string): { readonly key: string; readonly written: string } {
  return { key: 'inherits', written }
}
