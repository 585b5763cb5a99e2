import { readdirSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import pc from 'picocolors'
import { parseImagesFile, refuse } from '../enrollment/index.js'
import { DEFAULT_PROVIDER, serverUrls } from '../forges/index.js'
import { git } from '../publish/index.js'
import { ACTION, type ActionPin, type Answers, PUBLISHED, scaffold, WORKFLOW_FILES } from '../scaffold/index.js'
import { isFolder, readOptional, writeFiles } from '../state/index.js'
import { enumeration, printable } from '../text/index.js'
import { isDataMap } from '../yaml/data.js'
import { gitFacts, repositoryOf } from './checkout.js'
import { findAnswers, type InitOptions, type InitPlace, initPlace } from './init-answers.js'
import { type CommandContext, PROGRAM, shownPath } from './options.js'
import { isInteractive, openPrompt, printJson, printProblems, type Terminal } from './terminal.js'

/**
 * `init [CHECKOUT]`: writes the files of a new state repository, from options or a few questions on a terminal.
 * Existing files are never overwritten. Works offline.
 *
 * @returns the exit code.
 * @throws Refusal when an existing file has different content, or an answer is missing or wrong.
 */
export async function init(run: CommandContext, checkout: string | undefined, options: InitOptions): Promise<number> {
  const { env, terminal } = run
  const isAsking = options.yes !== true && run.options.json !== true && isInteractive()
  const person = isAsking ? openPrompt(process.stdin, process.stdout) : null
  const action = await actionPin()
  const { place, found } = await answersOf(person, run, { checkout, options, env, action })
  const plan = compare(scaffold(found.answers), place.top)
  if (plan.different.length > 0 && options.keep !== true) throw refuseExisting(plan.different)
  writeFiles(place.top, plan.missing)
  const done = { written: [...plan.missing.keys()], kept: [...plan.same, ...plan.different] }
  const isOwnerGuessed = place.applicationFolder === null && options.owner.length === 0 && person === null
  const input = { ...found, ...done, place, isOwnerGuessed, server: serverUrls(env).github }
  if (run.options.json) printJson(terminal, asJson(input))
  else print(input, terminal)
  return 0
}

async function answersOf(
  person: ReturnType<typeof openPrompt> | null,
  { options: state }: CommandContext,
  material: Omit<Parameters<typeof findAnswers>[0], 'ask' | 'place'>,
) {
  const ask = person?.ask ?? null
  const { env, options } = material
  try {
    const place = await initPlace(options, state, env, ask)
    return { place, found: await findAnswers({ ...material, place, ask }) }
  } finally {
    person?.close()
  }
}

/** Compares the files to write with existing ones. Names that differ only in case are one file on many systems. */
function compare(files: ReadonlyMap<string, string>, root: string) {
  const missing = new Map<string, string>()
  const same: string[] = []
  const different: string[] = []
  for (const [path, text] of files) {
    const there = spelling(root, path)
    if (there === null) missing.set(path, text)
    else if (there === path && readOptional(root, path)?.replaceAll('\r\n', '\n') === text) same.push(path)
    else different.push(there)
  }
  return { missing, same, different }
}

/** Actual spelling of an existing path; null if it does not exist in any spelling. */
function spelling(root: string, path: string): string | null {
  let found = ''
  for (const part of path.split('/')) {
    const folder = join(root, found)
    const names = isFolder(folder) ? readdirSync(folder) : []
    const name = names.find((one) => one === part) ?? names.find((one) => one.toLowerCase() === part.toLowerCase())
    if (name === undefined) return null
    found = found === '' ? name : `${found}/${name}`
  }
  return found
}

function refuseExisting(paths: readonly string[]): Error {
  const [verb, them] = paths.length === 1 ? ['exists', 'it'] : ['exist', 'them']
  return refuse('file-exists', `${paths.join(', ')} already ${verb}: nothing was written.`, {
    remedy: `Move ${them} away, or keep ${them} and write only what is missing: --keep.`,
  })
}

/** The running commit of this action, if it is a checkout of a commit on its remote; otherwise the published one. */
async function actionPin(): Promise<ActionPin> {
  const root = join(dirname(fileURLToPath(import.meta.url)), '..')
  const { remote } = await gitFacts(root)
  if (remote === null || repositoryOf(remote, {})?.repo.toLowerCase() !== ACTION) return PUBLISHED
  const ask = async (...args: string[]) => (await git(args, { cwd: root })).stdout.trim()
  const [sha, branches, tags] = await Promise.all([
    ask('rev-parse', '--verify', 'HEAD^{commit}'),
    ask('for-each-ref', '--contains=HEAD', '--format=%(refname:lstrip=3)', 'refs/remotes'),
    ask('for-each-ref', '--points-at=HEAD', '--format=%(refname:lstrip=2)', 'refs/tags/v*.*.*'),
  ])
  const [branch] = branches.split('\n').filter((name) => name !== '' && name !== 'HEAD')
  if (!/^[0-9a-f]{40}$/.test(sha) || branch === undefined) return PUBLISHED
  return { sha, name: tags.split('\n')[0] || branch }
}

function asJson({ answers, place: { top, folder }, written, kept }: InitResult) {
  const { repository, branch, engine, namespace, owners, action, entry } = answers
  const about = { repository, branch, engine, namespace, owners, action: action.sha, entry }
  return { state: folder.root, top, written, kept, ...about }
}

function print(input: InitResult, terminal: Terminal): void {
  const { proposal, place, written, kept } = input
  const colors = pc.createColors(terminal.color.out)
  printProblems(terminal, proposal?.warnings ?? [])
  const out = (text: string) => terminal.out(`${printable(text)}\n`)
  if (written.length === 0) {
    out(`All ${kept.length} files are in ${place.top} already: nothing was written.`)
    return
  }
  const list = (title: string, paths: readonly string[]) => {
    terminal.out(`${colors.bold(printable(title))}\n`)
    for (const path of paths) out(`  ${path}`)
  }
  list(`Wrote to ${place.top}:`, written)
  if (kept.length > 0) list('Kept as they were:', kept)
  out('\nNext:')
  for (const [index, text] of nextSteps(input).entries()) out(`  ${index + 1}. ${text}`)
}

/** What `init` did. Paths are relative to the top of the repository. */
interface InitResult extends Awaited<ReturnType<typeof findAnswers>> {
  readonly place: InitPlace
  readonly written: readonly string[]
  readonly kept: readonly string[]
  /** URL of the GitHub server. */
  readonly server: string
  /** No option or answer names a reviewer. */
  readonly isOwnerGuessed: boolean
}

const DOCS = `https://github.com/${ACTION}/blob/main/docs`

/** The steps to get the written files running, in order. Kept files are taken as settled, except for another engine. */
function nextSteps(input: InitResult): string[] {
  const { answers, place, written, isOwnerGuessed } = input
  const guess = isOwnerGuessed && written.includes('CODEOWNERS') ? [ownerStep(answers.owners)] : []
  const steps = written.includes(imagesPath(place)) ? imagesSteps(answers, place) : []
  const dashboard = `Choose in settings.dashboard whom the dashboard notifies, and check who may start rebuilds: ${DOCS}/dashboard.md`
  const more = answers.hasDashboard ? [dashboard] : []
  return [...steps, ...changedEngine(input), ...guess, ...engineSteps(input), ...more]
}

function imagesPath({ folder: { imagesFile }, applicationFolder }: InitPlace): string {
  return posix.join(applicationFolder ?? '.', imagesFile)
}

function imagesSteps({ entry }: Answers, place: InitPlace): string[] {
  const [at, path] = [`--state ${shownPath(place.folder.root)}`, imagesPath(place)]
  if (entry === null) {
    const command = `${PROGRAM} enroll ${at} CHECKOUT`
    return [`Enroll a first image, from a clone of its repository (a run fails until there is one): ${command}`]
  }
  const { source } = entry
  const isOnGitHub = isDataMap(source) && (source.provider ?? DEFAULT_PROVIDER) === DEFAULT_PROVIDER
  const workflow = `Set source.workflow in ${path} to the file of the workflow that builds the image: without it, the image is never rebuilt.`
  return [
    ...(isOnGitHub && source.workflow === undefined ? [workflow] : []),
    `Review ${path} and validate it: ${PROGRAM} validate ${at}`,
  ]
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
function engineSteps({ answers, written, server }: InitResult): string[] {
  const { engine, applicationFolder, branch, repository } = answers
  const push = `Commit it all and push it to ${branch} of ${server}/${repository}: the run there commits the`
  const isNew = written.includes(WORKFLOW_FILES[engine])
  if (engine === 'kargo') {
    return [`${push} manifests.`, ...(isNew ? [`Bring them into the cluster: ${DOCS}/install.md`] : [])]
  }
  const started = `${push} state, and from then on a run every hour starts the builds that are due.`
  const app = `Create a GitHub App that may start the builds, and save FACTORY_APP_CLIENT_ID and FACTORY_APP_PRIVATE_KEY: ${DOCS}/engines.md#tokens`
  return [...(isNew && applicationFolder === null ? [app] : []), started]
}
