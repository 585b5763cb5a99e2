import { copyProblem } from './copy-rules.js'
import { portProblem } from './exposed-ports.js'
import type { FlagValues } from './flags.js'
import { isInt64 } from './go-values.js'
import { heredocNamed, isHeredoc } from './heredoc.js'
import type { Instruction } from './instruction-reader.js'
import { quoted } from './refusal.js'

/** The words of an instruction, and what is wrong with them once variables are expanded; null stands for an unknown value. */
interface WordStep {
  kind: 'words'
  words: readonly string[]
  problem: (values: readonly (string | null)[]) => string | null
  /** Heredoc bodies in which variables are expanded. */
  bodies: readonly string[]
}

/** What BuildKit does with an instruction of a stage it builds, as far as that can end in a refusal. */
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

/** The step of a checked instruction, null where nothing of it is expanded. */
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

/** The body of a heredoc whose name is written without quotes; of two with the same name, the last is taken. */
function expandedBody(file: string, bodies: ReadonlyMap<string, string>): string[] {
  const heredoc = heredocNamed(file)
  if (heredoc === null || heredoc.isLiteral) return []
  return [bodies.get(heredoc.terminator) ?? '']
}

function signalProblem(signal: string | null): string | null {
  if (signal === null || isSignal(signal)) return null
  return `${quoted(signal)} is no signal: write a name such as SIGTERM or a number`
}

function isSignal(text: string): boolean {
  if (isInt64(text)) return Number(text) !== 0
  const name = text.toUpperCase().replace(/^SIG/, '')
  return SIGNALS.has(name) || /^RTM(?:IN(?:\+(?:[1-9]|1[0-5]))?|AX(?:-(?:[1-9]|1[0-4]))?)$/.test(name)
}

/** What is wrong with the ports of an EXPOSE, null when nothing. */
export function portsProblem(ports: readonly string[]): string | null {
  for (const port of ports) {
    const problem = portProblem(port)
    if (problem !== null) return problem
  }
  return null
}
