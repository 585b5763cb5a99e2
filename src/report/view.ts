// A report made ready to show: secrets gone, everything in order, every difference computed once.
import type { Problem } from '../enrollment/problem.js'
import { type ResourceChange, resourceKey } from '../manifests/model.js'
import { type Compare, comparer } from './difference.js'
import { type Group, groupAlike, type Resource } from './groups.js'
import type { Report } from './model.js'
import { redactor } from './redact.js'
import { redactReport } from './redact-report.js'
import { compareText } from './text.js'

/** What the renderers read: the report without secrets. */
export interface View {
  readonly report: Report
  /** Removed, then changed, then added; in each by kind, namespace and name. */
  readonly resources: readonly Resource[]
  /** The same, those that change alike together. */
  readonly groups: readonly Group[]
  /** What comes whatever becomes of the pull request, in the same order. */
  readonly baseDrift: readonly Resource[]
  readonly errors: readonly Problem[]
  readonly warnings: readonly Problem[]
  readonly notices: readonly Problem[]
  /** Changed lines in all. */
  readonly lines: { readonly added: number; readonly removed: number }
}

// Comment, summary and terminal show the same report: its differences are computed once.
const known = new WeakMap<Report, Map<string, View>>()

/** Makes a report ready to show, without these secret values. */
export function viewOf(report: Report, secrets: readonly string[] = []): View {
  const views = known.get(report) ?? new Map<string, View>()
  known.set(report, views)
  const key = JSON.stringify(secrets)
  const view = views.get(key) ?? makeView(report, redactor(secrets))
  views.set(key, view)
  return view
}

function makeView(whole: Report, redact: (text: string) => string): View {
  const report = redactReport(whole, redact)
  const compare = comparer()
  const { baseDrift } = report
  const toResources = ({ changes, causes }: Pick<Report, 'changes' | 'causes'>) =>
    [...changes].sort(compareChanges).map((change) => toResource(change, causes, report.outputDir, compare))
  const resources = toResources(report)
  const of = (severity: Problem['severity']) => report.problems.filter((p) => p.severity === severity)
  const lines = { added: 0, removed: 0 }
  for (const { difference } of resources) {
    lines.added += difference.added
    lines.removed += difference.removed
  }
  const problems = { errors: of('error'), warnings: of('warning'), notices: of('notice') }
  const later = baseDrift?.kind === 'known' ? toResources(baseDrift) : []
  return { report, resources, groups: groupAlike(resources), baseDrift: later, ...problems, lines }
}

const CHANGE_ORDER: readonly string[] = ['removed', 'modified', 'added']
const KIND_ORDER: readonly string[] = [
  'Namespace',
  'Project',
  'ProjectConfig',
  'PromotionTask',
  'AnalysisTemplate',
  'ConfigMap',
  'Warehouse',
  'Stage',
]

/** Kinds in the order a cluster needs them; unknown ones last, by name. */
export function compareKinds(a: string, b: string): number {
  return kindRank(a) - kindRank(b) || compareText(a, b)
}

function kindRank(kind: string): number {
  const rank = KIND_ORDER.indexOf(kind)
  return rank === -1 ? KIND_ORDER.length : rank
}

function compareChanges(a: ResourceChange, b: ResourceChange): number {
  return (
    CHANGE_ORDER.indexOf(a.kind) - CHANGE_ORDER.indexOf(b.kind) ||
    compareKinds(a.id.kind, b.id.kind) ||
    compareText(a.id.namespace, b.id.namespace) ||
    compareText(a.id.name, b.id.name) ||
    compareText(a.id.apiVersion, b.id.apiVersion) ||
    compareText(a.file, b.file)
  )
}

function toResource(change: ResourceChange, causes: Report['causes'], outputDir: string, compare: Compare): Resource {
  const { kind, namespace, name } = change.id
  return {
    change: change.kind,
    kind,
    namespace,
    name,
    path: outputDir === '' || outputDir === '.' ? change.file : `${outputDir}/${change.file}`,
    cause: causes.get(resourceKey(change.id)) ?? null,
    difference: compare(change.before, change.after),
  }
}
