import { type FlagValues, isInt32, isInt64 } from './arguments.js'
import { heredocNamed, type Instruction, isHeredoc } from './instruction-reader.js'
import { quoted } from './result.js'

/** The words of an instruction, and a check of their expanded values; null is an unknown value. */
interface WordStep {
  kind: 'words'
  words: readonly string[]
  problem: (values: readonly (string | null)[]) => string | null
  /** Heredoc bodies whose variables are expanded. */
  bodies: readonly string[]
}

/** What BuildKit does for an instruction of a stage it builds, as far as that can fail. */
export type Step = { keyword: string; line: number } & (
  | { kind: 'env'; pairs: readonly string[] }
  | { kind: 'arg'; variables: readonly { name: string; value: string | null }[] }
  | { kind: 'workdir'; path: string }
  | { kind: 'expose'; ports: readonly string[] }
  | { kind: 'mounts'; mounts: readonly string[] }
  | WordStep
)

const SIGNALS: ReadonlySet<string> = new Set(
  'ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ'.split(
    ' ',
  ),
)

/** The step of a validated instruction; null if nothing in it is expanded. */
export function stepOf(instruction: Instruction, flags: FlagValues): Step | null {
  const { name, args, line } = instruction
  const base = { keyword: name.toUpperCase(), line }
  const words = (problem: WordStep['problem']): Step => ({ ...base, kind: 'words', words: args, problem, bodies: [] })
  switch (name) {
    case 'env':
      return { ...base, kind: 'env', pairs: args }
    case 'label':
    case 'user':
      return words(() => null)
    case 'volume':
      return words((paths) => (paths.includes('') ? 'a path comes out empty' : null))
    case 'stopsignal':
      return words(([signal]) => signalProblem(signal ?? null))
    case 'workdir':
      return { ...base, kind: 'workdir', path: args[0] ?? '' }
    case 'expose':
      return { ...base, kind: 'expose', ports: [...args].sort() }
    case 'add':
    case 'copy':
      return { ...base, ...copyStep(instruction, flags) }
    default:
      return null
  }
}

function copyStep({ name, args, bodies }: Instruction, flags: FlagValues): WordStep {
  const option = (flag: string) => flags.get(flag)?.[0] ?? ''
  const isTrue = (flag: string) => flags.has(flag) && option(flag).toLowerCase() !== 'false'
  const files = args.slice(0, -1)
  const sources = files.filter((file) => !isHeredoc(file))
  return {
    kind: 'words',
    words: [option('chown'), option('chmod'), option('checksum'), ...sources, args.at(-1) ?? ''],
    problem: ([chown = null, chmod = null, checksum = null, ...paths]) =>
      copyProblem({
        isAdd: name === 'add',
        link: isTrue('link'),
        chown,
        chmod,
        checksum,
        sources: paths.slice(0, -1),
      }),
    bodies: bodies.size === 0 ? [] : files.flatMap((file) => expandedBody(file, bodies)),
  }
}

/** The body of a heredoc with an unquoted name; the last one of duplicates. */
function expandedBody(file: string, bodies: ReadonlyMap<string, string>): string[] {
  const heredoc = heredocNamed(file)
  if (heredoc === null || heredoc.isLiteral) return []
  return [bodies.get(heredoc.terminator) ?? '']
}

function signalProblem(signal: string | null): string | null {
  if (signal === null || isSignal(signal)) return null
  return `${quoted(signal)} is not a signal: write a name such as SIGTERM or a number`
}

function isSignal(text: string): boolean {
  if (isInt64(text)) return Number(text) !== 0
  const name = text.toUpperCase().replace(/^SIG/, '')
  return SIGNALS.has(name) || /^RTM(?:IN(?:\+(?:[1-9]|1[0-5]))?|AX(?:-(?:[1-9]|1[0-4]))?)$/.test(name)
}

/** BuildKit's error for the ports of an EXPOSE; null if valid. */
export function portsProblem(ports: readonly string[]): string | null {
  for (const port of ports) {
    const problem = portProblem(port)
    if (problem !== null) return problem
  }
  return null
}

const SYMBOLIC_MODE = /^[augo]*(?:[-+=][rstwxXugo]*)+(?:,[augo]*(?:[-+=][rstwxXugo]*)+)*$/
const DIGEST_LENGTHS: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 }
const MAX_MODE = 0o7777

/** BuildKit's error for a COPY or ADD when it is about to run; null if valid. */
function copyProblem({
  isAdd,
  link,
  chown,
  chmod,
  checksum,
  sources,
}: {
  isAdd: boolean
  link: boolean
  chown: string | null
  chmod: string | null
  checksum: string | null
  sources: readonly (string | null)[]
}): string | null {
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

/** Whether BuildKit fetches this source with git: over HTTP only if it ends in `.git`. */
function isGit(source: string): boolean {
  if (/^\.\.?\//.test(source)) return false
  const scheme = /^([a-zA-Z0-9]+):\/\//.exec(source)?.[1]?.toLowerCase()
  if (scheme === undefined) return /^[a-zA-Z0-9\-_]+@[a-zA-Z0-9-.]+:[^#?]*/.test(source)
  if (scheme === 'ssh' || scheme === 'git') return URL.canParse(source)
  return (scheme === 'http' || scheme === 'https') && /^[^?#]*\/[^?#]*\.git(?:[?#]|$)/.test(source)
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/
const MAX_PORT = 65_535

/** The error for a port of EXPOSE (`[[ip:]host:]port[-port][/protocol]`); null if valid. */
function portProblem(written: string): string | null {
  const parts = written.split(':')
  const container = parts.at(-1) ?? ''
  const host = parts.at(-2) ?? ''
  const address = parts.slice(0, -2).join(':')
  const slash = container.indexOf('/')
  const ports = slash === -1 ? container : container.slice(0, slash)
  const protocol = slash === -1 ? '' : container.slice(slash + 1).toLowerCase()
  const refused = `${quoted(written)} is not a port such as 80, 8000-8010 or 53/udp`
  if (!['', 'tcp', 'udp', 'sctp'].includes(protocol)) return `${refused}: the protocol is tcp, udp or sctp`
  if (address !== '' && !isAddress(address)) return `${refused}: ${quoted(address)} is not an IP address`
  const range = portRange(ports)
  if (range === null) return refused
  if (host === '') return null
  const hostRange = portRange(host)
  if (hostRange === null) return refused
  return range === 0 || range === hostRange ? null : `${refused}: the two ranges differ in length`
}

function isAddress(text: string): boolean {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text
  return bare === '' || IPV4.test(bare) || (/^[0-9A-Fa-f:.]+$/.test(bare) && URL.canParse(`http://[${bare}]`))
}

/** Number of ports after the first; null if it is not a valid range. */
function portRange(text: string): number | null {
  const dash = text.indexOf('-')
  const start = dash === -1 ? text : text.slice(0, dash)
  const end = dash === -1 ? start : text.slice(dash + 1)
  if (!isPort(start) || !isPort(end)) return null
  const length = Number(end) - Number(start)
  return length < 0 ? null : length
}

function isPort(text: string): boolean {
  return /^(?:\+?\d+|-0+)$/.test(text) && Number(text) <= MAX_PORT
}
