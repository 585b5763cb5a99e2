import { splitPair } from '../value.js'
import { flagTable, parseProgramFlags } from './flags.js'
import type { Marks } from './marks.js'
import type { Field, State } from './state.js'

/** Programs that run the command in their arguments. */
const WRAPPERS = new Map([
  [
    'sudo',
    flagTable(
      'user:u group:g host:h prompt:p chdir:D chroot:R role:r type:t other-user:U close-from:C command-timeout:T',
      'preserve-env:E non-interactive:n stdin:S set-home:H background:b login:i',
    ),
  ],
  ['doas', flagTable('user:u config:C', 'n')],
  ['env', flagTable('unset:u chdir:C', 'ignore-environment:i null:0')],
  ['nice', flagTable('adjustment:n', '')],
  ['timeout', flagTable('signal:s kill-after:k', 'preserve-status foreground verbose:v')],
  ['time', flagTable('format:f output:o', 'portability:p append:a verbose:v quiet:q')],
  ['exec', flagTable('name:a', 'c l')],
  ['builtin', flagTable('', '')],
  ['nohup', flagTable('', '')],
])

const MAX_WRAPPERS = 16

/** Strips `sudo`, `env A=b`, `timeout 5m` and similar prefixes from a command. */
export function unwrapped(
  fields: readonly Field[],
  marks: Marks,
): {
  readonly fields: readonly Field[]
  readonly variables: readonly { readonly name: string; readonly text: string }[]
  readonly isIsolated: boolean
} {
  const variables: { name: string; text: string }[] = []
  let left = fields
  let isIsolated = false
  for (let count = 0; count < MAX_WRAPPERS; count += 1) {
    const name = programOf(left, marks)
    // `command -v docker` only looks it up.
    if (name === 'command' && !/^-[vV]/.test(left[1]?.text ?? '')) {
      left = left.slice(left[1]?.text === '-p' ? 2 : 1)
      continue
    }
    const table = WRAPPERS.get(name ?? '')
    if (table === undefined) break
    const args = left.slice(1)
    const parsed = parseProgramFlags(args, table, marks, false)
    if (name === 'env' && parsed.flags.some((flag) => flag.name === 'ignore-environment')) isIsolated = true
    let rest = parsed.rest.length > 0 ? parsed.rest : args.slice(parsed.restIndex)
    // `A=b` before the command sets a variable for it.
    while ((name === 'sudo' || name === 'env') && /^[A-Za-z_]\w*=/.test(rest[0]?.text ?? '')) {
      const [variable, text] = splitPair(rest[0]?.text ?? '')
      variables.push({ name: variable, text: text ?? '' })
      rest = rest.slice(1)
    }
    // Before the command, `timeout` takes the time.
    left = name === 'timeout' ? rest.slice(1) : rest
  }
  return { fields: left, variables, isIsolated }
}

/** The program that a command runs, without its path; null if unknown. */
export function programOf(fields: readonly Field[], marks: Marks): string | null {
  const [first] = fields
  if (first === undefined) return ''
  const text = marks.withDefaults(first.text)
  return text === null ? null : text.replace(/^.*\//s, '').replace(/\.exe$/i, '')
}

/** The script passed to `bash -c` or to a shell's standard input; null if there is none. */
export function scriptOf(fields: readonly Field[], { stdin }: State, marks: Marks): string | null {
  if (!/^(?:ba|da|z|k|a)?sh$/.test(programOf(fields, marks) ?? '')) return null
  const args = fields.slice(1)
  const flag = args.findIndex(({ text }) => /^-[a-z]*c$/.test(text))
  if (flag >= 0) return args.slice(flag + 1).find(({ text }) => !/^-/.test(text))?.text ?? null
  const readsInput = args.every(({ text }) => text.startsWith('-'))
  return readsInput && stdin !== null && 'text' in stdin ? stdin.text : null
}
