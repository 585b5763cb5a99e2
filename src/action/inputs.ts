import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { getInput } from '@actions/core'
import { type Problem, problem, Refusal, refuse } from '../enrollment/index.js'
import { repo } from '../enrollment/repairs.js'
import { DEFAULT_PROVIDER, forEachForge } from '../forges/index.js'
import { type DeletionLimit, parseDeletionLimit } from '../manifests/index.js'
import { DEFAULT_HEADLINE } from '../plan-and-commit.js'
import { parseRequest, type Request } from '../rebuild/index.js'
import { isSafeFolder, pathBelow } from '../state/index.js'
import { suggest } from '../text/index.js'
import type { Context } from './context.js'
import { hideSecret } from './log.js'

const STATE_REPOSITORY = /^[A-Za-z0-9-]{1,39}\/[A-Za-z0-9._-]{1,100}$/
const STATE_REF = /^(?!-)(?!.*(?:\.\.|@\{|\/\/))[A-Za-z0-9._/+#@-]{1,255}$/
const COMMENT_ID = /^[A-Za-z0-9._-]{1,100}$/
const withDashes = (id: string) => id.replace(/[^A-Za-z0-9._-]+/g, '-')

/** The action's inputs, validated. This is the only file that reads them. */
export type Inputs = Readonly<ReturnType<typeof inputsFrom>>

/**
 * Reads all inputs.
 *
 * @throws Refusal with every invalid input.
 */
export function readInputs(): Inputs {
  const problems: Problem[] = []
  const inputs = inputsFrom(new InputReader(problems))
  if (problems.length > 0) throw new Refusal(problems)
  return inputs
}

/** Each input, with the same default as in action.yml. */
function inputsFrom(read: InputReader) {
  const githubToken = read.secret('github-token', '')
  const stateToken = read.secret('state-token', githubToken)
  /** Tokens that sources are read with, per forge. */
  const sourceTokens = forEachForge(({ provider, tokenInput }) =>
    read.secret(tokenInput, provider === DEFAULT_PROVIDER ? stateToken : ''),
  )
  return {
    mode: read.choice('mode', ['auto', 'preview', 'commit', 'check']),
    /** OWNER/REPO; null for the repository that the workflow runs in. */
    stateRepository: read.matching('state-repository', STATE_REPOSITORY, 'OWNER/REPO', repo),
    stateRef: read.matching('state-ref', STATE_REF, 'a branch name', () => 'main'),
    statePath: read.path('state-path', '.'),
    imagesFile: read.path('images-file', 'images.yaml'),
    outputDir: read.folder('output-dir', 'dist'),
    sourcesDir: getInput('sources-dir') || null,
    refresh: read.choice('refresh', ['auto', 'true', 'false']),
    commitMethod: read.choice('commit-method', ['api', 'push']),
    commitMessage: read.line('commit-message', DEFAULT_HEADLINE),
    comment: read.choice('comment', ['auto', 'always', 'never']),
    commentId:
      read.matching('comment-id', COMMENT_ID, 'letters, digits, dot, dash, underscore', withDashes) ?? 'default',
    /** Folder with the report of another run; null: the run makes its own. */
    reportFrom: getInput('report-from') || null,
    maxDeletions: read.limit('max-deletions', '25%'),
    githubToken,
    stateToken,
    sourceTokens,
    /** Token that starts workflows. */
    dispatchToken: read.secret('dispatch-token', sourceTokens.github),
    /** What a person asked to rebuild now; null: nothing. */
    rebuild: read.request('rebuild'),
    /** Folder that the page is written to; null: no page. */
    pageDir: getInput('page-dir') || null,
  }
}

class InputReader {
  readonly #problems: Problem[]

  constructor(problems: Problem[]) {
    this.#problems = problems
  }

  choice<T extends string>(name: string, choices: readonly [T, ...T[]]): T {
    const value = getInput(name) || choices[0]
    const found = choices.find((choice) => choice === value)
    if (found === undefined) {
      const near = suggest(value, choices)
      const remedy = near === null ? `Write ${name}: ${choices[0]}.` : `Did you mean ${near}?`
      this.#refuse(name, value, `one of ${choices.join(', ')}`, remedy)
    }
    return found ?? choices[0]
  }

  /** @param repair the correct spelling of an invalid value; null if it cannot be derived. */
  matching(name: string, pattern: RegExp, expected: string, repair: (value: string) => string | null): string | null {
    const value = getInput(name)
    if (value === '') return null
    if (pattern.test(value)) return value
    const meant = repair(value)
    this.#refuse(name, value, expected, meant !== null && pattern.test(meant) ? `Write ${name}: ${meant}.` : null)
    return value
  }

  line(name: string, fallback: string): string {
    const value = getInput(name) || fallback
    if (/[\p{Cc}\u2028\u2029]/u.test(value))
      this.#refuse(name, value, 'one line of text', `Write ${name}: ${fallback}.`)
    return value
  }

  /** A path that must stay below the folder it is relative to. */
  path(name: string, fallback: string): string {
    const value = getInput(name) || fallback
    const inside = pathBelow(value)
    if (inside === null) this.#refuse(name, value, 'a path below the state repository', `Write ${name}: ${fallback}.`)
    return inside ?? fallback
  }

  folder(name: string, fallback: string): string {
    const value = this.path(name, fallback)
    if (value === '.') {
      const expected = 'a separate folder (generated files are deleted there)'
      this.#refuse(name, value, expected, `Write ${name}: ${fallback}.`)
    }
    return value
  }

  limit(name: string, fallback: string): DeletionLimit {
    const value = getInput(name) || fallback
    const limit = parseDeletionLimit(value)
    if (limit === null) this.#refuse(name, value, 'a number or a percentage', `Write ${name}: ${fallback}.`)
    return limit ?? { kind: 'count', count: 0 }
  }

  /** Names of images, separated by commas or spaces, or `all-stale`. */
  request(name: string): Request | null {
    const value = getInput(name)
    const request = parseRequest(value)
    if (request === 'invalid') this.#refuse(name, value, 'names of images, or all-stale', `Write ${name}: all-stale.`)
    return request === 'invalid' ? null : request
  }

  secret(name: string, fallback: string): string {
    const value = getInput(name)
    if (value === '') return fallback
    hideSecret(value)
    return value
  }

  #refuse(name: string, value: string, expected: string, remedy: string | null): void {
    const message = `the input ${name} must be ${expected}, not ${JSON.stringify(value)}.`
    this.#problems.push(problem('input-invalid', message, { remedy }))
  }
}

/**
 * A folder that an input names. Below the workspace, where a pull request can bring symlinks, none may be on the way;
 * outside of it the path must be absolute, which only the author of the workflow can set, and must not be a symlink
 * itself.
 *
 * @param input name of the input, for the message.
 * @returns the absolute path; null if there is no such folder.
 * @throws Refusal when the path leads out of the workspace, or contains a symlink.
 */
export function inputFolder(input: string, value: string, { workspace }: Context): string | null {
  const folder = resolve(workspace, value)
  const inside = relative(workspace, folder)
  const isInside = inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside)
  if (isInside) return isSafeFolder(workspace, inside.replaceAll(sep, '/')) ? folder : null
  if (isAbsolute(value)) return isSafeFolder(dirname(folder), basename(folder)) ? folder : null
  throw refuse('path-unsafe', `${input} leads out of the workspace: ${JSON.stringify(value)}.`, {
    remedy: 'Use a folder in the workspace, or its full path.',
  })
}
