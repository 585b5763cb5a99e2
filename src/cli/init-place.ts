import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { refuse } from '../enrollment/index.js'
import type { Env } from '../run-options.js'
import type { Engine } from '../scaffold/index.js'
import type { StateFolder } from '../state/index.js'
import { newStateFolder } from './options.js'
import type { Ask, Prompt } from './prompt.js'

export interface InitPlace {
  /** The top of the repository, the only place where GitHub reads workflows. */
  readonly top: string
  readonly folder: StateFolder
  /** Folder of the state in an application's own repository, relative to its top; null: a separate state repository. */
  readonly applicationFolder: string | null
}

interface PlaceInput {
  readonly state: Parameters<typeof newStateFolder>[0]
  readonly engine: Engine
  readonly inAppRepository?: boolean
  readonly env: Env
  /** null: not interactive. */
  readonly ask: Ask | null
}

/** Default folder of the state in an application's own repository. */
const APPLICATION_FOLDER = 'image-factory'

/**
 * A separate state repository has the state at its top; in an application's own repository, the state is a folder.
 *
 * @throws Refusal when the state cannot be placed there.
 */
export async function initPlace({ state, engine, inAppRepository, env, ask }: PlaceInput): Promise<InitPlace> {
  const isApplication = inAppRepository ?? (engine === 'actions' && ask !== null && (await ask(SHAPE)) === 'app')
  if (!isApplication) {
    const folder = newStateFolder(state, env)
    refuseInside(folder.root, engine)
    return { top: folder.root, folder, applicationFolder: null }
  }
  if (engine !== 'actions') {
    const remedy = 'Add --engine actions, or leave it out: with Kargo, the state needs a separate repository.'
    throw refuse('option-invalid', '--in-app-repository needs --engine actions.', { remedy })
  }
  const named = state.state ?? env.IMAGE_FACTORY_STATE_DIR
  const start = resolve(named ?? '.')
  const top = repositoryAround(start)
  if (top === null) {
    const remedy = 'Run this in a clone of the repository that builds the image, or set --state to a folder in one.'
    throw refuse('option-invalid', `${start} is not inside a git repository.`, { remedy })
  }
  const folder = newStateFolder({ ...state, state: named === undefined ? join(top, APPLICATION_FOLDER) : start }, env)
  return { top, folder, applicationFolder: relative(top, folder.root).replaceAll('\\', '/') || '.' }
}

const SHAPE: Prompt = {
  text: 'Keep the state in a separate repository (own), or in this one, which builds the image (app)',
  fallback: 'own',
  fault: (answer) => (answer === 'own' || answer === 'app' ? null : 'own or app'),
}

/** The nearest folder with a `.git`, including the folder itself. */
function repositoryAround(folder: string): string | null {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at
    if (at === dirname(at)) return null
  }
}

/** Workflows are read only from the top of a repository. */
function refuseInside(root: string, engine: Engine): void {
  const above = repositoryAround(root)
  if (above === null || above === root) return
  const other = engine === 'actions' ? ' To keep the state in that repository, add --in-app-repository.' : ''
  throw refuse(
    'path-unsafe',
    `${root} is inside the repository ${above}, and GitHub reads workflows at its top only.`,
    { remedy: `Choose another folder, or make it a separate repository first: git init ${root}.${other}` },
  )
}
