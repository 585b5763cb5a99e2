import type { Assignment } from 'unbash'
import type { Reading } from './reading.js'
import type { Field, State, Variable } from './state.js'

/** `A=b`, `A+=b`, `A=(b c)`; what an index sets is not followed. */
export function assign({ name, value, append, index }: Assignment, state: State, reader: Reading): void {
  if (!/^[A-Za-z_]\w*$/.test(name)) return
  const before = reader.variables.find(state, name)
  const assigned = (): Variable => {
    if (value.type === 'ArrayValue') {
      const old = append === true ? itemsOf(name, before, reader) : []
      const isPlain = value.elements.every(({ text }) => !/^\[[^\]]*\]=/.test(text))
      if (!isPlain || !reader.budget.spend(old.length)) return { kind: 'unknown' }
      return { kind: 'list', items: [...old, ...value.elements.flatMap((element) => reader.fields(element, state))] }
    }
    const text = reader.text(value, state)
    if (index !== undefined || (append === true && before?.kind === 'list')) return { kind: 'unknown' }
    const old = append === true ? itemsOf(name, before, reader) : []
    return { kind: 'text', text: old.map((field) => field.text).join('') + text }
  }
  state.variables.set(name, assigned())
}

/** What is there already. */
function itemsOf(name: string, before: Variable | null, { marks }: Reading): readonly Field[] {
  if (before?.kind === 'list') return before.items
  if (before?.kind === 'text') return [{ text: before.text, isElastic: false }]
  return before?.kind === 'unknown' ? [{ text: marks.add(`$${name}`), isElastic: true }] : []
}
