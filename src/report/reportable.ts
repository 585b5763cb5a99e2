import { type ResourceChange, resourceKey } from '../manifests/model.js'
import type { Report } from './model.js'

/** Whether anything would be written: what a pull request causes, and what comes anyway. */
export function changesAnything({ changes, stateFiles, baseDrift }: Report): boolean {
  const later = baseDrift?.kind === 'known' ? baseDrift.changes.length + baseDrift.stateFiles : 0
  return changes.length + stateFiles.length + later > 0
}

/** Every resource that the next commit changes, whoever causes it, each once. */
export function allChanges({ changes, baseDrift }: Report): readonly ResourceChange[] {
  if (baseDrift?.kind !== 'known') return changes
  const caused = new Set(changes.map(({ id }) => resourceKey(id)))
  return [...changes, ...baseDrift.changes.filter(({ id }) => !caused.has(resourceKey(id)))]
}

/** Whether a report is worth a first comment; warnings that the base branch has too are not. */
export function isReportable(report: Report): boolean {
  const { problems, baseDrift, settings, images } = report
  const warnings = problems.filter((one) => one.severity === 'warning').length
  const known = baseDrift?.kind === 'known' ? baseDrift.warnings : 0
  const isWrong = problems.some((one) => one.severity === 'error') || warnings > known
  return changesAnything(report) || settings.length + images.length > 0 || isWrong
}
