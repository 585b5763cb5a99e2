import { parse } from 'yaml'
import type { ManifestObject, ResourceId } from '../kargo/index.js'

/** `apiVersion/kind/namespace/name`: a resource's identity as one string. */
export function resourceKey(id: ResourceId): string {
  return `${id.apiVersion}/${id.kind}/${id.namespace}/${id.name}`
}

/** An object of the output folder that is added, removed or modified. */
export interface ResourceChange {
  readonly kind: 'added' | 'removed' | 'modified'
  readonly id: ResourceId
  /** File of the new object, or of the removed one; relative to the output folder. */
  readonly file: string
  /** The object as YAML before and after; null for none. */
  readonly before: string | null
  readonly after: string | null
}

/** How our printer begins an object; everything else is parsed by the YAML library. */
const OWN_HEAD =
  /^apiVersion: ([a-z][a-z0-9./]*)\nkind: ([A-Z][A-Za-z]*)\nmetadata:\n {2}name: ([a-z][a-z0-9.-]*)\n(?: {2}namespace: ([a-z][a-z0-9-]*)\n)?/

/** Unquoted, YAML reads these as something other than text. */
const NO_PLAIN_TEXT = /^(?:null|true|false|yes|no|on|off|y|n)$/

/**
 * The objects of a manifest file. Text that is not an object (a hand-edited file, conflict markers) becomes one unnamed
 * object of kind `File`, so that a diff shows it.
 *
 * @param path of the file, for text without an identity.
 */
export function parseManifests(path: string, text: string): ManifestObject[] {
  return text
    .split(/^---$/m)
    .map((part) => part.replace(/^(?:\s*#[^\n]*\n)*\s*/, '').trimEnd())
    .filter((part) => part !== '')
    .map((part, index) => ({ id: identify(`${part}\n`) ?? unknown(path, index), text: `${part}\n` }))
}

function identify(text: string): ResourceId | null {
  const own = OWN_HEAD.exec(text)
  const [, apiVersion = '', kind = '', name = '', namespace = ''] = own ?? []
  if (own === null || NO_PLAIN_TEXT.test(name) || NO_PLAIN_TEXT.test(namespace)) return identifyByLibrary(text)
  // Our printer writes name and namespace first, each on one line.
  const [metadata = ''] = /^(?: [^\n]*\n)*/.exec(text.slice(own[0].length)) ?? []
  const isOurs = !/^(?: {2}(?:namespace|name):| {3})/.test(metadata) && !/\n {2}(?:namespace|name):/.test(metadata)
  return isOurs ? { apiVersion, kind, namespace, name } : identifyByLibrary(text)
}

interface Manifest {
  readonly apiVersion?: unknown
  readonly kind?: unknown
  readonly metadata?: { readonly name?: unknown; readonly namespace?: unknown } | null
}

function identifyByLibrary(text: string): ResourceId | null {
  try {
    const manifest = parse(text, { maxAliasCount: 100, logLevel: 'silent' }) as Manifest | null
    const { apiVersion, kind, metadata } = manifest ?? {}
    const { name, namespace = '' } = metadata ?? {}
    if ([apiVersion, kind, name, namespace].some((part) => typeof part !== 'string') || name === '') return null
    return { apiVersion: String(apiVersion), kind: String(kind), namespace: String(namespace), name: String(name) }
  } catch {
    return null
  }
}

function unknown(path: string, index: number): ResourceId {
  return { apiVersion: '', kind: 'File', namespace: '', name: index === 0 ? path : `${path}#${index + 1}` }
}

/** Number of objects in a file, without parsing them. */
export function countManifests(text: string): number {
  return text.split('\n---\n').length
}
