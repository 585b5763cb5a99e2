import { posix } from 'node:path'
import { parseImagesFile } from '../enrollment/index.js'
import { ACTION, type Answers, WORKFLOW_FILES } from '../scaffold/index.js'
import { readOptional } from '../state/index.js'
import { enumeration } from '../text/index.js'
import type { FoundAnswers } from './init-answers.js'
import type { InitPlace } from './init-place.js'
import { PROGRAM, shownPath } from './options.js'

/** What `init` did. Paths are relative to the top of the repository. */
export interface InitResult extends FoundAnswers {
  readonly place: InitPlace
  readonly written: readonly string[]
  readonly kept: readonly string[]
  /** No option or answer names a reviewer. */
  readonly isOwnerGuessed: boolean
}

const DOCS = `https://github.com/${ACTION}/blob/main/docs`

/** The steps to get the written files running, in order. Kept files are taken as settled, except for another engine. */
export function nextSteps(input: InitResult): string[] {
  const { answers, place, written, isOwnerGuessed } = input
  const guess = isOwnerGuessed && written.includes('CODEOWNERS') ? [ownerStep(answers.owners)] : []
  const steps = written.includes(imagesPath(place)) ? [imagesStep(answers, place)] : []
  return [...steps, ...changedEngine(input), ...guess, ...startSteps(input)]
}

function imagesPath({ folder: { imagesFile }, applicationFolder }: InitPlace): string {
  return posix.join(applicationFolder ?? '.', imagesFile)
}

function imagesStep({ entry }: Answers, place: InitPlace): string {
  const at = `--state ${shownPath(place.folder.root)}`
  return entry === null
    ? `Enroll a first image, from a clone of its repository (a run fails until there is one): ${PROGRAM} enroll ${at} CHECKOUT`
    : `Review ${imagesPath(place)} and validate it: ${PROGRAM} validate ${at}`
}

function ownerStep(owners: readonly string[]): string {
  const [owner = ''] = owners
  const remedy = `If ${owner} is one, write a team instead, for example ${owner}/platform; init takes it as --owner.`
  return `CODEOWNERS names ${owner}, a guess: users and teams can review, an organization cannot. ${remedy}`
}

/** What is left of Kargo in files that `init --engine actions` keeps. */
function changedEngine({ answers: { engine }, place, kept }: InitResult): string[] {
  if (engine === 'kargo') return []
  const path = imagesPath(place)
  const text = kept.includes(path) ? readOptional(place.top, path) : null
  const settings = text === null ? null : (parseImagesFile(text, path).enrolled?.settings ?? null)
  const isLeft = readOptional(place.top, WORKFLOW_FILES.kargo) !== null
  const parts = [
    ...(settings?.engine === 'kargo' ? [`set settings.engine to actions in ${path}`] : []),
    ...(settings === null || settings.stateWorkflow === null ? [] : ['remove settings.stateWorkflow']),
    ...(isLeft ? [`delete ${WORKFLOW_FILES.kargo}`] : []),
  ]
  return parts.length === 0 ? [] : [`Change the engine: ${enumeration(parts)} (${DOCS}/engines.md#change-the-engine)`]
}

/** The steps to get it running. */
function startSteps(input: InitResult): string[] {
  const dashboard = `Choose in settings.dashboard whom the dashboard notifies, and check who may start rebuilds: ${DOCS}/dashboard.md`
  return [...engineSteps(input), ...(input.answers.hasDashboard ? [dashboard] : [])]
}

function engineSteps({ answers, written }: InitResult): string[] {
  const { engine, applicationFolder, branch, repository } = answers
  const push = `Commit it all and push it to ${branch} of https://github.com/${repository}: the run there commits the`
  const isNew = written.includes(WORKFLOW_FILES[engine])
  if (engine === 'kargo') {
    return [`${push} manifests.`, ...(isNew ? [`Bring them into the cluster: ${DOCS}/install.md`] : [])]
  }
  const started = `${push} state, and from then on a run every hour starts the builds that are due.`
  const app = `Create a GitHub App that may start the builds, and save FACTORY_APP_CLIENT_ID and FACTORY_APP_PRIVATE_KEY: ${DOCS}/engines.md#tokens`
  return [...(isNew && applicationFolder === null ? [app] : []), started]
}
