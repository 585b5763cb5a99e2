import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { isInsidePath, WORKFLOW_FILE } from '../enrollment/grammar.js'
import { type Problem, problem, Refusal, refuse } from '../enrollment/index.js'
import { parseReference } from '../reference/index.js'
import type { Env } from '../run-options.js'
import { type ActionPin, type Answers, answerFault } from '../scaffold/index.js'
import type { StateFolder } from '../state/index.js'
import { gitFacts, readLocalClone, repositoryOf } from './checkout.js'
import { type Proposal, proposeEntry } from './propose-entry.js'

/** Options of `init`. */
export interface InitOptions {
  readonly repository?: string
  readonly branch?: string
  readonly namespace?: string
  readonly owner: readonly string[]
  readonly image?: string
  readonly repo?: string
  readonly dockerfile?: string
  readonly workflow?: string
  readonly keep?: boolean
  readonly yes?: boolean
}

/** What the answers are found from. */
interface AnswerInput {
  readonly options: InitOptions
  readonly checkout: string | undefined
  readonly folder: StateFolder
  readonly env: Env
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
export async function findAnswers(input: AnswerInput): Promise<FoundAnswers> {
  const { options, folder, env, action, ask } = input
  refuseFaults(options)
  const facts = await gitFacts(folder.root)
  const remote = facts.remote === null ? null : repositoryOf(facts.remote, env)
  const found = remote?.provider === 'github' ? remote.repo : ''
  const repository = options.repository ?? (await answerOf(ask, repositoryQuestion(found)))
  const namespace = options.namespace ?? (await answerOf(ask, NAMESPACE))
  const owners = options.owner.length > 0 ? options.owner : [await answerOf(ask, ownerQuestion(repository))]
  const proposal = await proposed(await withFirstImage(input), input)
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

interface Question {
  readonly kind: 'repository' | 'namespace' | 'owner'
  readonly text: string
  readonly fallback: string
  readonly option: string
}

const NAMESPACE: Question = {
  kind: 'namespace',
  text: 'Kubernetes namespace (and Kargo Project)',
  fallback: 'image-factory',
  option: '--namespace',
}

function repositoryQuestion(found: string): Question {
  return { kind: 'repository', text: 'State repository, OWNER/REPO', fallback: found, option: '--repository' }
}

function ownerQuestion(repository: string): Question {
  const text = 'Who reviews changes (@user or @organisation/team)'
  return { kind: 'owner', text, fallback: `@${repository.split('/')[0] ?? ''}`, option: '--owner' }
}

/** Without a terminal the default is taken; an option has to be given where there is none. */
async function answerOf(ask: Ask | null, { kind, text, fallback, option }: Question): Promise<string> {
  if (ask !== null) return ask({ text, fallback, fault: (answer) => answerFault(kind, answer) })
  if (fallback !== '') return fallback
  const message = 'the folder has no remote on GitHub that says which repository it is.'
  throw new Refusal([problem('option-invalid', message, { remedy: `Say it with ${option} OWNER/REPO.` })])
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
    return fault === null ? [] : [problem('option-invalid', `${option} must be ${fault}, not ${JSON.stringify(text)}.`)]
  })
  if (faults.length > 0) throw new Refusal(faults)
}

/** The options, with what the person says of the first image where the options say nothing of it. */
async function withFirstImage({ options, checkout, ask }: AnswerInput): Promise<InitOptions> {
  const isGiven = [checkout, options.image, options.repo, options.dockerfile, options.workflow].some(Boolean)
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
async function proposed(options: InitOptions, { checkout, env }: AnswerInput): Promise<Proposal | null> {
  const { image, repo, dockerfile, workflow } = options
  const given = Object.entries({ image, repo, dockerfile, workflow }).filter(([, value]) => value !== undefined)
  if (checkout === undefined && given.length === 0) return null
  const found = checkout === undefined ? null : await readLocalClone(checkout)
  return proposeEntry({
    options: { ...Object.fromEntries(given), input: [], base: [] },
    checkout: found,
    defaults: {},
    env,
  })
}

/** One question to the person at the terminal. */
export interface Prompt {
  readonly text: string
  /** Taken for an empty answer. */
  readonly fallback: string
  /** What is wrong with an answer, as an ending of "must be …"; null when it is good. */
  readonly fault: (answer: string) => string | null
}

/** Asks until the answer is good. */
export type Ask = (question: Prompt) => Promise<string>

/** Whether there is somebody at both ends of the terminal. */
export function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true
}

/**
 * The person at the terminal. What is typed ahead answers the questions to come; a question is rejected with a Refusal
 * once the person has left (Ctrl-C, end of input).
 *
 * @param input and
 * @param output are the ends of the terminal.
 */
export function openPrompt(input: Readable, output: Writable): { readonly ask: Ask; readonly close: () => void } {
  const lines = createInterface({ input, output })
  const typed: string[] = []
  const open: { readonly answer: (line: string) => void; readonly leave: () => void }[] = []
  let isGone = false
  lines.on('line', (line) => {
    const question = open.shift()
    if (question === undefined) typed.push(line)
    else question.answer(line)
  })
  lines.on('close', () => {
    isGone = true
    for (const { leave } of open) leave()
  })
  const answerTo = ({ text, fallback }: Prompt) =>
    new Promise<string>((resolve, reject) => {
      const leave = () => reject(refuse('option-invalid', 'the questions were not answered: nothing was written.'))
      const prompt = `${text}${fallback === '' ? '' : ` [${fallback}]`}: `
      const line = typed.shift()
      if (line !== undefined) {
        output.write(`${prompt}${line}\n`)
        resolve(line)
      } else if (isGone) leave()
      else {
        open.push({ answer: resolve, leave })
        lines.setPrompt(prompt)
        lines.prompt()
      }
    })
  return {
    ask: (question) => askUntilValid(question, answerTo, (text) => output.write(text)),
    close: () => lines.close(),
  }
}

/** Asks again as long as an answer is no good, and says why. */
async function askUntilValid(
  question: Prompt,
  answerTo: (question: Prompt) => Promise<string>,
  print: (text: string) => void,
): Promise<string> {
  for (;;) {
    const answer = (await answerTo(question)).trim() || question.fallback
    const fault = question.fault(answer)
    if (fault === null) return answer
    print(`It must be ${fault}.\n`)
  }
}
