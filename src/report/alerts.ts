// The alerts: always visible, above everything else. Changes to review carefully, and problems.
import { type Problem, placeOfProblem } from '../enrollment/problem.js'
import { count, formatNumber, listSome } from '../text/index.js'
import { problemUrl, sourceFileUrl } from './links.js'
import { codeSpan, link, prose } from './markdown.js'
import type { Report } from './model.js'
import { reviewLines, reviewTitle } from './review.js'
import type { View } from './view.js'

/** The alerts of a report: first what to review, then problems, worst first; no list is longer than `rows`. */
export function alerts(view: View, rows: number): string[] {
  const warnings = view.warnings.filter((one) => !isUnread(one))
  const blocks = [
    review(view, rows),
    alert('CAUTION', `${count(view.errors.length, 'error')} to fix`, problemLines(view.report, view.errors, rows)),
    alert('WARNING', count(warnings.length, 'warning'), problemLines(view.report, warnings, rows)),
  ]
  return blocks.filter((block) => block !== null)
}

/** New images with an unreadable source, shown first: the rest of the report knows nothing about them. */
export function unread(view: View, rows: number): string[] {
  const own = view.warnings.filter(isUnread)
  const title = `${count(own.length, 'new image')} could not be checked`
  const block = alert('WARNING', title, problemLines(view.report, own, rows))
  return block === null ? [] : [block]
}

function isUnread({ code }: Problem): boolean {
  return code === 'source-unread'
}

/** The counts of the alerts, when there is no room for names. */
export function alertCounts(view: View): string[] {
  const title = reviewTitle(view)
  const counts = [
    title === null ? null : `**${title}**`,
    view.errors.length === 0 ? null : `**${count(view.errors.length, 'error')}**`,
    view.warnings.length === 0 ? null : count(view.warnings.length, 'warning'),
  ]
  const lines = counts.filter((line) => line !== null)
  return lines.length === 0 ? [] : [lines.map((line) => `- ${line}`).join('\n')]
}

/** A list of problems, each with its location and remedy. */
export function problemLines(report: Report, problems: readonly Problem[], rows: number): string[] {
  return listSome(
    problems,
    rows,
    (one) => problemLine(report, one),
    (n) => `- … and ${formatNumber(n)} more${n === 1 ? ' problem' : ''}`,
  )
}

function alert(kind: 'CAUTION' | 'WARNING', title: string, lines: readonly string[]): string | null {
  if (lines.length === 0) return null
  return [`[!${kind}]`, `**${title}**`, '', ...lines].map((line) => `> ${line}`.trimEnd()).join('\n')
}

function problemLine(report: Report, p: Problem): string {
  const place = placeOfProblem(p)
  const about = p.image === null || p.message.includes(p.image) ? '' : `${codeSpan(p.image, 80)}: `
  const stop = /[.!?:;]$/.test(p.message.trimEnd()) ? '' : '.'
  const urls = new Map(
    p.places?.map(({ text, source, path, line }) => [text, sourceFileUrl(report, source, path, line)]),
  )
  const words = (text: string) => prose(text, undefined, (word) => urls.get(word) ?? ownUrl(report, word))
  const remedy = p.remedy === null ? '' : `${stop} ${words(p.remedy)}`
  return `- ${place === '' ? '' : `${link(codeSpan(place, 160), problemUrl(report, p.file, p.line))} `}${about}${words(p.message)}${remedy}${codeOf(p)}`
}

/** `images.yaml:3`: a line of one of our own files. */
function ownUrl(report: Report, word: string): string | null {
  const [, file = null, line = ''] = /^(.+):(\d{1,9})$/.exec(word) ?? []
  return problemUrl(report, file, Number(line))
}

/** The code of a problem that can be accepted, with the reason if it is. */
function codeOf({ severity, code, reason }: Problem): string {
  if (severity !== 'warning' && severity !== 'accepted') return ''
  return ` ${codeSpan(`[${code}]`, 40)}${reason === undefined ? '' : ` Accepted: ${prose(reason)}`}`
}

/** One block for everything to review; its title counts the lines that are left out, too. */
function review(view: View, rows: number): string | null {
  const lines = reviewLines(view, rows)
  return alert('CAUTION', reviewTitle(view) ?? '', lines)
}
