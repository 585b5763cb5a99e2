// The report for a terminal: the summary comes last, next to the prompt, and errors at the very end.
import pico from 'picocolors'
import { formatProblem, type Problem } from '../enrollment/problem.js'
import { oneLine } from '../text/index.js'
import { unified } from './difference.js'
import { assemble, inPieces, summarize } from './document.js'
import { effectOf, untoldImages } from './effect.js'
import { terminalText } from './markdown.js'
import type { ImageChange, ValueChange } from './model.js'
import { pathHeader } from './resources.js'
import { type ChangedResource, resourceTitle, type View } from './view.js'

type Colors = ReturnType<typeof pico.createColors>

export interface PlainOptions {
  readonly color: boolean
  /** Whether to include every object's diff, and every changed value. */
  readonly diffs: boolean
  /** Whether to include problems; otherwise the caller prints them afterwards. */
  readonly problems: boolean
}

/** Diffs, effect, problems, and the summary; errors come last, where a terminal stops scrolling. */
export function plain(view: View, options: PlainOptions): string {
  return assemble(blocks(view, options))
}

/** Like `plain` without colors; null if it is longer than this many characters, which is detected early. */
export function plainWithin(view: View, maxLength: number): string | null {
  let text = ''
  for (const piece of inPieces(blocks(view, { color: false, diffs: true, problems: true }))) {
    text += piece
    if (text.length > maxLength) return null
  }
  return text
}

function* blocks(view: View, { color, diffs, problems: withProblems }: PlainOptions): Generator<string> {
  const colors = pico.createColors(color)
  const { errors, warnings, accepted, notices, report, resources } = view
  if (diffs) {
    for (const one of resources) yield diff(one, colors)
    // If there are few images, the sentences below contain every value.
    const images = untoldImages(report).flatMap((image) => imageLines(image, colors))
    const settings = report.settings.length === 0 ? [] : [colors.bold('settings'), ...report.settings.map(valueLine)]
    for (const lines of [settings, images]) if (lines.length > 0) yield lines.join('\n')
  }
  // Without changed manifests, the verdict below says the same.
  const sentences = effectOf(view, resources.length > 0).map((spans) => terminalText(spans, colors.bold))
  const problems = (found: readonly Problem[]) => (withProblems ? found.map((one) => problemLine(one, colors)) : [])
  const { main, rest } = summarize(view)
  const verdict = `${(errors.length > 0 ? colors.red : colors.bold)(main)}${rest}`
  for (const lines of [sentences, problems([...accepted, ...notices, ...warnings]), [verdict], problems(errors)]) {
    if (lines.length > 0) yield lines.join('\n')
  }
}

/** All diffs in sequence; empty without changes. */
export function* patch(view: View): Generator<string> {
  const text = (one: ChangedResource) => `${pathHeader(one)}\n${unified(one.difference, 3)}\n`
  for (const one of view.resources) yield text(one)
  if (view.baseDrift.length > 0) yield '# Already on the base branch, whether or not the pull request is merged:\n'
  for (const one of view.baseDrift) yield text(one)
}

function problemLine(p: Problem, colors: Colors): string {
  const paint = { error: colors.red, warning: colors.yellow, accepted: colors.dim, notice: colors.cyan }[p.severity]
  return paint(oneLine(formatProblem(p), 1000))
}

function imageLines(image: ImageChange, colors: Colors): string[] {
  return [
    `${colors.bold(oneLine(image.name, 120))} ${image.kind}`,
    ...image.details.map(image.kind === 'enrolled' ? newValueLine : valueLine),
  ]
}

function newValueLine({ key, after }: ValueChange): string {
  return `  ${oneLine(key, 60)}: ${after === null ? '(default)' : oneLine(after, 120)}`
}

function valueLine({ key, before, after }: ValueChange): string {
  const [old, now] = [before, after].map((value) => (value === null ? '(default)' : oneLine(value, 120)))
  return `  ${oneLine(key, 60)} ${old} → ${now}`
}

const SIGN = { added: '+', modified: '~', removed: '-' } as const

function diff(resource: ChangedResource, colors: Colors): string {
  const { change, difference, cause } = resource
  const identity = oneLine(resourceTitle(resource), 240)
  const because = cause === null ? '' : ` — because of ${oneLine(cause)}`
  const { added, removed } = difference
  const counted = `(${colors.green(`+${added}`)} ${colors.red(`−${removed}`)})`
  const title = `${colors.bold(`${SIGN[change]} ${identity}`)} ${counted}${because}`
  const lines = unified(difference, 3).split('\n')
  return [title, ...pathHeader(resource).split('\n').map(colors.dim), ...lines.map((line) => paint(line, colors))].join(
    '\n',
  )
}

function paint(line: string, colors: Colors): string {
  if (line.startsWith('+')) return colors.green(line)
  if (line.startsWith('-')) return colors.red(line)
  return line.startsWith('@@') ? colors.cyan(line) : line
}
