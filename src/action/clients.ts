import { debug, warning } from '@actions/core'
import { refuse } from '../enrollment/index.js'
import { connectGitHub, type GitHubClient } from '../sources/index.js'
import type { Context } from './context.js'
import type { Inputs } from './inputs.js'
import { safe } from './log.js'

/** What a client is for decides which token it carries. */
export type Purpose = 'comment' | 'state' | 'source'

const NEEDED: Readonly<Record<Purpose, { readonly what: string; readonly input: string }>> = {
  comment: { what: 'to comment with', input: 'github-token' },
  state: { what: 'to commit the state with', input: 'state-token (or github-token)' },
  source: { what: 'to read source repositories with', input: 'source-token (or state-token, or github-token)' },
}

/** One client a token, made when it is first needed. */
export class Clients {
  readonly #apiUrl: string
  readonly #tokens: Readonly<Record<Purpose, string>>
  readonly #made = new Map<string, Promise<GitHubClient>>()

  constructor(inputs: Inputs, context: Context) {
    this.#apiUrl = context.servers.githubApi
    this.#tokens = { comment: inputs.githubToken, state: inputs.stateToken, source: inputs.sourceToken }
  }

  /**
   * @throws Refusal when there is no token for the purpose.
   */
  async for(purpose: Purpose): Promise<GitHubClient> {
    const token = this.#tokens[purpose]
    if (token === '')
      throw refuse(`there is no token ${NEEDED[purpose].what}.`, { remedy: `Set ${NEEDED[purpose].input}.` })
    const log = { warning: (text: string) => warning(safe(text)), debug: (text: string) => debug(safe(text)) }
    const client = this.#made.get(token) ?? connectGitHub({ apiUrl: this.#apiUrl, token, log })
    this.#made.set(token, client)
    return client
  }
}
