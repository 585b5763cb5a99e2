// A report made ready to show: secrets gone, everything in order, every difference computed once.
import type { Problem } from '../enrollment/problem.js'
import { type ResourceChange, resourceKey } from '../manifests/model.js'
import { type Compare, comparer, type Difference } from './difference.js'
import type { BaseRow, ImageChange, Report } from './model.js'
import { maskObject, redactor } from './redact.js'
import { compareText } from './text.js'

/** One changed object, ready to show. */
export interface Resource {
  readonly change: ResourceChange['kind']
  readonly kind: string
  readonly namespace: string
  readonly name: string
  /** Path relative to the repository root. */
  readonly path: string
  readonly cause: string | null
  readonly difference: Difference
}

/** What the renderers read: the report without secrets. */
export interface View {
  readonly report: Report
  /** Removed, then changed, then added; in each by kind, namespace and name. */
  readonly resources: readonly Resource[]
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
  const order = [...report.changes].sort(compareChanges)
  const resources = order.map((change) => toResource(change, report, compare))
  const of = (severity: Problem['severity']) => report.problems.filter((p) => p.severity === severity)
  const lines = { added: 0, removed: 0 }
  for (const { difference } of resources) {
    lines.added += difference.added
    lines.removed += difference.removed
  }
  return { report, resources, errors: of('error'), warnings: of('warning'), notices: of('notice'), lines }
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

function toResource(change: ResourceChange, report: Report, compare: Compare): Resource {
  const { kind, namespace, name } = change.id
  return {
    change: change.kind,
    kind,
    namespace,
    name,
    path: report.outputDir === '' || report.outputDir === '.' ? change.file : `${report.outputDir}/${change.file}`,
    cause: report.causes.get(resourceKey(change.id)) ?? null,
    difference: compare(change.before, change.after),
  }
}

type Redact = (text: string) => string

function redactReport(report: Report, redact: Redact): Report {
  const { commit } = report
  return {
    ...report,
    imagesFile: redact(report.imagesFile),
    outputDir: redact(report.outputDir),
    problems: report.problems.map((p) => redactProblem(p, redact)),
    changes: report.changes.map((change) => redactChange(change, redact)),
    stateFiles: ordered(
      report.stateFiles,
      (file) => ({ ...file, path: redact(file.path) }),
      ({ path, kind }) => `${path} ${kind}`,
    ),
    images: ordered(
      report.images,
      (image) => redactImage(image, redact),
      ({ name }) => name,
    ),
    bases: ordered(
      report.bases,
      (base) => redactBase(base, redact),
      ({ reference }) => reference,
    ),
    causes: new Map([...report.causes].map(([id, cause]) => [redact(id), redact(cause)])),
    commit: commit === null ? null : { ...commit, branch: redact(commit.branch), url: maybe(commit.url, redact) },
  }
}

function ordered<T>(items: readonly T[], change: (item: T) => T, keyOf: (item: T) => string): T[] {
  return items.map(change).sort((a, b) => compareText(keyOf(a), keyOf(b)))
}

function maybe(text: string | null, redact: Redact): string | null {
  return text === null ? null : redact(text)
}

function redactProblem(p: Problem, redact: Redact): Problem {
  const { file, remedy, image } = p
  return {
    ...p,
    message: redact(p.message),
    file: maybe(file, redact),
    remedy: maybe(remedy, redact),
    image: maybe(image, redact),
  }
}

function redactChange(change: ResourceChange, redact: Redact): ResourceChange {
  const { apiVersion, kind, namespace, name } = change.id
  const { before, after } = maskObject(kind, change)
  return {
    kind: change.kind,
    id: { apiVersion: redact(apiVersion), kind: redact(kind), namespace: redact(namespace), name: redact(name) },
    file: redact(change.file),
    before: maybe(before, redact),
    after: maybe(after, redact),
  }
}

function redactImage(image: ImageChange, redact: Redact): ImageChange {
  const details = image.details.map(({ key, before, after }) => ({
    key: redact(key),
    before: maybe(before, redact),
    after: maybe(after, redact),
  }))
  return { ...image, name: redact(image.name), details }
}

function redactBase(base: BaseRow, redact: Redact): BaseRow {
  const uses = base.uses.map((use) => ({
    ...use,
    image: redact(use.image),
    file: redact(use.file),
    kind: redact(use.kind),
  }))
  return { ...base, name: redact(base.name), reference: redact(base.reference), uses }
}
