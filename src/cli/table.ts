import stringWidth from 'fast-string-width'
import { wrapAnsi } from 'fast-wrap-ansi'
import pc from 'picocolors'
import { printable } from '../text/index.js'
import type { Terminal } from './terminal.js'

const GAP = '  '
/** Narrower columns are unreadable. */
const MIN_WIDTH = 12

/**
 * Prints columns below their titles, at most as wide as the terminal: long cells wrap, and if there are too many
 * columns for that, each row becomes a block of lines that start with the titles.
 *
 * @param paint colors a padded cell.
 */
export function printTable(
  terminal: Terminal,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  paint: (cell: string, row: number, column: number) => string = (cell) => cell,
): void {
  const safe = rows.map((row) => row.map(printable))
  const widths = fittedWidths(head, safe, terminal.columns ?? Number.POSITIVE_INFINITY)
  const { bold } = pc.createColors(terminal.color.out)
  if (widths === null) {
    for (const [index, cells] of safe.entries()) terminal.out(blockOf(head, cells, (text) => bold(text), index > 0))
    return
  }
  terminal.out(rowOf(head, widths, (text) => bold(text)))
  for (const [row, cells] of safe.entries()) {
    terminal.out(rowOf(cells, widths, (cell, column) => paint(cell, row, column)))
  }
}

/** The width of each column: its longest cell, with the widest columns narrowed until all fit; null if they cannot. */
function fittedWidths(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
): readonly number[] | null {
  const widths = head.map((title, column) =>
    rows.reduce((width, row) => Math.max(width, stringWidth(row[column] ?? '')), stringWidth(title)),
  )
  const gaps = GAP.length * (widths.length - 1)
  const fitted = widths.map((width) => Math.min(width, columns))
  let over = fitted.reduce((sum, width) => sum + width, gaps) - columns
  for (; over > 0; over -= 1) {
    const widest = Math.max(...fitted)
    if (widest <= MIN_WIDTH) return null
    fitted[fitted.indexOf(widest)] = widest - 1
  }
  return fitted
}

function rowOf(cells: readonly string[], widths: readonly number[], paint: (text: string, column: number) => string) {
  const wrapped = cells.map((cell, column) => wrap(cell, widths[column] ?? 0))
  const height = Math.max(...wrapped.map((lines) => lines.length))
  const lines = Array.from({ length: height }, (_, line) =>
    wrapped.map((parts, column) => {
      const text = parts[line] ?? ''
      const padded = text + ' '.repeat(Math.max(0, (widths[column] ?? 0) - stringWidth(text)))
      return { text: column === wrapped.length - 1 ? text : padded, column }
    }),
  )
  return lines
    .map((parts) => `${parts.map(({ text, column }) => (text.trim() === '' ? text : paint(text, column))).join(GAP)}`)
    .map((line) => `${line.trimEnd()}\n`)
    .join('')
}

function wrap(cell: string, width: number): readonly string[] {
  return stringWidth(cell) <= width ? [cell] : wrapAnsi(cell, width, { hard: true }).split('\n')
}

/** A row as a block of lines, for columns that do not fit side by side. */
function blockOf(
  head: readonly string[],
  cells: readonly string[],
  bold: (text: string) => string,
  isNext: boolean,
): string {
  const width = Math.max(...head.map((title) => title.length))
  const lines = cells.flatMap((cell, column) =>
    cell === '' ? [] : `${bold((head[column] ?? '').padEnd(width))}${GAP}${cell}`.trimEnd(),
  )
  return `${isNext ? '\n' : ''}${lines.join('\n')}\n`
}
