import type { Enrolment } from '../enrollment/enrollment.js'
import type { Problem } from '../enrollment/problem.js'
import type { Comparison } from '../manifests/index.js'
import { fromTop, type MergedState, type StateFiles } from '../state/index.js'
import { baseRows } from './base-rows.js'
import { causesOf } from './causes.js'
import type { ImageChange, Report } from './model.js'

/** Where the files of a report lie. */
export interface ReportFolder {
  /** The state folder from the repository's top, `.` or a path. */
  readonly path: string
  readonly imagesFile: string
  readonly outputDir: string
}

/** All that a run found out. */
export interface Told {
  readonly mode: Report['mode']
  readonly folder: ReportFolder
  readonly enrolment: Enrolment
  readonly before: StateFiles
  readonly state: MergedState
  readonly images: readonly ImageChange[]
  readonly comparison: Comparison
  readonly problems: readonly Problem[]
}

/** The report of a run that came to its end; commit and run are added by whoever knows them. */
export function tell(told: Told): Report {
  const { enrolment, before, state, images, comparison } = told
  const bases = baseRows({ bases: state.bases, images: state.images, uses: state.uses, before })
  const places = placesOf(told.folder)
  const causes = causesOf({
    changes: comparison.changes,
    enrollments: new Map(enrolment.images.map((image) => [image.name, image])),
    images: new Map(images.map((image) => [image.name, image])),
    bases,
    imagesFile: places.imagesFile,
  })
  return {
    mode: told.mode,
    ...places,
    problems: told.problems,
    changes: comparison.changes,
    stateFiles: stateFiles(before, state, told.folder),
    images,
    bases,
    totals: { images: enrolment.images.length, bases: state.bases.length },
    causes,
    commit: null,
    run: null,
  }
}

/** The report of a run that was stopped before it could tell what changes. */
export function tellRefusal(mode: Report['mode'], folder: ReportFolder, problems: readonly Problem[]): Report {
  return {
    mode,
    ...placesOf(folder),
    problems,
    changes: [],
    stateFiles: [],
    images: [],
    bases: [],
    totals: { images: 0, bases: 0 },
    causes: new Map(),
    commit: null,
    run: null,
  }
}

function placesOf(folder: ReportFolder): Pick<Report, 'imagesFile' | 'outputDir'> {
  return { imagesFile: fromTop(folder.path, folder.imagesFile), outputDir: fromTop(folder.path, folder.outputDir) }
}

function stateFiles(before: StateFiles, state: MergedState, folder: ReportFolder): Report['stateFiles'] {
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
