import { isGoBoolean, isMemorySize, isUint32, splitCsv } from './arguments.js'
import { DockerfileRefusal, quoted } from './result.js'
import { lower } from './text.js'

/** A parsed mount; null for unknown values. */
interface Mount {
  type: string | null
  from: string | null
  source: string | null
  target: string | null
  id: string | null
  sharing: string | null
  /** The first of `mode`, `uid` and `gid`. */
  owner: string | null
}

const TYPES: readonly string[] = ['bind', 'cache', 'tmpfs', 'secret', 'ssh']
const SHARINGS: readonly string[] = ['shared', 'private', 'locked']
const SWITCHES: readonly string[] = ['readonly', 'ro', 'readwrite', 'rw']
const TEXTS: ReadonlyMap<string, 'from' | 'source' | 'target' | 'id'> = new Map([
  ['from', 'from'],
  ['source', 'source'],
  ['src', 'source'],
  ['target', 'target'],
  ['dst', 'target'],
  ['destination', 'target'],
  ['id', 'id'],
])

/**
 * The `from` of a `RUN --mount=…` value, empty without one. Keys are case-insensitive and the last one wins; a variable
 * in it is refused.
 */
export function mountSource(mount: string, line: number): string {
  let from = ''
  for (const field of splitCsv(mount, line)) {
    const { key, value } = pairOf(field)
    if (value === null || key !== 'from') continue
    from = value
    const dollar = from.indexOf('$')
    if (dollar !== -1 && dollar !== from.length - 1) {
      const remedy = 'give the image its own stage (FROM … AS name) and mount from that'
      throw new DockerfileRefusal(`variables do not work in the "from" of a mount (${quoted(from)}): ${remedy}`, line)
    }
  }
  return from
}

/**
 * BuildKit's error for a mount when its RUN is about to execute; null if valid. Fields are read in order: `size` and
 * `required` must follow the `type` that allows them. Nothing is reported that an unknown value could make valid.
 */
export function mountProblem(
  written: string,
  expand: (value: string) => string | null,
  directory: string | null,
  line: number,
): string | null {
  const mount: Mount = { type: 'bind', from: '', source: '', target: '', id: '', sharing: '', owner: null }
  for (const field of splitCsv(written, line)) {
    const { key, value } = pairOf(field)
    const problem = value === null ? bareProblem(mount, key, field) : readField(mount, key, expand(value))
    if (problem !== null) return problem
  }
  return ownerProblem(mount) ?? secretProblem(mount) ?? sharingProblem(mount) ?? placeProblem(mount, directory)
}

function pairOf(field: string): { key: string; value: string | null } {
  const equals = field.indexOf('=')
  if (equals === -1) return { key: lower(field), value: null }
  return { key: lower(field.slice(0, equals)), value: field.slice(equals + 1) }
}

function bareProblem(mount: Mount, key: string, field: string): string | null {
  if (SWITCHES.includes(key)) return null
  if (key === 'required') return keyProblem(mount, key, ['secret', 'ssh'])
  return `${quoted(field)} has no "=": a mount is written in pairs, key=value`
}

function readField(mount: Mount, key: string, value: string | null): string | null {
  const text = TEXTS.get(key)
  if (text !== undefined) {
    mount[text] = value
    return null
  }
  if (SWITCHES.includes(key)) return valueProblem(key, value, isGoBoolean)
  switch (key) {
    case 'type':
      mount.type = value === null ? null : lower(value)
      return oneOf(key, mount.type, TYPES)
    case 'sharing':
      mount.sharing = value === null ? null : lower(value)
      return oneOf(key, mount.sharing, SHARINGS)
    case 'required':
      return keyProblem(mount, key, ['secret', 'ssh']) ?? valueProblem(key, value, isGoBoolean)
    case 'size':
      return keyProblem(mount, key, ['tmpfs']) ?? valueProblem(key, value, isMemorySize)
    case 'mode':
    case 'uid':
    case 'gid':
      mount.owner ??= key
      return valueProblem(key, value, (number) => isUint32(number, key === 'mode' ? 8 : 10))
    case 'env':
      return null
    default:
      return `${quoted(key)} is not a key of a mount`
  }
}

function oneOf(key: string, value: string | null, choices: readonly string[]): string | null {
  return value === null || choices.includes(value)
    ? null
    : `${key} is one of ${choices.join(', ')}, not ${quoted(value)}`
}

function valueProblem(key: string, value: string | null, accepts: (value: string) => boolean): string | null {
  return value === null || accepts(value) ? null : `${key} cannot be ${quoted(value)}`
}

function keyProblem({ type }: Mount, key: string, types: readonly string[]): string | null {
  if (type === null || types.includes(type)) return null
  const behind = `it belongs to type=${types.join(' or type=')}`
  return `${key} is not for a mount of type ${type}: ${behind}`
}

function ownerProblem({ type, owner }: Mount): string | null {
  return owner !== null && (type === 'bind' || type === 'tmpfs') ? `${owner} is not for a mount of type ${type}` : null
}

function secretProblem({ type, from, source, target, id, sharing }: Mount): string | null {
  if (type !== 'secret') return null
  if (from !== null && from !== '') return 'a secret has no "from"'
  if (sharing !== null && sharing !== '') return 'a secret has no "sharing"'
  if (source === '' && target === '' && id === '') return 'a secret needs an id, a source or a target'
  const isTwofold = source !== null && source !== '' && id !== null && id !== ''
  return isTwofold ? 'a secret has an id or a source, not both' : null
}

function sharingProblem({ type, sharing }: Mount): string | null {
  if (type === null || type === 'cache' || sharing === null || sharing === '') return null
  return `sharing is not for a mount of type ${type}`
}

/** Nothing can be mounted at the root; an empty or relative target starts at the working directory. */
function placeProblem({ type, source, target }: Mount, directory: string | null): string | null {
  if (type === 'ssh' && source !== null && source !== '') return 'an ssh mount has no source'
  if (type === null || type === 'ssh' || type === 'secret' || target === null) return null
  if (target.startsWith('/')) return target === '/' ? 'nothing can be mounted at /' : null
  if (directory === null || joinPath(directory, target) !== '/') return null
  return target === '' ? 'the target is missing' : `its target ${quoted(target)} is the root directory`
}

/** Joins a path to a directory, resolving `.`, `..` and empty parts. */
export function joinPath(directory: string, path: string): string {
  const parts: string[] = []
  for (const part of `${directory}/${path}`.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}
