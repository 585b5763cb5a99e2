import pLimit from 'p-limit'
import { refuse } from '../enrollment/problem.js'
import { agentsFor, type Clock, firstPause, type Log, Patience, requestTimeout } from '../network/index.js'
import { gitLabAddress } from './gitlab-address.js'
import { attempt, type Reply } from './gitlab-request.js'

/** What it takes to ask a GitLab. */
export interface GitLabOptions {
  /** https://gitlab.com, or the address of a self-hosted one. */
  readonly url: string
  /** Empty: only what everybody may see. */
  readonly token: string
  readonly log?: Log
  readonly clock?: Clock
}

/** A GitLab to ask. */
export interface GitLabServer {
  readonly host: string
  readonly hasToken: boolean
  /** Makes text fit to be shown: one line, short, without the token. */
  readonly plain: (text: string, most?: number) => string
  /** Asks for a path below the API's address. Never rejects. */
  readonly ask: (path: string) => Promise<Reply>
}

/** Requests under way at the same time. */
const CONCURRENCY = 8

/**
 * Makes a GitLab ready to be asked.
 *
 * @throws Refusal when the address or the token cannot be one.
 */
export function connectGitLab(options: GitLabOptions): GitLabServer {
  const { api, host } = gitLabAddress(options.url)
  const { token } = options
  if (!/^[\x21-\x7e]*$/.test(token)) {
    throw refuse('gitlab-token holds a space or a character that no token has.', { remedy: 'Copy the token again.' })
  }
  const common = { accept: 'application/json', 'user-agent': 'image-factory-action' }
  const headers = token === '' ? common : { ...common, 'private-token': token }
  const timeout = requestTimeout()
  const line = { timeout, agentOf: agentsFor(timeout) }
  const patience = new Patience(host, firstPause(), options.log ?? SILENT, options.clock)
  const limit = pLimit(CONCURRENCY)
  const once = (path: string) => attempt(new URL(`${api}${path}`), headers, line)
  return {
    host,
    hasToken: token !== '',
    plain: (text, most) => plainText(text, token, most),
    ask: (path) => limit(() => patience.ask({ once: () => once(path), name: `GET ${path}`, isRepeatable: true })),
  }
}

const SILENT: Log = { warning: () => undefined, debug: () => undefined }

/** What nobody sees or what breaks a line: control, bidirectional, zero-width characters, lone surrogates. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]+/gu

function plainText(text: string, token: string, most = 500): string {
  // Before anything is cut, or half a token would stay.
  const without = token === '' ? text : text.slice(0, 100_000).replaceAll(token, '***')
  const line = without
    .slice(0, most * 4)
    .replace(UNSEEN, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return line.length <= most ? line : `${line.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`
}
