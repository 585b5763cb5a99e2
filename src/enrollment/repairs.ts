import { posix } from 'node:path'
import { isRepository } from '../forges/index.js'
import {
  DNS_LABEL,
  isAllowedOrigin,
  isBranchName,
  isInsidePath,
  isRegistryHost,
  isSemVerConstraint,
  PLATFORM,
  REPOSITORY,
  WORKFLOW_FILE,
} from './grammar.js'

/**
 * The valid spelling of what a person wrote: `https://github.com/acme/web` in `repo` is `acme/web`.
 *
 * @param path keys and indexes that lead to the value.
 * @param value as read.
 * @returns the sentence with the literal text to write; null if that cannot be determined.
 */
export function remedyFor(path: readonly (string | number)[], value: unknown): string | null {
  const key = path.findLast((step): step is string => typeof step === 'string')
  if (path[0] === 'analysis') return null
  const named = path.includes('secrets') ? 'secret' : key
  const repair = named === undefined || !Object.hasOwn(REPAIRS, named) ? undefined : REPAIRS[named]
  if (key === undefined || repair === undefined || typeof value !== 'string' || value.length > 300) return null
  const repaired = repair(value.trim())
  if (repaired === null || repaired === value) return null
  return typeof path.at(-1) === 'number' ? `Write ${repaired}.` : `Write ${key}: ${repaired}.`
}

/** Hosts that people abbreviate, or confuse with the registry's website. */
const HOSTS: Readonly<Record<string, string>> = {
  ghcr: 'ghcr.io',
  github: 'ghcr.io',
  'github.com': 'ghcr.io',
  docker: 'docker.io',
  dockerhub: 'docker.io',
  'hub.docker.com': 'docker.io',
  'registry.hub.docker.com': 'docker.io',
  'registry-1.docker.io': 'docker.io',
  'index.docker.io': 'docker.io',
  quay: 'quay.io',
  mcr: 'mcr.microsoft.com',
}

const withoutScheme = (text: string) =>
  imageOfPage(text.replace(/^[A-Za-z][A-Za-z0-9+.-]*:\/\//, '').replace(/\/+$/, ''))

/** A page of Docker Hub's website, which is what people copy: `hub.docker.com/_/redis`, `hub.docker.com/r/acme/web`. */
function imageOfPage(text: string): string {
  return text
    .replace(/^hub\.docker\.com\/_\//, 'docker.io/library/')
    .replace(/^hub\.docker\.com\/(?:r|u|orgs|repository\/docker)\//, 'docker.io/')
}
const withoutTag = (text: string) => text.replace(/@.*$/, '').replace(/:[^/]*$/, '')
const lower = (text: string) => text.toLowerCase()

function registry(text: string): string | null {
  const [host = '', ...path] = lower(withoutScheme(text).replace(/^(index\.docker\.io)\/v[12]$/, '$1')).split('/')
  const named = HOSTS[host] ?? host
  const repaired = [named, ...path].join('/')
  return isAllowedOrigin(repaired) && isRegistryHost(named) ? repaired : null
}

/** The path on a registry in a full reference, or in its beginning. */
function repository(text: string): string | null {
  const path = lower(withoutTag(withoutScheme(text).replace(/^\/+/, '')))
  const [host = '', ...rest] = path.split('/')
  const below = rest.length > 0 && isRegistryHost(host) && host.includes('.') ? rest.join('/') : path
  return REPOSITORY.test(below) ? below : null
}

/**
 * REGISTRY/REPOSITORY of a URL or reference; on Docker Hub if it names no registry.
 *
 * @returns null if it contains no repository.
 */
export function imageMeant(text: string): string | null {
  const [first = '', ...rest] = lower(withoutTag(withoutScheme(text.trim()))).split('/')
  const host = HOSTS[first] ?? first
  const path = rest.join('/')
  if (rest.length > 0 && isRegistryHost(host)) return REPOSITORY.test(path) ? `${host}/${path}` : null
  const hub = rest.length === 0 ? `library/${first}` : [first, ...rest].join('/')
  return REPOSITORY.test(hub) ? `docker.io/${hub}` : null
}

/**
 * OWNER/REPO, or GROUP/PROJECT, from the URL of a repository, of a page in it, or from its clone URL.
 *
 * @returns null if it is not such a URL.
 */
export function repo(text: string): string | null {
  const path = text
    .replace(/^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^@/\s]+@)?(?:www\.)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::\d+)?[/:]/, '')
    .replace(/\/(?:-\/)?(?:tree|blob|actions|pulls|issues|settings)(?:\/.*)?$/, '')
    .replace(/[?#].*$/, '')
    .replace(/^\/+|\/+$/g, '')
    .replace(/\.git$/, '')
  return isRepository(path) ? path : null
}

function workflowFile(text: string): string | null {
  const file = posix.basename(text.replace(/[?#@].*$/, '').replaceAll('\\', '/'))
  if (WORKFLOW_FILE.test(file)) return file
  return /^[A-Za-z0-9_-]{1,100}$/.test(file) ? `${file}.yml` : null
}

function branch(text: string): string | null {
  const name = text.replace(/^refs\/heads\/|^refs\/remotes\/[^/]+\//, '')
  return isBranchName(name) ? name : null
}

/** A path relative to the repository's top, from one with extra slashes, with backslashes, or from a page's URL. */
function path(text: string): string | null {
  const inside = text
    .replace(/^https?:\/\/[^/]+\/[^/]+\/[^/]+\/(?:blob|tree|raw)\/[^/]+\//, '')
    .replaceAll('\\', '/')
    .replace(/^\/+/, '')
  const whole = inside.endsWith('/') ? `${inside}Dockerfile` : inside
  return isInsidePath(whole) && !/^(?:etc|usr|var|home|tmp)\//.test(whole) ? posix.normalize(whole) : null
}

const ARCHITECTURES: Readonly<Record<string, string>> = {
  amd64: 'linux/amd64',
  x86_64: 'linux/amd64',
  x64: 'linux/amd64',
  linux: 'linux/amd64',
  arm64: 'linux/arm64',
  aarch64: 'linux/arm64',
  arm: 'linux/arm/v7',
  armv7: 'linux/arm/v7',
  ppc64le: 'linux/ppc64le',
  s390x: 'linux/s390x',
  riscv64: 'linux/riscv64',
}

function platform(text: string): string | null {
  const known = ARCHITECTURES[lower(text)]
  if (known !== undefined) return known
  const parts = lower(text).split(/\s*[,\s]\s*/)
  const all = parts.map((part) => ARCHITECTURES[part] ?? part.replace(/^linux[-_:]/, 'linux/'))
  return all.every((one) => PLATFORM.test(one)) ? all.join(', ') : null
}

function kubernetesName(text: string): string | null {
  const name = lower(text).replace(/[^a-z0-9]+/g, '-')
  const trimmed = name.replace(/^-+|-+$/g, '')
  return DNS_LABEL.test(trimmed) && /^[\w. /-]+$/.test(text) ? trimmed : null
}

function constraint(text: string): string | null {
  const range = text.replace(/^==/, '=').replace(/^v?(\d+)\.x$/, '^$1')
  return isSemVerConstraint(range) ? range : null
}

function digest(text: string): string | null {
  const hex = /(?:^|@|:)([0-9a-f]{64})$/.exec(lower(text))?.[1]
  return hex === undefined ? null : `sha256:${hex}`
}

/** A date or time in UTC: ISO forms close to ours that `Date` can read. */
function expires(text: string): string | null {
  const [, year, month = '', day = ''] = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(text) ?? []
  if (year !== undefined) return realDay(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`)
  const iso = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?) ?(Z|UTC|[+-]\d{2}:\d{2})?$/.exec(text)
  if (iso === null) return null
  const time = Date.parse(`${iso[1]}T${iso[2]}${iso[3] === undefined || iso[3] === 'UTC' ? 'Z' : iso[3]}`)
  return Number.isNaN(time) ? null : new Date(time).toISOString().replace(/(?::00)?\.000Z$/, 'Z')
}

function realDay(day: string): string | null {
  const time = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day) ? day : null
}

/** By key, the valid spelling of a value; null if it cannot be derived. */
const REPAIRS: Readonly<Record<string, (text: string) => string | null>> = {
  name: kubernetesName,
  namespace: kubernetesName,
  shard: kubernetesName,
  secret: kubernetesName,
  registry,
  allowedRegistries: registry,
  repository,
  image: repository,
  repoURL: imageMeant,
  full_name: imageMeant,
  repo,
  workflow: workflowFile,
  branch,
  ref: branch,
  dockerfile: path,
  pipeline: path,
  path,
  platforms: platform,
  constraint,
  digest,
  expires,
}
