import { join, relative, resolve } from 'node:path'
import { isInsidePath, WORKFLOW_FILE } from '../enrollment/grammar.js'
import { type Problem, problem, Refusal, refuse } from '../enrollment/index.js'
import { repo } from '../enrollment/repairs.js'
import { parseReference } from '../reference/index.js'
import type { Env } from '../run-options.js'
import { type ActionPin, type Answers, answerFault, type Engine } from '../scaffold/index.js'
import type { StateFolder } from '../state/index.js'
import { gitFacts, readLocalClone, repositoryAround, repositoryOf } from './checkout.js'
import { type CommonOptions, newStateFolder } from './options.js'
import { type Proposal, proposeEntry } from './propose-entry.js'
import type { Ask, Prompt } from './terminal.js'

export interface InitPlace {
  /** The top of the repository, the only place where GitHub reads workflows. */
  readonly top: string
  readonly folder: StateFolder
  /** Folder of the state in an application's own repository, relative to its top; null: a separate state repository. */
  readonly applicationFolder: string | null
}

/** Default folder of the state in an application's own repository. */
const APPLICATION_FOLDER = 'image-factory'

/**
 * A separate state repository has the state at its top; in an application's own repository, the state is a folder.
 *
 * @param ask null: not interactive.
 * @throws Refusal when the state cannot be placed there.
 */
export async function initPlace(
  { engine, inAppRepository }: Pick<InitOptions, 'engine' | 'inAppRepository'>,
  state: CommonOptions,
  env: Env,
  ask: Ask | null,
): Promise<InitPlace> {
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

export interface InitOptions {
  readonly engine: Engine
  readonly inAppRepository?: boolean
  readonly dashboard?: boolean
  readonly repository?: string
  readonly branch?: string
  readonly namespace?: string
  readonly owner: readonly string[]
  readonly image?: string
  readonly repo?: string
  readonly dockerfile?: string
  readonly workflow?: string
  /** Image references. */
  readonly base: readonly string[]
  readonly keep?: boolean
  readonly yes?: boolean
}

interface AnswerInput {
  readonly options: InitOptions
  readonly checkout: string | undefined
  readonly place: InitPlace
  readonly env: Env
  readonly action: ActionPin
  /** null: not interactive. */
  readonly ask: Ask | null
}

/**
 * Collects the answers: from options, then from the folder's own `.git`, then from the person at the terminal.
 *
 * @returns the answers, and how the first image's entry was found.
 * @throws Refusal with everything that is missing or wrong.
 */
export async function findAnswers(
  input: AnswerInput,
): Promise<{ readonly answers: Answers; readonly proposal: Proposal | null }> {
  const { options, place, env, action, ask } = input
  const { folder, applicationFolder } = place
  refuseFaults(options)
  const facts = await gitFacts(place.top)
  const remote = facts.remote === null ? null : repositoryOf(facts.remote, env)
  const found = remote?.provider === 'github' ? remote.repo : ''
  const which = `${applicationFolder === null ? 'State' : 'This'} repository, OWNER/REPO`
  const repository = options.repository ?? (await answerOf(ask, 'repository', which, found))
  const asksNamespace = options.engine === 'kargo' ? ask : null
  const namespace = options.namespace ?? (await answerOf(asksNamespace, 'namespace', NAMESPACE, 'image-factory'))
  const owners = applicationFolder === null ? await ownersOf(input, repository) : []
  const proposal =
    applicationFolder === null ? await proposed(await withFirstImage(input), input) : await ownImage(input, repository)
  const answers = {
    repository,
    branch: options.branch ?? facts.branch ?? 'main',
    engine: options.engine,
    applicationFolder,
    hasDashboard: options.dashboard === true,
    namespace,
    owners,
    action,
    imagesFile: folder.imagesFile,
    outputDir: folder.outputDir,
    entry: proposal?.entry ?? null,
  }
  return { answers, proposal }
}

async function ownersOf({ options, ask }: AnswerInput, repository: string): Promise<readonly string[]> {
  if (options.owner.length > 0) return options.owner
  const question = 'Who reviews changes (@user or @organization/team)'
  return [await answerOf(ask, 'owner', question, `@${repository.split('/')[0] ?? ''}`)]
}

/** The image that an application's own repository builds: the clone supplies what no option sets. */
async function ownImage(input: AnswerInput, repository: string): Promise<Proposal | null> {
  const { options, place, checkout = place.top } = input
  const { repo = repository } = options
  if (repo.toLowerCase() === repository.toLowerCase()) return proposed({ ...options, repo }, { ...input, checkout })
  const message = `--in-app-repository is for images that ${repository} builds itself, not ${repo}.`
  throw refuse('option-invalid', message, {
    remedy: 'Leave it out: a separate state repository can rebuild images of other repositories.',
  })
}

const NAMESPACE = 'Kubernetes namespace (and Kargo Project)'

/** Without a terminal the default is used; only for the repository there may be none. */
async function answerOf(
  ask: Ask | null,
  kind: Parameters<typeof answerFault>[0],
  text: string,
  fallback: string,
): Promise<string> {
  if (ask !== null) return ask({ text, fallback, fault: (answer) => answerFault(kind, answer) })
  if (fallback !== '') return fallback
  const message = 'the folder has no GitHub remote that shows which repository it is.'
  throw refuse('option-invalid', message, { remedy: 'Write --repository OWNER/REPO.' })
}

function refuseFaults(options: InitOptions): void {
  const { repository, branch, namespace, owner } = options
  const given = [
    ['repository', '--repository', repository],
    ['branch', '--branch', branch],
    ['namespace', '--namespace', namespace],
    ...owner.map((one) => ['owner', '--owner', one] as const),
  ] as const
  const faults = given.flatMap(([kind, option, text]): Problem[] => {
    const fault = text === undefined ? null : answerFault(kind, text)
    if (text === undefined || fault === null) return []
    const meant = meantBy(kind, text)
    const remedy = meant === null || answerFault(kind, meant) !== null ? null : `Write ${option} ${meant}.`
    return [problem('option-invalid', `${option} must be ${fault}, not ${JSON.stringify(text)}.`, { remedy })]
  })
  if (faults.length > 0) throw new Refusal(faults)
}

/** The valid spelling of an answer, from the URL of a repository or a team without its `@`; null if there is none. */
function meantBy(kind: Parameters<typeof answerFault>[0], text: string): string | null {
  if (kind === 'owner') return `@${text}`
  return kind === 'repository' ? repo(text) : null
}

/** The options, completed with the person's answers about the first image where no option describes it. */
async function withFirstImage({ options, checkout, ask }: AnswerInput): Promise<InitOptions> {
  const { image: named, repo: from, dockerfile: file, workflow, base } = options
  const isGiven = [checkout, named, from, file, workflow].some(Boolean) || base.length > 0
  if (ask === null || isGiven) return options
  const image = await ask(FIRST_IMAGE)
  if (image === '') return options
  const repo = await ask(sourceQuestion(image))
  const dockerfile = await ask(DOCKERFILE)
  return { ...options, image, repo, dockerfile, workflow: await ask(WORKFLOW) }
}

const FIRST_IMAGE: Prompt = {
  text: 'First image, for example ghcr.io/acme/web (empty: none yet)',
  fallback: '',
  fault: (answer) => {
    const parsed = parseReference(answer)
    const isPlace = parsed.ok && parsed.reference.tag === null && parsed.reference.digest === null
    return answer === '' || isPlace ? null : 'registry and repository of an image, without a tag'
  },
}

const DOCKERFILE: Prompt = {
  text: 'Its Dockerfile there',
  fallback: 'Dockerfile',
  fault: (answer) => (isInsidePath(answer) ? null : 'a path inside the repository'),
}

const WORKFLOW: Prompt = {
  text: 'The workflow there that builds it',
  fallback: 'build.yml',
  fault: (answer) => (WORKFLOW_FILE.test(answer) ? null : 'a file in .github/workflows, by its name'),
}

/** Images are often named after their source repository. */
function sourceQuestion(image: string): Prompt {
  const parsed = parseReference(image)
  const path = parsed.ok ? parsed.reference.repository.split('/').slice(0, 2).join('/') : ''
  return {
    text: 'Its source repository, OWNER/REPO',
    fallback: answerFault('repository', path) === null ? path : '',
    fault: (answer) => answerFault('repository', answer),
  }
}

/** The entry, built the same way as by `enroll`. */
async function proposed(options: InitOptions, { checkout, env }: AnswerInput): Promise<Proposal | null> {
  const { image, repo, dockerfile, workflow, base } = options
  const given = Object.entries({ image, repo, dockerfile, workflow }).filter(([, value]) => value !== undefined)
  if (checkout === undefined && given.length === 0 && base.length === 0) return null
  const found = checkout === undefined ? null : await readLocalClone(checkout)
  return proposeEntry({
    options: { ...Object.fromEntries(given), input: [], base },
    checkout: found,
    defaults: {},
    env,
  })
}
