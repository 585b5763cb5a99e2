import { splitPair } from '../value.js'
import type { Marks } from './marks.js'
import type { Field } from './state.js'

/** The known flags of a program. */
export interface FlagTable {
  /** Long names of flags with a value. */
  readonly values: ReadonlySet<string>
  /** Long names of flags without one, unless attached with `=`. */
  readonly switches: ReadonlySet<string>
  /** Short flags with their long names. */
  readonly letters: ReadonlyMap<string, string>
}

/** Creates a table from lists of names; `tag:t` has a short form. */
export function flagTable(values: string, switches: string): FlagTable {
  const letters = new Map<string, string>()
  const names = (list: string) => {
    const items = list.split(/\s+/).filter((item) => item !== '')
    return new Set(
      items.map((item) => {
        const [name = '', letter] = item.split(':')
        if (letter !== undefined) letters.set(letter, name)
        return name
      }),
    )
  }
  return { values: names(values), switches: names(switches), letters }
}

/** Arguments split into flags and the rest. */
export interface ParsedFlags {
  /** In order; a switch has no value. */
  readonly flags: readonly { readonly name: string; readonly value: string | null }[]
  readonly rest: readonly Field[]
  /** Index at which the rest begins. */
  readonly restIndex: number
  /** Arguments that are either part of the rest or the value of an unknown flag. */
  readonly doubtful: readonly Field[]
}

/**
 * Parses arguments as docker's programs do (spf13/pflag): `--name value`, `--name=value`, `-n value`, `-nvalue`,
 * `-n=value`, `-abc`, and `--` before the rest.
 *
 * @param isMixed whether flags may follow the rest.
 */
export function parseProgramFlags(
  fields: readonly Field[],
  table: FlagTable,
  marks: Marks,
  isMixed = true,
): ParsedFlags {
  const flags: { name: string; value: string | null }[] = []
  const rest: Field[] = []
  const doubtful: Field[] = []
  let at = 0
  while (at < fields.length) {
    const field = fields[at] as Field
    const next = fields[at + 1]
    const flag = flagOf(field, table, marks)
    if (flag === 'end') {
      rest.push(...fields.slice(at + 1))
      at = fields.length
    } else if (flag === null) {
      if (!isMixed) break
      rest.push(field)
      at += 1
    } else {
      flags.push(...flag.switches.map((name) => ({ name, value: null })))
      at += 1
      if (flag.wants === 'value' && next !== undefined) at += 1
      if (flag.wants === 'unknown' && next !== undefined && flagOf(next, table, marks) === null) {
        doubtful.push(next)
        at += 1
      }
      if (flag.name !== null)
        flags.push({ name: flag.name, value: flag.value ?? (flag.wants === 'value' ? (next?.text ?? null) : null) })
    }
  }
  return { flags, rest, restIndex: at, doubtful }
}

interface Flag {
  /** Short switches before it in the same word. */
  readonly switches: readonly string[]
  readonly name: string | null
  readonly value: string | null
  /** Whether it takes the next argument. */
  readonly wants: 'value' | 'nothing' | 'unknown'
}

function flagOf({ text, isElastic }: Field, table: FlagTable, marks: Marks): Flag | 'end' | null {
  // A flag from a variable's default counts; its value keeps its marks.
  const read = text.startsWith('\0') ? (marks.withDefaults(text) ?? text) : text
  if (isElastic || !read.startsWith('-') || read === '-') return null
  if (read === '--') return 'end'
  return read.startsWith('--') ? longFlag(read.slice(2), table) : shortFlags(read.slice(1), table)
}

function longFlag(text: string, { values, switches }: FlagTable): Flag {
  const [name, value] = splitPair(text)
  if (value !== null) return { switches: [], name, value, wants: 'nothing' }
  const wants = values.has(name) ? 'value' : switches.has(name) ? 'nothing' : 'unknown'
  return { switches: [], name, value: null, wants }
}

function shortFlags(text: string, { values, switches, letters }: FlagTable): Flag {
  const found: string[] = []
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] ?? ''
    const name = letters.get(letter)
    const after = text.slice(at + 1)
    if (name !== undefined && values.has(name)) {
      const attached = after.replace(/^=/, '')
      return { switches: found, name, value: after === '' ? null : attached, wants: after === '' ? 'value' : 'nothing' }
    }
    const isSwitch = name !== undefined && switches.has(name)
    if (after.startsWith('=')) return { switches: found, name: name ?? letter, value: after.slice(1), wants: 'nothing' }
    if (after === '')
      return { switches: found, name: name ?? letter, value: null, wants: isSwitch ? 'nothing' : 'unknown' }
    found.push(name ?? letter)
  }
  return { switches: found, name: null, value: null, wants: 'nothing' }
}
