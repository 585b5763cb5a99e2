import type * as z from 'zod'
import { quote, truncate } from '../text/index.js'
import type { DataMap } from '../yaml/data.js'
import { isRegistryHost, REPOSITORY } from './grammar.js'
import type { EntryFault } from './problem.js'
import { imageMeant, remedyFor } from './repairs.js'
import { type Entry, entrySchema } from './schema/entry.js'

/** The keys that say where an image is published, and whether they are required. */
type PublishedKeys = Pick<Entry, 'registry' | 'repository' | 'repoURL' | 'enabled'>

/** Where an image is published, or what is wrong with the entry's keys for it. */
export type Published =
  | { readonly ok: true; readonly registry: string; readonly repository: string }
  | { readonly ok: false; readonly fault: EntryFault }

/** Registry host and repository, from `registry` (may include the organization) + `repository`, or from `repoURL`. */
export function publishedAt(entry: PublishedKeys): Published {
  const key = entry.repoURL === undefined ? 'registry' : 'repoURL'
  if (entry.repoURL !== undefined && (entry.registry !== undefined || entry.repository !== undefined)) {
    return {
      ok: false,
      fault: {
        code: 'keys-conflicting',
        path: [key],
        message: 'both repoURL and registry/repository are given.',
        remedy: 'Keep repoURL alone, or registry and repository.',
      },
    }
  }
  if (entry.repoURL === undefined && (entry.registry === undefined || entry.repository === undefined)) {
    return entry.enabled ? incomplete(entry) : partly(entry)
  }
  return located(entry.repoURL ?? `${entry.registry}/${entry.repository}`, key, entry.repoURL ?? entry.registry)
}

function incomplete({ registry, repository }: PublishedKeys): Published {
  const missing = registry === undefined ? 'registry' : 'repository'
  const meant = imageMeant(repository ?? '')
  const remedy =
    missing === 'registry' && meant !== null && repository?.startsWith(meant.split('/')[0] ?? '')
      ? `Write repoURL: ${meant}.`
      : 'Write where the image is published, for example registry: ghcr.io and repository: org/app.'
  return { ok: false, fault: { code: 'key-missing', path: [missing], message: `${missing} is missing.`, remedy } }
}

/** A disabled entry may consist of its name: nothing is watched or built. Keys that it has must be valid. */
function partly({ registry, repository }: PublishedKeys): Published {
  const said = [
    ...(registry === undefined
      ? []
      : [located(registry.includes('/') ? registry : `${registry}/any`, 'registry', registry)]),
    ...(repository === undefined ? [] : [located(`localhost/${repository}`, 'repository')]),
  ]
  return said.find(({ ok }) => !ok) ?? { ok: true, registry: '', repository: '' }
}

function located(whole: string, key: string, written = whole): Published {
  const wrong = (message: string, remedy: string): Published => ({
    ok: false,
    fault: { code: 'value-invalid', path: [key], message, remedy: remedyFor([key], written) ?? remedy },
  })
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.exec(whole)?.[0]
  if (scheme !== undefined) {
    return wrong(`${quote(written)} is a URL.`, `Leave out ${truncate(scheme, 20)} before the host.`)
  }
  const slash = whole.indexOf('/')
  // Host names are case-insensitive; Dockerfiles and registries write them in lower case.
  const host = slash < 0 ? '' : whole.slice(0, slash).toLowerCase()
  const path = whole.slice(slash + 1)
  if (WEBSITES.has(host)) return wrong(`${host} is a website, not a registry.`, 'Write the host of the registry.')
  if (!isRegistryHost(host)) {
    const message = slash < 0 ? `${quote(whole)} names no registry.` : `${quote(host)} is not a registry host.`
    return wrong(message, 'Write a host, like ghcr.io or registry.example.com:5000.')
  }
  if (/[:@]/.test(path)) {
    return wrong(`${quote(path)} has a tag or a digest.`, 'Leave it out: tags says which tags count.')
  }
  if (!REPOSITORY.test(path)) {
    const message = written.endsWith('/')
      ? `${quote(written)} ends with a slash.`
      : `${quote(path)} is not a repository.`
    return wrong(message, 'Write a path in lower case, like org/app.')
  }
  if (path.startsWith(`${host}/`)) {
    const at = key === 'registry' ? 'repository' : key
    const remedy = `Write ${at}: ${key === 'registry' ? path.slice(host.length + 1) : path}.`
    const message = `${quote(path)} names the registry again.`
    return { ok: false, fault: { code: 'value-invalid', path: [at], message, remedy } }
  }
  const { registry, repository } = onDockerHub(host, path)
  if (repository.length <= MAX_REPOSITORY_LENGTH) return { ok: true, registry, repository }
  return wrong(
    `${quote(path)} is longer than ${MAX_REPOSITORY_LENGTH} characters.`,
    'No registry accepts it: shorten it.',
  )
}

/** Valid host names that serve no images: `repairs.ts` knows the registries that are meant. */
const WEBSITES: ReadonlySet<string> = new Set(['hub.docker.com', 'github.com'])

/** The limit of the distribution specification's reference implementation (github.com/distribution/reference). */
const MAX_REPOSITORY_LENGTH = 255

/** One canonical name per image: docker.io/postgres is docker.io/library/postgres. */
function onDockerHub(host: string, path: string): { readonly registry: string; readonly repository: string } {
  if (host !== 'docker.io' && host !== 'index.docker.io') return { registry: host, repository: path }
  return { registry: 'docker.io', repository: path.includes('/') ? path : `library/${path}` }
}

const publishedSchema = entrySchema.pick({ registry: true, repository: true, repoURL: true, enabled: true })

/**
 * What is wrong with where an entry is published, where its schema refuses other keys: both are reported together.
 *
 * @param issues of the schema.
 * @returns none where the schema refuses these keys themselves, or an unknown key: that may be one of them, misspelt.
 */
export function publishedFaults(data: DataMap, issues: readonly z.core.$ZodIssue[]): EntryFault[] {
  if (issues.some(({ code, path }) => code === 'unrecognized_keys' && path.length === 0)) return []
  const { registry, repository, repoURL, enabled } = data
  const parsed = publishedSchema.safeParse({ registry, repository, repoURL, enabled })
  if (!parsed.success) return []
  const published = publishedAt(parsed.data)
  return published.ok ? [] : [published.fault]
}
