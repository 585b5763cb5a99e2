// The changed objects: a list, and a folded diff each.
import { compareText, count, formatNumber, groupBy, listSome, oneLine } from '../text/index.js'
import { unified } from './difference.js'
import { cell, codeSpan, delta, details, fence, html, htmlCode, prose } from './markdown.js'
import { byKind, type ChangedResource, type ResourceGroup, resourceTitle, type View } from './view.js'

const MAX_LISTED = 30
const MAX_CAUSES = 10
const MAX_ALIKE = 5

const WORD: Readonly<Record<ChangedResource['change'], string>> = {
  removed: 'Removed',
  modified: 'Changed',
  added: 'Added',
}

const COUNT_ORDER = ['added', 'modified', 'removed'] as const

/** `7 added, 1 changed` */
export function countedChanges(resources: readonly ChangedResource[]): string {
  return COUNT_ORDER.flatMap((change) => {
    const n = resources.filter((resource) => resource.change === change).length
    return n === 0 ? [] : [`${n} ${WORD[change].toLowerCase()}`]
  }).join(', ')
}

/** The objects whose diff is not shown, so that each is named in one place. */
export function withoutDiff(view: View, groups: ReadonlySet<ResourceGroup>): ChangedResource[] {
  const shown = new Set([...groups].flatMap(({ lead, others }) => [lead, ...others]))
  return view.resources.filter((resource) => !shown.has(resource))
}

/** Resources by kind of change, removed first; if there are many, counts by kind and by cause. */
export function resourceList(resources: readonly ChangedResource[]): string[] {
  if (resources.length > MAX_LISTED) return [...countsByKind(resources), ...countsByCause(resources)]
  return [...groupBy(resources, ({ change }) => change)].map(([change, alike]) => {
    const lines = alike.map((resource) => `- ${entry(resource)}`)
    return [`**${WORD[change]}**`, '', ...lines].join('\n')
  })
}

function entry(resource: ChangedResource): string {
  const cause = resource.cause === null ? '' : ` — because of ${prose(resource.cause, 160)}`
  return `${prose(resource.kind, 60)} ${codeSpan(resource.name, 80)} (${delta(resource.difference)})${cause}`
}

function countsByKind(all: readonly ChangedResource[]): string[] {
  const kinds = byKind(all)
  const row = ([kind, resources]: (typeof kinds)[number]) => {
    const of = (change: ChangedResource['change']) =>
      resources.filter((resource) => resource.change === change).length || ''
    return `| ${cell(prose(kind, 60))} | ${of('removed')} | ${of('modified')} | ${of('added')} |`
  }
  const rows = listSome(kinds, MAX_LISTED, row, (n) => `| … and ${count(n, 'more kind')} | | | |`)
  return [['| Kind | Removed | Changed | Added |', '| --- | --: | --: | --: |', ...rows].join('\n')]
}

function countsByCause(resources: readonly ChangedResource[]): string[] {
  const caused = resources.filter(({ cause }) => cause !== null)
  const causes = [...groupBy(caused, ({ cause }) => cause ?? '')]
    .map(([cause, alike]) => ({ cause, n: alike.length }))
    .sort((a, b) => b.n - a.n || compareText(a.cause, b.cause))
  if (causes.length === 0) return []
  const show = ({ cause, n }: (typeof causes)[number]) => `- ${count(n, 'resource')} because of ${prose(cause, 160)}`
  return [listSome(causes, MAX_CAUSES, show, (n) => `- … and ${count(n, 'more cause')}`).join('\n')]
}

/** The folded diff of an object, for all objects with the same change. */
export function section({ lead, others }: ResourceGroup, context: 1 | 3): string {
  const { change, difference, cause } = lead
  const identity = htmlCode(resourceTitle(lead), 200)
  const because = cause === null ? '' : ` — because of ${html(cause, 160)}`
  const more = others.length === 0 ? '' : ` and ${others.length} more like it`
  const title = `${identity} ${WORD[change].toLowerCase()} ${delta(difference)}${more}${because}`
  return details(title, body(lead, context) + likewise(others))
}

function likewise(others: readonly ChangedResource[]): string {
  if (others.length === 0) return ''
  const names = listSome(
    others,
    MAX_ALIKE,
    ({ name }) => codeSpan(name, 80),
    (n) => `and ${formatNumber(n)} more`,
  )
  return `\n\nThe same in ${names.join(', ')}.`
}

function body(resource: ChangedResource, context: 1 | 3): string {
  const text = unified(resource.difference, context)
  if (text === '') return 'Nothing that can be shown differs.'
  return fence('diff', `${pathHeader(resource)}\n${text}`)
}

/** The two header lines of a patch that name the file. */
export function pathHeader({ change, path }: ChangedResource): string {
  const file = oneLine(path, 300)
  const old = change === 'added' ? '/dev/null' : `a/${file}`
  const now = change === 'removed' ? '/dev/null' : `b/${file}`
  return `--- ${old}\n+++ ${now}`
}
