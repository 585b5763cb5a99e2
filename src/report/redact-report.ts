// Every text of a report goes through redaction once, before anything is rendered.
import type { Problem } from '../enrollment/problem.js'
import type { ResourceChange } from '../manifests/model.js'
import type { BaseDrift, BaseRow, ImageChange, Report, ValueChange } from './model.js'
import { maskObject } from './redact.js'
import { compareText } from './text.js'

type Redact = (text: string) => string

/** The report as it may be shown: without secrets, and everything in the order it is shown in. */
export function redactReport(report: Report, redact: Redact): Report {
  const { commit, baseDrift } = report
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
    settings: report.settings.map((one) => redactValue(one, redact)),
    overrides: report.overrides.map(({ base, digest, reason, expires, place }) => ({
      base: redact(base),
      digest: redact(digest),
      reason: redact(reason),
      expires: redact(expires),
      place: redact(place),
    })),
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
    causes: redactCauses(report.causes, redact),
    baseDrift: baseDrift === null ? null : redactAnyway(baseDrift, redact),
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

function redactValue({ key, before, after }: ValueChange, redact: Redact): ValueChange {
  return { key: redact(key), before: maybe(before, redact), after: maybe(after, redact) }
}

function redactCauses(causes: Report['causes'], redact: Redact): Report['causes'] {
  return new Map([...causes].map(([id, cause]) => [redact(id), redact(cause)]))
}

function redactAnyway(baseDrift: BaseDrift, redact: Redact): BaseDrift {
  if (baseDrift.kind === 'unknown') return { kind: 'unknown', reason: redact(baseDrift.reason) }
  const changes = baseDrift.changes.map((change) => redactChange(change, redact))
  const images = baseDrift.images.map((image) => redactImage(image, redact))
  const bases = baseDrift.bases.map((base) => redactBase(base, redact))
  return { ...baseDrift, images, bases, changes, causes: redactCauses(baseDrift.causes, redact) }
}

function redactImage(image: ImageChange, redact: Redact): ImageChange {
  const details = image.details.map((one) => redactValue(one, redact))
  const { before = '', after = '' } = image.published ?? {}
  const published = image.published === undefined ? {} : { published: { before: redact(before), after: redact(after) } }
  return { ...image, name: redact(image.name), details, ...published }
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
