// The changed objects: a list to see them at a glance, and a folded diff each.
import { compareText, count, groupBy, listSome, oneLine } from '../text/index.js'
import { unified } from './difference.js'
import { cell, codeSpan, delta, details, fence, html, htmlCode, prose } from './markdown.js'
import { byKind, type ChangedResource, type ResourceGroup, resourceTitle, type View } from './view.js'

const MAX_LISTED = 30
const MAX_CAUSES = 10
const MAX_ALIKE = 20
/** Reports this small are opened for the reader. */
const OPENED_LINES = 12

const WORD: Readonly<Record<ChangedResource['change'], string>> = {
  removed: 'Removed',
  modified: 'Changed',
  added: 'Added',
}

/** Which objects change. Those whose diff is not shown below tell their cause here. */
export function manifestList(view: View, groups: ReadonlySet<ResourceGroup>): string[] {
  if (view.resources.length === 0) return []
  const shown = new Set([...groups].flatMap(({ lead, others }) => [lead, ...others]))
  return ['### Manifests', ...resourceList(view.resources, shown)]
}

/** Resources by what happens to them, removed first; many are counted by kind and by cause. */
export function resourceList(resources: readonly ChangedResource[], shown: ReadonlySet<ChangedResource>): string[] {
  if (resources.length > MAX_LISTED) return [...countsByKind(resources), ...countsByCause(resources)]
  return [...groupBy(resources, ({ change }) => change)].map(([change, alike]) => {
    const lines = alike.map((resource) => `- ${entry(resource, shown.has(resource))}`)
    return [`**${WORD[change]}**`, '', ...lines].join('\n')
  })
}

function entry(resource: ChangedResource, isShown: boolean): string {
  const cause = isShown || resource.cause === null ? '' : ` — because ${prose(resource.cause, 160)}`
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
  const show = ({ cause, n }: (typeof causes)[number]) => `- ${count(n, 'resource')} because ${prose(cause, 160)}`
  return [listSome(causes, MAX_CAUSES, show, (n) => `- … and ${count(n, 'more cause')}`).join('\n')]
}

/** The folded diff of an object, and of all that change just as it does. */
export function section(view: View, { lead, others }: ResourceGroup, context: 1 | 3): string {
  const { difference, cause } = lead
  const identity = htmlCode(resourceTitle(lead), 200)
  const because = cause === null ? '' : ` — because ${html(cause, 160)}`
  const more = others.length === 0 ? '' : ` and ${others.length} more like it`
  const title = `${identity} ${delta(difference)}${more}${because}`
  const small = view.lines.added + view.lines.removed <= OPENED_LINES
  return details(title, body(lead, context) + likewise(lead, others), small ? 'open' : 'folded')
}

/** Who else changes so, each with its cause where that is another one. */
function likewise({ cause }: ChangedResource, others: readonly ChangedResource[]): string {
  if (others.length === 0) return ''
  const show = (other: ChangedResource) => {
    const because = other.cause === null || other.cause === cause ? '' : ` (${prose(other.cause, 160)})`
    return codeSpan(other.name, 80) + because
  }
  const names = listSome(others, MAX_ALIKE, show, (n) => `and ${n} more`)
  return `\n\nThe same in ${names.join(', ')}.`
}

function body(resource: ChangedResource, context: 1 | 3): string {
  const text = unified(resource.difference, context)
  if (text === '') return 'Nothing that can be shown differs.'
  return fence('diff', `${pathHeader(resource)}\n${text}`)
}

/** The two lines that name the file, as patches have them. */
export function pathHeader({ change, path }: ChangedResource): string {
  const file = oneLine(path, 300)
  const old = change === 'added' ? '/dev/null' : `a/${file}`
  const now = change === 'removed' ? '/dev/null' : `b/${file}`
  return `--- ${old}\n+++ ${now}`
}

/** `3 of 12 diffs omitted`, null when all are shown. */
export function omitted(view: View, shown: ReadonlySet<ResourceGroup>): string | null {
  const all = view.resources.length
  let missing = all
  for (const { others } of shown) missing -= 1 + others.length
  return missing === 0 ? null : `${missing} of ${count(all, 'diff')} omitted`
}
