import { count, delta } from './text.js'
import type { ChangedResource, View } from './view.js'

/** The report in one line: what matters most, then what stands beside it. Only numbers and words of our own. */
export interface Verdict {
  readonly main: string
  readonly rest: string
}

/** Says in one line what happens. */
export function summarize(view: View): Verdict {
  const problems = problemCounts(view)
  if (view.errors.length > 0) {
    const written = view.report.commit === null ? ': nothing was written' : ''
    return {
      main: `❌ Failed with ${problems}${written}`,
      rest: view.resources.length === 0 ? '' : ` — ${describeChanges(view.resources)}`,
    }
  }
  const aside = later(view) + (problems === '' ? '' : ` — ${problems}`)
  if (view.resources.length === 0) return { main: '✅ No manifest changes', rest: ` — ${unchanged(view)}${aside}` }
  const stale = view.report.mode === 'check' ? 'Out of date: ' : ''
  return {
    main: `${stale}${totals(view)}: ${describeChanges(view.resources)}`,
    rest: ` (${delta(view.lines)} lines)${aside}`,
  }
}

/** `2 errors, 1 warning` */
export function problemCounts(view: View): string {
  const counts = [
    view.errors.length === 0 ? null : count(view.errors.length, 'error'),
    view.warnings.length === 0 ? null : count(view.warnings.length, 'warning'),
    view.notices.length === 0 ? null : count(view.notices.length, 'notice'),
  ]
  return counts.filter((part) => part !== null).join(', ')
}

/** What the numbers before it leave out. */
function later({ baseDrift }: View): string {
  return baseDrift.length === 0 ? '' : ` · ${baseDrift.length} more come anyway`
}

function totals(view: View): string {
  const { images, bases } = view.report.totals
  return `${count(images, 'image')}, ${count(bases, 'base image')}`
}

function unchanged(view: View): string {
  const files = view.report.stateFiles.length
  return `${totals(view)} checked${files === 0 ? '' : ` · ${count(files, 'state file')} updated`}`
}

/** `4 resources added · 1 changed · 1 removed` */
export function describeChanges(resources: readonly ChangedResource[]): string {
  const of = (change: string) => resources.filter((resource) => resource.change === change).length
  const counts: readonly (readonly [number, string])[] = [
    [of('added'), 'added'],
    [of('modified'), 'changed'],
    [of('removed'), 'removed'],
  ]
  return counts
    .filter(([n]) => n > 0)
    .map(([n, word], index) => `${index === 0 ? count(n, 'resource') : n} ${word}`)
    .join(' · ')
}
