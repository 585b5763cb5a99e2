import { distinctBy } from '../../text/index.js'
import { TooMuch } from '../scan.js'
import { given, splitPlatforms } from '../targets.js'
import { type BuildEnvironment, type BuildValue, FROM_ENVIRONMENT, isKnown, nonEmpty, unknown } from '../value.js'
import type { DefinitionFile } from '../yaml-file.js'
import { ComposeLoader } from './load.js'
import { ComposeFault, type ComposeSettings, fromFolder, UNREAD } from './services.js'
import { type ComposeMap, type ComposeNode, isComposeList, isComposeMap, partOf, scalarOf } from './tree.js'

/**
 * Reads compose files together: every service with a `build`, as bake and `docker compose build` read it
 * (docs.docker.com, "Compose Build Specification"; buildx, `bake/compose.go`).
 *
 * @param files in order, each overriding the previous ones.
 * @returns the services and their environment, or why the files cannot be used; `wanted`: further files that were not
 * looked up yet.
 */
export function readComposeFiles(files: readonly DefinitionFile[], settings: ComposeSettings) {
  const loader = new ComposeLoader(settings)
  const read = () => {
    try {
      const model = loader.load(files)
      const built = [...model.services].filter(([, service]) => partOf(service, 'build') !== null)
      const services = built.map(([name, service]) => new ServiceReader(service, model, loader, settings).read(name))
      return { ok: true as const, services, environment: model.environment }
    } catch (error) {
      if (error instanceof ComposeFault) {
        return { ok: false as const, message: error.message, file: error.file, line: error.line }
      }
      if (error instanceof TooMuch)
        return { ok: false as const, message: error.message, file: files[0]?.file ?? null, line: null }
      throw error
    }
  }
  const reading = read()
  return { reading, wanted: [...loader.wanted].sort() }
}

/** The environment of `docker compose` plus its folder's `.env`; without `.env` if that is unreadable. */
export function readComposeEnvironment(settings: ComposeSettings): BuildEnvironment {
  try {
    return new ComposeLoader(settings).environment(settings.folder)
  } catch (error) {
    if (error instanceof ComposeFault || error instanceof TooMuch) return settings.environment
    throw error
  }
}

class ServiceReader {
  readonly #service: ComposeMap
  readonly #build: ComposeNode
  readonly #model: ReturnType<ComposeLoader['load']>
  readonly #loader: ComposeLoader
  readonly #settings: ComposeSettings

  constructor(
    service: ComposeMap,
    model: ReturnType<ComposeLoader['load']>,
    loader: ComposeLoader,
    settings: ComposeSettings,
  ) {
    const build = partOf(service, 'build')
    this.#service = service
    this.#build = isComposeMap(build) ? build : new Map([['context', build]])
    this.#model = model
    this.#loader = loader
    this.#settings = settings
  }

  /** The service's build; no `profiles`: it is always built. */
  read(name: string) {
    const isBake = this.#settings.reader === 'bake'
    const bake = isBake ? partOf(this.#build, 'x-bake') : null
    const platforms = unique(
      [...this.#list('platforms'), ...wordsOf(partOf(bake, 'platforms'))].flatMap(splitPlatforms),
    )
    const tags = unique([...this.#list('tags'), ...wordsOf(partOf(bake, 'tags'))])
    const image = listOf(partOf(this.#service, 'image'))
    const platform = isBake ? null : scalarOf(partOf(this.#service, 'platform'))
    const unread = scalarOf(partOf(this.#service, UNREAD))
    const left = unread === null || isKnown(unread) ? [] : [{ ...unread, key: 'extends' }]
    const fields = {
      ...given('context', this.#path(this.#text('context'))),
      ...given('dockerfile', this.#text('dockerfile')),
      ...given('inline', this.#text('dockerfile_inline')),
      ...given('target', this.#text('target')),
      ...given('platforms', platforms.length > 0 ? platforms : platform === null ? null : [platform]),
      tags: isBake && tags.length > 0 ? tags : [...tags, ...image],
      args: this.#args(),
      contexts: this.#contexts(bake),
      unclear: [
        ...left.map(({ key, written, place }) => ({ key, written, ...(place !== undefined && { place }) })),
        ...this.#model.unclear,
      ],
    }
    const profiles = listOf(partOf(this.#service, 'profiles'))
    return { name, fields, profiles }
  }

  #text(key: string): BuildValue | null {
    const node = partOf(this.#build, key)
    return isComposeList(node) || isComposeMap(node) ? unknown('a list or map') : scalarOf(node)
  }

  #list(key: string): readonly BuildValue[] {
    return listOf(partOf(this.#build, key))
  }

  #path(value: BuildValue | null): BuildValue | null {
    return value !== null && isKnown(value) ? { ...value, text: fromFolder(value.text, this.#settings.folder) } : value
  }

  #contexts(bake: ComposeNode): ReadonlyMap<string, BuildValue> {
    const contexts = new Map<string, BuildValue>()
    for (const node of [partOf(bake, 'contexts'), partOf(this.#build, 'additional_contexts')]) {
      for (const [name, value] of isComposeMap(node) ? node : []) {
        const written = scalarOf(value)
        if (written !== null) contexts.set(name, this.#path(written) ?? written)
      }
    }
    return contexts
  }

  /** A name without a value takes the value of the service's container, else the environment's. */
  #args(): ReadonlyMap<string, BuildValue> {
    const args = partOf(this.#build, 'args')
    const found = new Map<string, BuildValue>()
    for (const [name, value] of [...(isComposeMap(args) ? args : []), ...(this.#settings.args ?? [])]) {
      if (value === null) found.set(name, this.#unset(name))
      else found.set(name, scalarOf(value) ?? unknown('a list or map'))
    }
    return found
  }

  #unset(name: string): BuildValue {
    const outside = this.#model.environment.get(name)
    if (this.#settings.reader === 'compose') return outside ?? FROM_ENVIRONMENT
    const environment = partOf(this.#service, 'environment')
    if (isComposeMap(environment) && environment.has(name)) {
      return scalarOf(environment.get(name)) ?? outside ?? FROM_ENVIRONMENT
    }
    return this.#ofFiles(name) ?? outside ?? FROM_ENVIRONMENT
  }

  /** The value from the `env_file`s, where the last one wins; null: none. */
  #ofFiles(name: string): BuildValue | null {
    for (const node of [...itemsOf(partOf(this.#service, 'env_file'))].reverse()) {
      const path = scalarOf(isComposeMap(node) ? partOf(node, 'path') : node)
      if (path === null) continue
      const file = isKnown(path) ? this.#loader.environmentFile(path.text, this.#model.environment) : null
      if (file === null) return FROM_ENVIRONMENT
      const value = file.get(name)
      if (value !== undefined) return isKnown(value) ? { text: value.text } : value
    }
    return null
  }
}

/** A list, or a single item as one. */
function itemsOf(node: ComposeNode): readonly ComposeNode[] {
  return isComposeList(node) ? node : [node]
}

function listOf(node: ComposeNode): readonly BuildValue[] {
  return itemsOf(node).flatMap((item): readonly BuildValue[] => {
    const value = scalarOf(item)
    return value === null ? [] : [value]
  })
}

function unique(values: readonly BuildValue[]): readonly BuildValue[] {
  return distinctBy(values, (value) => (isKnown(value) ? value.text : `$${value.written}`))
}

/** A list, or a text split into words. */
function wordsOf(node: ComposeNode): readonly BuildValue[] {
  if (isComposeList(node)) return listOf(node).filter((value) => nonEmpty(value) !== null)
  return listOf(node).flatMap((value): readonly BuildValue[] => {
    if (!isKnown(value)) return [value]
    const words = value.text.split(/\s+/).filter((text) => text !== '')
    return words.map((text) => ({ ...value, text }))
  })
}
