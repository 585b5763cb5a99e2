// A report prepared for display: without secrets, sorted, every diff computed once.
import * as z from 'zod'
import type { Problem } from '../enrollment/problem.js'
import { type ResourceChange, resourceKey } from '../manifests/compare.js'
import { by, compareText, groupBy } from '../text/index.js'
import { comparer, type Difference } from './difference.js'
import { type Report, reportShape } from './model.js'
import { maskObject, redactor } from './redact.js'

/** A changed object, prepared for display. */
export interface ChangedResource {
  readonly change: ResourceChange['kind']
  readonly kind: string
  readonly namespace: string
  readonly name: string
  /** Path relative to the repository root. */
  readonly path: string
  readonly cause: string | null
  readonly difference: Difference
}

/** Objects with the same changed lines; one of them is shown for all. */
export interface ResourceGroup {
  readonly lead: ChangedResource
  readonly others: readonly ChangedResource[]
}

/** The input of the renderers: the report without secrets. */
export interface View {
  readonly report: Report
  /** Removed, then changed, then added; each by kind, namespace and name. */
  readonly resources: readonly ChangedResource[]
  /** The same objects, grouped by identical changes. */
  readonly groups: readonly ResourceGroup[]
  /** Changes independent of the pull request, in the same order. */
  readonly baseDrift: readonly ChangedResource[]
  readonly errors: readonly Problem[]
  readonly warnings: readonly Problem[]
  /** Warnings that their entries accept. */
  readonly accepted: readonly Problem[]
  readonly notices: readonly Problem[]
  /** Total number of changed lines. */
  readonly lines: { readonly added: number; readonly removed: number }
}

// Comment, summary and terminal show the same report: its diffs are computed once.
const known = new WeakMap<Report, Map<string, View>>()

/** Prepares a report for display, without these secret values. */
export function viewOf(report: Report, secrets: readonly string[] = []): View {
  const views = known.get(report) ?? new Map<string, View>()
  known.set(report, views)
  const key = JSON.stringify(secrets)
  const view = views.get(key) ?? makeView(report, redactor(secrets))
  views.set(key, view)
  return view
}

function makeView(unredacted: Report, redact: (text: string) => string): View {
  const report = redactReport(unredacted, redact)
  const compare = comparer()
  const { baseDrift } = report
  const toResources = ({ changes, causes }: Pick<Report, 'changes' | 'causes'>) => {
    const causeOf = new Map(causes)
    return [...changes].sort(compareChanges).map((change) => toResource(change, causeOf, report.outputDir, compare))
  }
  const resources = toResources(report)
  const of = (severity: Problem['severity']) => report.problems.filter((p) => p.severity === severity)
  const lines = { added: 0, removed: 0 }
  for (const { difference } of resources) {
    lines.added += difference.added
    lines.removed += difference.removed
  }
  const problems = { errors: of('error'), warnings: of('warning'), accepted: of('accepted'), notices: of('notice') }
  const drift = baseDrift?.kind === 'known' ? toResources(baseDrift) : []
  return { report, resources, groups: groupAlike(resources), baseDrift: drift, ...problems, lines }
}

const REPORT = z.object(reportShape)

/** The report without secrets, with lists in display order. */
function redactReport(report: Report, redact: (text: string) => string): Report {
  const { commit, run, servers, baseDrift } = report
  const mask = (change: ResourceChange) => ({ ...change, ...maskObject(change.id.kind, change) })
  const drift = baseDrift?.kind === 'known' ? { ...baseDrift, changes: baseDrift.changes.map(mask) } : baseDrift
  const masked = { ...report, changes: report.changes.map(mask), baseDrift: drift }
  const data = withTexts(REPORT, masked, redact) as z.infer<typeof REPORT>
  return {
    ...data,
    stateFiles: [...data.stateFiles].sort(by(({ path, kind }) => `${path} ${kind}`)),
    images: [...data.images].sort(by(({ name }) => name)),
    bases: [...data.bases].sort(by(({ reference }) => reference)),
    commit: commit && { ...commit, branch: redact(commit.branch), url: commit.url && redact(commit.url) },
    run,
    ...(servers === undefined ? {} : { servers }),
  }
}

/** Data of a schema with every free text changed; enumeration values stay. Keys get the schema's order. */
function withTexts(schema: unknown, data: unknown, change: (text: string) => string): unknown {
  if (data === null) return null
  if (schema instanceof z.ZodString) return change(data as string)
  if (schema instanceof z.ZodReadonly || schema instanceof z.ZodNullable || schema instanceof z.ZodExactOptional)
    return withTexts(schema.unwrap(), data, change)
  if (schema instanceof z.ZodArray) return (data as unknown[]).map((item) => withTexts(schema.element, item, change))
  if (schema instanceof z.ZodTuple)
    return (data as unknown[]).map((item, index) => withTexts(schema.def.items[index], item, change))
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const { kind } = data as { readonly kind: string }
    return withTexts(
      schema.options.find((one) => one._zod.propValues?.kind?.has(kind)),
      data,
      change,
    )
  }
  if (!(schema instanceof z.ZodObject)) return data
  const values = data as Readonly<Record<string, unknown>>
  const entries = Object.entries(schema.shape).filter(([key]) => values[key] !== undefined)
  return Object.fromEntries(entries.map(([key, item]) => [key, withTexts(item, values[key], change)]))
}

/** Two identical diffs are as quick to read as one and a list. */
const MIN_ALIKE = 3

/**
 * Groups objects of a kind in which the same lines change in the same way, however different the lines around them: one
 * delay for 500 images is one change. Keeps the order of the objects.
 */
function groupAlike(resources: readonly ChangedResource[]): ResourceGroup[] {
  const byChange = groupBy(resources, (resource) => changeKey(resource) ?? resource)
  const groups = [...byChange.values()].filter((alike) => alike.length >= MIN_ALIKE)
  const othersOf = new Map(groups.map(([lead, ...others]) => [lead, others]))
  const followers = new Set(groups.flatMap(([, ...others]) => others))
  return resources
    .filter((resource) => !followers.has(resource))
    .map((lead) => ({ lead, others: othersOf.get(lead) ?? [] }))
}

/** The changed lines of an object; null for an added or removed one, which is not grouped. */
function changeKey({ change, kind, cause, difference }: ChangedResource): string | null {
  // Hidden values of Secrets may differ although they look the same.
  if (change !== 'modified' || kind === 'Secret') return null
  const changed = difference.hunks().map(({ lines }) => lines.filter((line) => !line.startsWith(' ')).join('\n'))
  return changed.length === 0 ? null : JSON.stringify([kind, cause, changed])
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

/** `Stage namespace/name` */
export function resourceTitle({ kind, namespace, name }: ChangedResource): string {
  return `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`
}

/** Objects by kind, kinds in the order a cluster needs them; unknown ones last, by name. */
export function byKind(resources: readonly ChangedResource[]): [string, readonly ChangedResource[]][] {
  return [...groupBy(resources, ({ kind }) => kind)].sort(([a], [b]) => compareKinds(a, b))
}

function compareKinds(a: string, b: string): number {
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

function toResource(
  change: ResourceChange,
  causes: ReadonlyMap<string, string>,
  outputDir: string,
  compare: ReturnType<typeof comparer>,
): ChangedResource {
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
