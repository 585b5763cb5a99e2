import type { ImagesFile } from '../enrollment/images-file.js'
import type { Problem } from '../enrollment/problem.js'
import type { ResourceChange } from '../manifests/index.js'
import { fromTop, type MergedState } from '../state/index.js'
import { baseRows } from './base-rows.js'
import type { Before } from './before.js'
import { causesOf } from './causes.js'
import type { BaseDrift, ImageChange, OverrideRow, Report, ValueChange } from './model.js'

/** Where the files of a report lie. */
export interface ReportFolder {
  /** The state folder from the repository's top, `.` or a path. */
  readonly path: string
  readonly imagesFile: string
  readonly outputDir: string
}

/** All that a run found out. */
export interface ReportInput {
  readonly mode: Report['mode']
  readonly folder: ReportFolder
  readonly enrolled: ImagesFile
  /** What is compared with. */
  readonly before: Before
  readonly state: MergedState
  readonly images: readonly ImageChange[]
  readonly settings: readonly ValueChange[]
  readonly overrides: readonly OverrideRow[]
  readonly changes: readonly ResourceChange[]
  readonly baseDrift: BaseDrift | null
  readonly problems: readonly Problem[]
}

/** The report of a run that came to its end; commit and run are added by whoever knows them. */
export function buildReport(input: ReportInput): Report {
  const { mode, enrolled, before, state, images, settings, overrides, changes, baseDrift, problems } = input
  const bases = baseRows(state, before)
  const places = placesOf(input.folder)
  const causes = causesOf({
    changes,
    enrollments: new Map(enrolled.images.map((image) => [image.name, image])),
    images: new Map(images.map((image) => [image.name, image])),
    bases,
    settings,
    imagesFile: places.imagesFile,
  })
  const totals = { images: enrolled.images.length, bases: state.bases.length }
  const files = stateFiles(before, state, input.folder)
  const about = { mode, ...places, problems, changes, stateFiles: files, settings, overrides, images, bases }
  return { ...about, totals, causes, baseDrift, commit: null, run: null }
}

/** The report of a run that was stopped before it could tell what changes. */
export function buildRefusalReport(mode: Report['mode'], folder: ReportFolder, problems: readonly Problem[]): Report {
  return {
    mode,
    ...placesOf(folder),
    problems,
    changes: [],
    stateFiles: [],
    settings: [],
    overrides: [],
    images: [],
    bases: [],
    totals: { images: 0, bases: 0 },
    causes: [],
    baseDrift: null,
    commit: null,
    run: null,
  }
}

function placesOf(folder: ReportFolder): Pick<Report, 'imagesFile' | 'outputDir'> {
  return { imagesFile: fromTop(folder.path, folder.imagesFile), outputDir: fromTop(folder.path, folder.outputDir) }
}

function stateFiles(before: Before, state: MergedState, folder: ReportFolder): Report['stateFiles'] {
  const changed = [...state.files].flatMap(([path, text]) => {
    const was = before.texts.get(path)
    if (was === text) return []
    return [{ kind: was === undefined ? ('added' as const) : ('modified' as const), path: fromTop(folder.path, path) }]
  })
  const removed = [...before.texts.keys()]
    .filter((path) => !state.files.has(path))
    .map((path) => ({ kind: 'removed' as const, path: fromTop(folder.path, path) }))
  return [...changed, ...removed].sort((a, b) => (a.path < b.path ? -1 : 1))
}
