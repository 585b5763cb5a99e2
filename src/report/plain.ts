// The report for a terminal: nothing folded, nothing left out.
import pico from 'picocolors'
import { formatProblem, type Problem } from '../enrollment/problem.js'
import { unified } from './difference.js'
import { assemble, inPieces } from './document.js'
import type { ImageChange, ValueChange } from './model.js'
import { pathHeader } from './resources.js'
import { oneLine } from './text.js'
import { summarize } from './verdict.js'
import type { ChangedResource, View } from './view.js'

type Colours = ReturnType<typeof pico.createColors>

/** Problems, images, and every object's diff; the verdict is the last line, where a terminal stops scrolling. */
export function plain(view: View, colour: boolean): string {
  return assemble(blocks(view, pico.createColors(colour)))
}

/** The same without colours; null where it has more than so many characters. No more than these are written to see it. */
export function plainWithin(view: View, most: number): string | null {
  let text = ''
  for (const piece of inPieces(blocks(view, pico.createColors(false)))) {
    text += piece
    if (text.length > most) return null
  }
  return text
}

function* blocks(view: View, colours: Colours): Generator<string> {
  const { errors, warnings, notices, report, resources } = view
  const problems = [...errors, ...warnings, ...notices].map((p) => problemLine(p, colours))
  const images = report.images.flatMap((image) => imageLines(image, colours))
  const settings = report.settings.length === 0 ? [] : [colours.bold('settings'), ...report.settings.map(valueLine)]
  for (const lines of [problems, settings, images]) if (lines.length > 0) yield lines.join('\n')
  for (const one of resources) yield diff(one, colours)
  const { main, rest } = summarize(view)
  yield `${(errors.length > 0 ? colours.red : colours.bold)(main)}${rest}`
}

/** All diffs one after the other; none when nothing changes. */
export function* patch(view: View): Generator<string> {
  const text = (one: ChangedResource) => `${pathHeader(one)}\n${unified(one.difference, 3)}\n`
  for (const one of view.resources) yield text(one)
  if (view.baseDrift.length > 0) yield '# Comes anyway, whatever becomes of the pull request:\n'
  for (const one of view.baseDrift) yield text(one)
}

function problemLine(p: Problem, colours: Colours): string {
  const paint = { error: colours.red, warning: colours.yellow, notice: colours.cyan }[p.severity]
  return paint(oneLine(formatProblem(p), 1000))
}

function imageLines(image: ImageChange, colours: Colours): string[] {
  return [`${colours.bold(oneLine(image.name, 120))} ${image.kind}`, ...image.details.map(valueLine)]
}

function valueLine({ key, before, after }: ValueChange): string {
  const [old, now] = [before, after].map((value) => (value === null ? '(default)' : oneLine(value, 120)))
  return `  ${oneLine(key, 60)} ${old} → ${now}`
}

const SIGN = { added: '+', modified: '~', removed: '-' } as const

function diff(resource: ChangedResource, colours: Colours): string {
  const { change, kind, namespace, name, difference, cause } = resource
  const identity = oneLine(`${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`, 240)
  const because = cause === null ? '' : ` — because ${oneLine(cause)}`
  const { added, removed } = difference
  const counted = `(${colours.green(`+${added}`)} ${colours.red(`−${removed}`)})`
  const title = `${colours.bold(`${SIGN[change]} ${identity}`)} ${counted}${because}`
  const lines = unified(difference, 3).split('\n')
  return [
    title,
    ...pathHeader(resource).split('\n').map(colours.dim),
    ...lines.map((line) => paint(line, colours)),
  ].join('\n')
}

function paint(line: string, colours: Colours): string {
  if (line.startsWith('+')) return colours.green(line)
  if (line.startsWith('-')) return colours.red(line)
  return line.startsWith('@@') ? colours.cyan(line) : line
}
