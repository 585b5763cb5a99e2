// The changed objects: a list to see them at a glance, and a folded diff each.
import { unified } from './difference.js'
import {
  bounded,
  cell,
  code,
  compareText,
  count,
  delta,
  details,
  fence,
  groupBy,
  html,
  htmlCode,
  oneLine,
  prose,
} from './text.js'
import { compareKinds, type Resource, type View } from './view.js'

const MOST_LISTED = 30
const MOST_CAUSES = 10
/** Reports this small are opened for the reader. */
const OPENED_LINES = 12

const WORD: Readonly<Record<Resource['change'], string>> = { removed: 'Removed', modified: 'Changed', added: 'Added' }

/** Which objects change: removed first. Those whose diff is not shown below tell their cause here. */
export function manifestList(view: View, shown: ReadonlySet<Resource>): string[] {
  if (view.resources.length === 0) return []
  if (view.resources.length > MOST_LISTED) return ['### Manifests', ...countsByKind(view), ...countsByCause(view)]
  const groups = [...groupBy(view.resources, ({ change }) => change)]
  const lists = groups.map(([change, resources]) => {
    const lines = resources.map((resource) => `- ${entry(resource, shown.has(resource))}`)
    return [`**${WORD[change]}**`, '', ...lines].join('\n')
  })
  return ['### Manifests', ...lists]
}

function entry(resource: Resource, isShown: boolean): string {
  const cause = isShown || resource.cause === null ? '' : ` — because ${prose(resource.cause, 160)}`
  return `${prose(resource.kind, 60)} ${code(resource.name, 80)} (${delta(resource.difference)})${cause}`
}

function countsByKind(view: View): string[] {
  const kinds = [...groupBy(view.resources, ({ kind }) => kind)].sort(([a], [b]) => compareKinds(a, b))
  const row = ([kind, resources]: (typeof kinds)[number]) => {
    const of = (change: Resource['change']) => resources.filter((resource) => resource.change === change).length || ''
    return `| ${cell(prose(kind, 60))} | ${of('removed')} | ${of('modified')} | ${of('added')} |`
  }
  const rows = bounded(kinds, MOST_LISTED, row, (n) => `| … and ${count(n, 'more kind')} | | | |`)
  return [['| Kind | Removed | Changed | Added |', '| --- | --: | --: | --: |', ...rows].join('\n')]
}

function countsByCause(view: View): string[] {
  const caused = view.resources.filter(({ cause }) => cause !== null)
  const causes = [...groupBy(caused, ({ cause }) => cause ?? '')]
    .map(([cause, resources]) => ({ cause, n: resources.length }))
    .sort((a, b) => b.n - a.n || compareText(a.cause, b.cause))
  if (causes.length === 0) return []
  const show = ({ cause, n }: (typeof causes)[number]) => `- ${count(n, 'resource')} because ${prose(cause, 160)}`
  return [bounded(causes, MOST_CAUSES, show, (n) => `- … and ${count(n, 'more cause')}`).join('\n')]
}

/** One object's folded diff. */
export function section(view: View, resource: Resource, context: 1 | 3): string {
  const { kind, namespace, name, difference, cause } = resource
  const identity = htmlCode(`${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`, 200)
  const because = cause === null ? '' : ` — because ${html(cause, 160)}`
  const title = `${identity} ${delta(difference)}${because}`
  const small = view.lines.added + view.lines.removed <= OPENED_LINES
  return details(title, body(resource, context), small ? 'open' : 'folded')
}

function body(resource: Resource, context: 1 | 3): string {
  const text = unified(resource.difference, context)
  if (text === '') return 'Nothing that can be shown differs.'
  return fence('diff', `${pathHeader(resource)}\n${text}`)
}

/** The two lines that name the file, as patches have them. */
export function pathHeader({ change, path }: Resource): string {
  const file = oneLine(path, 300)
  const old = change === 'added' ? '/dev/null' : `a/${file}`
  const now = change === 'removed' ? '/dev/null' : `b/${file}`
  return `--- ${old}\n+++ ${now}`
}

/** `3 of 12 diffs omitted`, null when all are shown. */
export function omitted(view: View, shown: ReadonlySet<Resource>): string | null {
  const [all, missing] = [view.resources.length, view.resources.length - shown.size]
  return missing === 0 ? null : `${missing} of ${count(all, 'diff')} omitted`
}
