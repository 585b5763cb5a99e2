import { setTimeout as sleep } from 'node:timers/promises'
import pLimit from 'p-limit'
import { refuse } from '../enrollment/problem.js'
import { gitLabAddress } from './gitlab-address.js'
import { attempt, type Reply, type Trouble } from './gitlab-request.js'

/** What it takes to ask a GitLab. */
export interface GitLabOptions {
  /** https://gitlab.com, or the address of a self-hosted one. */
  readonly url: string
  /** Empty: only what everybody may see. */
  readonly token: string
  readonly fetch?: typeof fetch
  readonly log?: { readonly warning: (text: string) => void; readonly debug: (text: string) => void }
  /** Waits between two tries; for tests. */
  readonly pause?: (milliseconds: number) => Promise<unknown>
}

/** Asks for a path below the API's address. Never rejects. */
export type Ask = (path: string) => Promise<Reply>

/** A GitLab to ask. */
export interface GitLabServer {
  readonly host: string
  readonly hasToken: boolean
  /** Makes text fit to be shown: one line, short, without the token. */
  readonly plain: (text: string, most?: number) => string
  /** A round of questions: in each, a server that has stopped to answer is given up after a few. */
  readonly round: () => Ask
}

/** Requests under way at the same time. */
const CONCURRENCY = 8

const TRIES = 3

/** Longest time that one question waits between its tries, all together. */
const LONGEST_WAIT_MS = 60_000

const FIRST_PAUSE_MS = 500

/** After so many questions in a row without an answer the rest of a round is not asked: each would take minutes. */
const GIVE_UP_AFTER = 8

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
  const headers = { accept: 'application/json', 'user-agent': 'image-factory-action' }
  const setting = {
    fetch: options.fetch ?? fetch,
    headers: token === '' ? headers : { ...headers, 'private-token': token },
  }
  const limit = pLimit(CONCURRENCY)
  const ask: Ask = (path) => askPatiently(() => attempt(`${api}${path}`, setting), host, options)
  return {
    host,
    hasToken: token !== '',
    plain: (text, most) => plainText(text, token, most),
    round: () => giveUp(ask, limit),
  }
}

async function askPatiently(once: () => Promise<Reply>, host: string, options: GitLabOptions): Promise<Reply> {
  const pause = options.pause ?? sleep
  let waited = 0
  for (let tried = 1; ; tried += 1) {
    const reply = await once()
    if (reply.kind !== 'trouble' || !reply.isPassing || tried === TRIES) return reply
    const wait = reply.retryAfterMs ?? FIRST_PAUSE_MS * 2 ** (tried - 1)
    if (waited + wait > LONGEST_WAIT_MS) return reply
    // Those who were turned away together must not come back together.
    const spread = Math.min(reply.retryAfterMs === null ? wait : 1000, LONGEST_WAIT_MS - waited - wait)
    const jitter = Math.random() * spread
    const text = `${host} ${reply.what}: asked again in ${Math.ceil(wait / 1000)} s (try ${tried + 1} of ${TRIES}).`
    if (reply.retryAfterMs === null) options.log?.debug(text)
    else options.log?.warning(text)
    waited += wait + jitter
    await pause(wait + jitter)
  }
}

function giveUp(ask: Ask, limit: ReturnType<typeof pLimit>): Ask {
  let silent = 0
  let last: Trouble | null = null
  return (path) =>
    limit(async () => {
      if (silent >= GIVE_UP_AFTER && last !== null) return last
      const reply = await ask(path)
      if (reply.kind === 'trouble' && reply.isSilence) {
        silent += 1
        last = reply
      } else {
        silent = 0
      }
      return reply
    })
}

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
