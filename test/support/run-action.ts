/** Spawns the built bundle as GitHub's runner does, or as the command line. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inputEnvironment } from './action-inputs.js'
import type { WorkflowEvent } from './events.js'
import type { FakeGitHub } from './fake-github.js'
import { runProcess } from './processes.js'
import { type Annotation, parseAnnotations, parseMasks, parseRunnerFile } from './runner-files.js'
import { tempFolder } from './temp-folder.js'

/** The Node that runs the bundle: this one, or the one a check of another version names. */
const BUNDLE_NODE = process.env.BUNDLE_NODE ?? process.execPath

/** The committed bundle, or the one a trial build is to be tested with. */
export const BUNDLE = process.env.BUNDLE ?? fileURLToPath(new URL('../../dist/index.js', import.meta.url))

/** Node's option for what is compiled: a run begins sooner, and does the same. Node 20 does not know it. */
const { COMPILED_BUNDLE } = process.env
const COMPILED = COMPILED_BUNDLE === undefined ? {} : { NODE_COMPILE_CACHE: COMPILED_BUNDLE }

/** So that a run has room for what it makes, instead of clearing up what the next moment ends: a tenth of its time. */
const ROOM = ['--min-semi-space-size=32', '--max-semi-space-size=32']

export interface RunActionOptions extends WorkflowEvent {
  readonly fake: FakeGitHub
  /** OWNER/REPO the workflow runs in. */
  readonly repository: string
  readonly inputs?: Readonly<Record<string, string>>
  /** What github.token is; default `workflow-token`. The fake must know it, or it is a bad one. */
  readonly token?: string
  /** GITHUB_WORKSPACE; default a fresh empty folder. */
  readonly workspace?: string
  readonly env?: Readonly<Record<string, string>>
  readonly runId?: number
  readonly runAttempt?: number
  readonly actor?: string
  readonly nodePath?: string
  readonly bundle?: string
  readonly timeoutMs?: number
}

export interface ActionRun {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  readonly outputs: ReadonlyMap<string, string>
  readonly summary: string
  readonly annotations: readonly Annotation[]
  /** Values hidden with ::add-mask::. */
  readonly masks: readonly string[]
  readonly workspace: string
  readonly runnerTemp: string
  /** Path below RUNNER_TEMP → text. */
  readonly tempFiles: ReadonlyMap<string, string>
  /** Path below HOME → text: should stay empty. */
  readonly homeFiles: ReadonlyMap<string, string>
}

export const WORKFLOW_TOKEN = 'workflow-token'

export async function runAction(options: RunActionOptions): Promise<ActionRun> {
  const { path: root } = await tempFolder('runner')
  const place = (name: string) => join(root, name)
  const workspace = options.workspace ?? place('work')
  for (const folder of [workspace, place('temp'), place('home'), place('commands')]) {
    await mkdir(folder, { recursive: true })
  }
  const commandFile = (name: string) => join(root, 'commands', name)
  for (const name of COMMAND_FILES) await writeFile(commandFile(name), '')
  await writeFile(place('event.json'), JSON.stringify(options.event, null, 2))
  const env = {
    ...contextEnvironment(options),
    ...Object.fromEntries(COMMAND_FILES.map((name) => [name, commandFile(name)])),
    ...inputEnvironment({ inputs: { refresh: 'false', ...options.inputs }, token: options.token ?? WORKFLOW_TOKEN }),
    GITHUB_WORKSPACE: workspace,
    GITHUB_EVENT_PATH: place('event.json'),
    RUNNER_TEMP: place('temp'),
    RUNNER_TOOL_CACHE: place('tools'),
    HOME: place('home'),
    PATH: process.env.PATH ?? '',
    ...COMPILED,
    ...options.env,
  }
  const result = await runProcess(options.nodePath ?? BUNDLE_NODE, [...ROOM, options.bundle ?? BUNDLE], {
    cwd: workspace,
    env,
    timeoutMs: options.timeoutMs ?? 60_000,
  })
  const stdout = result.stdout.toString('utf8')
  const stderr = result.stderr.toString('utf8')
  // The runner obeys commands in both streams.
  const log = `${stdout}\n${stderr}`
  return {
    code: result.code,
    stdout,
    stderr,
    outputs: parseRunnerFile(await readFile(commandFile('GITHUB_OUTPUT'), 'utf8')),
    summary: await readFile(commandFile('GITHUB_STEP_SUMMARY'), 'utf8'),
    annotations: parseAnnotations(log),
    masks: parseMasks(log),
    workspace,
    runnerTemp: place('temp'),
    tempFiles: await filesBelow(place('temp')),
    homeFiles: await filesBelow(place('home')),
  }
}

const COMMAND_FILES = ['GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY', 'GITHUB_STATE', 'GITHUB_ENV', 'GITHUB_PATH'] as const

function contextEnvironment(options: RunActionOptions): Record<string, string> {
  const { fake, repository, ref } = options
  const runId = String(options.runId ?? 1001)
  return {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_SERVER_URL: fake.url,
    GITHUB_API_URL: fake.apiUrl,
    GITHUB_GRAPHQL_URL: fake.graphqlUrl,
    GITHUB_REPOSITORY: repository,
    GITHUB_REPOSITORY_OWNER: repository.split('/')[0] ?? '',
    GITHUB_EVENT_NAME: options.eventName,
    GITHUB_SHA: options.sha,
    GITHUB_REF: ref,
    GITHUB_REF_NAME: ref.replace(/^refs\/(heads|tags|pull)\//, ''),
    GITHUB_REF_TYPE: ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    GITHUB_HEAD_REF: options.headRef ?? '',
    GITHUB_BASE_REF: options.baseRef ?? '',
    GITHUB_RUN_ID: runId,
    GITHUB_RUN_NUMBER: String(Number(runId) - 1000),
    GITHUB_RUN_ATTEMPT: String(options.runAttempt ?? 1),
    GITHUB_JOB: 'synth',
    GITHUB_WORKFLOW: 'Image factory',
    GITHUB_WORKFLOW_REF: `${repository}/.github/workflows/synth.yml@${ref}`,
    GITHUB_ACTION: '__image-factory-action',
    GITHUB_ACTOR: options.actor ?? 'octocat',
    GITHUB_TRIGGERING_ACTOR: options.actor ?? 'octocat',
    RUNNER_OS: 'Linux',
    RUNNER_ARCH: 'X64',
    RUNNER_NAME: 'test',
  }
}

async function filesBelow(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')))
  return new Map(files.map((file, index) => [relative(folder, file), texts[index] ?? '']))
}

export interface RunCliOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  readonly nodePath?: string
  readonly bundle?: string
  readonly timeoutMs?: number
}

export interface CliRun {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** The bundle as a person runs it: no GITHUB_ACTIONS, an empty HOME, no colours unless `env` asks for them. */
export async function runCli(args: readonly string[], options: RunCliOptions): Promise<CliRun> {
  const home = await tempFolder('home')
  try {
    const result = await runProcess(options.nodePath ?? BUNDLE_NODE, [...ROOM, options.bundle ?? BUNDLE, ...args], {
      cwd: options.cwd,
      env: { PATH: process.env.PATH ?? '', HOME: home.path, ...COMPILED, ...options.env },
      timeoutMs: options.timeoutMs ?? 60_000,
    })
    return { code: result.code, stdout: result.stdout.toString('utf8'), stderr: result.stderr.toString('utf8') }
  } finally {
    await home.remove()
  }
}
