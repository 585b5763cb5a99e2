import { familiarReference, formatReference, parseReference, withDefaultTag } from '../reference/index.js'
import { formatPlatform, type Platform } from './platform.js'
import { DockerfileRefusal } from './refusal.js'
import type { BuildOptions } from './result.js'

/** What a named build context puts in the place of an image or stage; `ref` is null where it is no registry image. */
export interface Replacement {
  ref: string | null
}

export interface NamedContexts {
  /** The replacement for a stage name or an image reference, null when no context has that name. */
  find(name: string, line: number): Replacement | null
}

/**
 * Named build contexts (`--build-context`), found as BuildKit finds them: by the short form of the name without
 * `:latest`, first for the platform (`name::linux/amd64`), then for all; `scratch` and `context` cannot be replaced.
 */
export function namedContexts(contexts: NonNullable<BuildOptions['contexts']>, platform: Platform): NamedContexts {
  const byName = new Map([...contexts].map(([name, value]) => [contextName(name), value]))
  const suffix = `::${formatPlatform(platform, true)}`
  return {
    find(name, line) {
      if (byName.size === 0 || /^(?:scratch|context)$/i.test(name)) return null
      const key = shortName(name)
      const value = byName.get(key + suffix) ?? byName.get(key)
      return value === undefined ? null : { ref: imageOf(value, key, line) }
    },
  }
}

function contextName(written: string): string {
  const separator = written.indexOf('::')
  const name = separator === -1 ? written : written.slice(0, separator)
  return shortName(name) + written.slice(name.length)
}

function shortName(name: string): string {
  const parsed = parseReference(name)
  const familiar = parsed.ok ? familiarReference(parsed.reference) : name
  return familiar.endsWith(':latest') ? familiar.slice(0, -':latest'.length) : familiar
}

function imageOf(value: string, name: string, line: number): string | null {
  if (!value.startsWith('docker-image:')) return null
  const text = value.slice('docker-image:'.length).replace(/^\/\//, '')
  if (text === 'scratch') return null
  const parsed = parseReference(text)
  if (parsed.ok) return formatReference(withDefaultTag(parsed.reference))
  throw new DockerfileRefusal(`the build context ${name} is no image: ${parsed.message}`, line)
}
