import { isInsidePath, WORKFLOW_FILE } from '../enrollment/grammar.js'
import { type Problem, problem, Refusal } from '../enrollment/index.js'
import { parseReference } from '../reference/index.js'
import { type ActionPin, type Answers, answerFault } from '../scaffold/index.js'
import type { StateFolder } from '../state/index.js'
import type { Ask, Prompt } from './ask.js'
import type { Environment } from './environment.js'
import type { InitOptions } from './init-options.js'
import { gitFacts, lookAtCheckout } from './look-at-checkout.js'
import { type Proposal, proposeEntry } from './propose-entry.js'
import { repositoryOf } from './remote-address.js'

/** What the answers are found from. */
export interface InitMaterial {
  readonly options: InitOptions
  readonly checkout: string | undefined
  readonly folder: StateFolder
  readonly env: Environment
  readonly action: ActionPin
  /** null: nobody is asked. */
  readonly ask: Ask | null
}

/** The answers, and how the first image's entry was found. */
export interface FoundAnswers {
  readonly answers: Answers
  readonly proposal: Proposal | null
}

/**
 * What options say, then what the folder's own `.git` tells, then what the person at the terminal answers.
 *
 * @throws Refusal with everything that is missing or wrong.
 */
export async function findAnswers(material: InitMaterial): Promise<FoundAnswers> {
  const { options, folder, env, action, ask } = material
  refuseFaults(options)
  const facts = gitFacts(folder.root)
  const remote = facts.remote === null ? null : repositoryOf(facts.remote, env)
  const found = remote?.provider === 'github' ? remote.repo : ''
  const repository = options.repository ?? (await asked(ask, repositoryQuestion(found)))
  const namespace = options.namespace ?? (await asked(ask, NAMESPACE))
  const owners = options.owner.length > 0 ? options.owner : [await asked(ask, ownerQuestion(repository))]
  const proposal = proposed(await withFirstImage(material), material)
  const answers = {
    repository,
    branch: options.branch ?? facts.branch ?? 'main',
    namespace,
    owners,
    action,
    imagesFile: folder.imagesFile,
    outputDir: folder.outputDir,
    entry: proposal?.entry ?? null,
  }
  return { answers, proposal }
}

interface Open {
  readonly kind: 'repository' | 'namespace' | 'owner'
  readonly text: string
  readonly fallback: string
  readonly option: string
}

const NAMESPACE: Open = {
  kind: 'namespace',
  text: 'Kubernetes namespace (and Kargo Project)',
  fallback: 'image-factory',
  option: '--namespace',
}

function repositoryQuestion(found: string): Open {
  return { kind: 'repository', text: 'State repository, OWNER/REPO', fallback: found, option: '--repository' }
}

function ownerQuestion(repository: string): Open {
  const text = 'Who reviews changes (@user or @organisation/team)'
  return { kind: 'owner', text, fallback: `@${repository.split('/')[0] ?? ''}`, option: '--owner' }
}

/** What nobody is asked for is its default, and has to be given where there is none. */
async function asked(ask: Ask | null, { kind, text, fallback, option }: Open): Promise<string> {
  if (ask !== null) return ask({ text, fallback, fault: (answer) => answerFault(kind, answer) })
  if (fallback !== '') return fallback
  const message = 'the folder has no remote on GitHub that says which repository it is.'
  throw new Refusal([problem('error', message, { remedy: `Say it with ${option} OWNER/REPO.` })])
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
    return fault === null ? [] : [problem('error', `${option} must be ${fault}, not ${JSON.stringify(text)}.`)]
  })
  if (faults.length > 0) throw new Refusal(faults)
}

/** The options, with what the person says of the first image where the options say nothing of it. */
async function withFirstImage({ options, checkout, ask }: InitMaterial): Promise<InitOptions> {
  const isSaid = [checkout, options.image, options.repo, options.dockerfile, options.workflow].some(Boolean)
  if (ask === null || isSaid) return options
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

/** Images are often called after the repository they are built from. */
function sourceQuestion(image: string): Prompt {
  const parsed = parseReference(image)
  const path = parsed.ok ? parsed.reference.repository.split('/').slice(0, 2).join('/') : ''
  return {
    text: 'Its source repository, OWNER/REPO',
    fallback: answerFault('repository', path) === null ? path : '',
    fault: (answer) => answerFault('repository', answer),
  }
}

/** The entry, made as `enroll` makes it. */
function proposed(options: InitOptions, { checkout, env }: InitMaterial): Proposal | null {
  const { image, repo, dockerfile, workflow } = options
  const said = Object.entries({ image, repo, dockerfile, workflow }).filter(([, value]) => value !== undefined)
  if (checkout === undefined && said.length === 0) return null
  const looked = checkout === undefined ? null : lookAtCheckout(checkout)
  return proposeEntry({
    options: { ...Object.fromEntries(said), input: [], base: [] },
    checkout: looked,
    defaults: {},
    env,
  })
}
