/** Tokens that can be found again, and a look at every place they could have got to. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FakeGitHub, RecordedRequest } from './fake-github.js'

export interface Sighting {
  readonly where: string
  readonly token: string
  readonly form: string
}

/** A token's value in each form in which it could travel. */
function forms(token: string): readonly (readonly [form: string, value: string])[] {
  const base64 = (text: string) => Buffer.from(text).toString('base64').replace(/=+$/, '')
  // Text in base64 begins anywhere in a group of three bytes: what of it is the same in each case.
  const shifted = [0, 1, 2].map((at) => base64(`${' '.repeat(at)}${token}`).slice(at === 0 ? 0 : at + 1, -2))
  return [
    ['plain', token],
    ['half of it', token.slice(0, Math.ceil(token.length / 2))],
    ...shifted.map((value) => ['base64', value] as const),
    ['hex', Buffer.from(token).toString('hex')],
    ['backwards', [...token].reverse().join('')],
  ]
}

/** Looks for tokens wherever a run wrote, said or asked something. */
export class Lookout {
  readonly sightings: Sighting[] = []
  readonly #known: readonly { readonly token: string; readonly form: string; readonly value: string }[]
  #looked = 0

  constructor(tokens: readonly string[]) {
    this.#known = tokens.flatMap((token) => forms(token).map(([form, value]) => ({ token, form, value })))
  }

  /** How many texts were looked at. */
  get looked(): number {
    return this.#looked
  }

  look(where: string, text: string | Buffer): void {
    this.#looked += 1
    for (const { token, form, value } of this.#known) {
      if (text.includes(value)) this.sightings.push({ where, token, form })
    }
  }

  /** Every file below a folder, whatever it is called, and every path. */
  lookBelow(folder: string, isMeant: (path: string) => boolean = () => false): void {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name)
      this.look(`the name ${path}`, path)
      if (entry.isFile() && !isMeant(path)) this.look(path, readFileSync(path))
    }
  }

  /** A request: all of it, but for the Authorization header where it may be. */
  lookAtRequest(request: RecordedRequest, mayAuthorize: boolean): void {
    const { method, path, query, headers, body } = request
    const { authorization, ...others } = headers
    const where = `${method} ${path}`
    this.look(where, `${path} ${JSON.stringify(query)} ${JSON.stringify(others)}`)
    if (!mayAuthorize) this.look(`${where}, authorization`, authorization ?? '')
    this.look(`${where}, body`, typeof body === 'string' ? body : JSON.stringify(body ?? null))
    for (const text of committedTexts(body)) this.look(`${where}, a committed file`, text)
  }

  /** The arguments of every process there is at this moment. */
  lookAtProcesses(): void {
    for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
      try {
        this.look(`/proc/${name}/cmdline`, readFileSync(`/proc/${name}/cmdline`, 'latin1'))
      } catch {
        // It has ended.
      }
    }
  }
}

interface CommitBody {
  readonly variables?: {
    readonly input?: { readonly fileChanges?: { readonly additions?: readonly { contents: string }[] } }
  }
}

function committedTexts(body: unknown): string[] {
  const { variables } = (typeof body === 'object' && body !== null ? body : {}) as CommitBody
  const additions = variables?.input?.fileChanges?.additions ?? []
  return additions.map(({ contents }) => Buffer.from(contents, 'base64').toString('utf8'))
}

/** Has `look` called when a request arrives: the processes that made it are alive then, and their files there. */
export function whileAsking(fake: FakeGitHub, look: () => void): void {
  const match = () => {
    look()
    return false
  }
  fake.faults.unshift({ match, times: Number.POSITIVE_INFINITY })
}
