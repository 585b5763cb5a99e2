import { isInt32 } from './go-values.js'
import { quoted } from './refusal.js'

/** The values of COPY or ADD once variables are expanded; null where a value is not known. */
export interface CopyValues {
  isAdd: boolean
  link: boolean
  chown: string | null
  chmod: string | null
  checksum: string | null
  sources: readonly (string | null)[]
}

const SYMBOLIC_MODE = /^[augo]*(?:[-+=][rstwxXugo]*)+(?:,[augo]*(?:[-+=][rstwxXugo]*)+)*$/
const DIGEST_LENGTHS: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 }
const MAX_MODE = 0o7777

/** What BuildKit has against a COPY or ADD when it is about to run, null when nothing. */
export function copyProblem({ isAdd, link, chown, chmod, checksum, sources }: CopyValues): string | null {
  if (link && chown !== null && ownedByName(chown)) {
    return `--chown=${chown} with --link: names are not known there, write numbers`
  }
  if (chmod !== null && !isMode(chmod)) {
    return `--chmod is an octal number up to 7777 or a symbolic mode such as u+x, not ${quoted(chmod)}`
  }
  const problem = checksum === null || checksum === '' ? null : checksumProblem(checksum, sources)
  if (problem !== null || isAdd) return problem
  const remote = sources.find((source) => source !== null && (isHttp(source) || isGit(source)))
  return remote === undefined ? null : `COPY takes no URL (${quoted(remote ?? '')}): use ADD`
}

function ownedByName(chown: string): boolean {
  const colon = chown.indexOf(':')
  const owners = colon === -1 ? [chown] : [chown.slice(0, colon), chown.slice(colon + 1)]
  return owners.some((owner) => owner !== '' && owner !== 'root' && !isInt32(owner))
}

function isMode(text: string): boolean {
  if (/^[0-7]+$/.test(text)) return Number.parseInt(text, 8) <= MAX_MODE
  return text === '' || SYMBOLIC_MODE.test(text)
}

function checksumProblem(checksum: string, sources: readonly (string | null)[]): string | null {
  const [source, ...more] = sources
  if (source === undefined || more.length > 0) return '--checksum needs exactly one source'
  if (source === null || isGit(source) || source.startsWith('github.com/')) return null
  if (!isHttp(source)) return '--checksum is for a source from HTTP or git'
  const [, algorithm = '', hash = ''] = /^([^:]*):([0-9a-f]+)$/.exec(checksum) ?? []
  const length = Object.hasOwn(DIGEST_LENGTHS, algorithm) ? DIGEST_LENGTHS[algorithm] : 0
  return hash.length === length && length > 0 ? null : `--checksum is a digest (sha256:…), not ${quoted(checksum)}`
}

function isHttp(source: string): boolean {
  return source.startsWith('http://') || source.startsWith('https://')
}

/** Does BuildKit fetch this source with git? Over HTTP only what ends in `.git`. */
function isGit(source: string): boolean {
  if (/^\.\.?\//.test(source)) return false
  const scheme = /^([a-zA-Z0-9]+):\/\//.exec(source)?.[1]?.toLowerCase()
  if (scheme === undefined) return /^[a-zA-Z0-9\-_]+@[a-zA-Z0-9-.]+:[^#?]*/.test(source)
  if (scheme === 'ssh' || scheme === 'git') return URL.canParse(source)
  return (scheme === 'http' || scheme === 'https') && /^[^?#]*\/[^?#]*\.git(?:[?#]|$)/.test(source)
}
