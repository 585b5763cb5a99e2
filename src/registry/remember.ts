import type { RegistryClient } from './client.js'

/**
 * A client that sends the same question once, whatever came of it: an enrolled image may be the base of others, and a
 * run may have to begin anew. For one run: what was learnt goes stale.
 */
export function rememberAnswers(client: RegistryClient): RegistryClient {
  const once = <Q, A>(ask: (question: Q) => Promise<A>) => {
    const known = new Map<string, Promise<A>>()
    return (question: Q): Promise<A> => {
      const key = JSON.stringify(question)
      const answer = known.get(key) ?? ask(question)
      known.set(key, answer)
      return answer
    }
  }
  return {
    digest: once(client.digest),
    tags: once(client.tags),
    platforms: once(client.platforms),
    created: once(client.created),
    contents: once(client.contents),
  }
}
