// The effect of merging: usually no build; a rebuild that was held back may start.
import { count } from '../text/index.js'
import type { DueRebuild, ImageChange, Report } from './model.js'
import { shortReference } from './references.js'
import { code, listed, type Span, strong } from './spans.js'
import { effective } from './values.js'

const MAX_DUE = 3

/** What happens when a pull request is merged; empty without changes, or if it is already merged. */
export function dueSentences(report: Report, hasEffect: boolean): Span[][] {
  if (report.mode !== 'preview') return []
  const { due, images, settings } = report
  const promoted = images.flatMap(promotedAtOnce)
  if (!hasEffect && due.length === 0) return []
  const builds = due.length > 0 ? started(due) : ['Merging starts no build.']
  if (settings.some(({ key }) => key === 'namespace')) {
    return [
      ['Kargo starts over in the other namespace: earlier changes count as new there, so merging may start builds.'],
    ]
  }
  if (promoted.length === 0) return [builds]
  const what = listed(promoted, { max: MAX_DUE })
  return [[...builds, ' Once merged, Kargo may deploy the newest version of ', ...what, ' automatically.']]
}

/** `Merging may start 2 builds: web (node:22 changed, due 2026-11-21 07:00 UTC) and …` */
function started(due: readonly DueRebuild[]): Span[] {
  const all = due.map(({ image, base, at }): Span[] => {
    return [code(image), ' (', code(shortReference(base)), ' changed, due ', code(minute(at)), ')']
  })
  return [strong(`Merging may start ${count(due.length, 'build')}`), ': ', ...listed(all, { max: MAX_DUE }), '.']
}

/** `2026-11-21 07:00 UTC` */
export function minute(at: string): string {
  return at.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d(?:\.\d+)?Z$/, '$1 $2 UTC')
}

/** An environment that becomes automatic: its latest version no longer waits for a person. */
function promotedAtOnce({ name, kind, details, environments = [] }: ImageChange): Span[][] {
  if (kind === 'enrolled' || kind === 'removed') return []
  return environments.flatMap(({ name: environment, auto }): Span[][] => {
    if (!auto) return []
    const prefix = environment === null ? 'updates[0].' : `environments.${environment}.`
    const at = (key: string) => details.find((change) => change.key === prefix + key)
    const isNew = at(environment === null ? 'repo' : 'name')?.before === null
    const change = at('auto')
    const isFreed = change !== undefined && effective(change.key, change.before) === 'false'
    if (!isNew && !isFreed) return []
    return [[code(name), ...(environment === null ? [] : [' to ', code(environment)])]]
  })
}
