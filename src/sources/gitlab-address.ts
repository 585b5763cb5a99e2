import { refuse } from '../enrollment/problem.js'

/** Where a GitLab is. */
export interface GitLabAddress {
  /** Where its REST API begins, without a slash at the end. */
  readonly api: string
  /** What the server is called in messages: host, with its port where it has one. */
  readonly host: string
}

/**
 * Reads the address of a GitLab: `https://gitlab.com`, a self-hosted one, also below a path, or its API's address.
 *
 * @throws Refusal when it is none, or when the token would travel over it in the clear.
 */
export function gitLabAddress(url: string): GitLabAddress {
  const remedy = 'Give it as https://HOST.'
  // Never shown whole: it may carry a password.
  if (!URL.canParse(url)) throw refuse('the address of GitLab is no URL.', { remedy })
  const parsed = new URL(url)
  if (parsed.username !== '' || parsed.password !== '') {
    throw refuse(`the address of GitLab (${parsed.host}) carries a user or a password.`, {
      remedy: 'Give the token in gitlab-token, and the address as https://HOST.',
    })
  }
  const isSafe = parsed.protocol === 'https:' || (parsed.protocol === 'http:' && isLoopback(parsed.hostname))
  if (!isSafe) {
    const place = parsed.host === '' ? parsed.protocol : `${parsed.protocol}//${parsed.host}`
    throw refuse(`the address of GitLab (${place}) is not https: a token sent there could be read on its way.`, {
      remedy,
    })
  }
  if (parsed.search !== '' || parsed.hash !== '') {
    throw refuse(`the address of GitLab (${parsed.host}) has a query or a fragment.`, { remedy })
  }
  const root = parsed.pathname.replace(/\/+$/, '').replace(/\/api\/v4$/, '')
  return { api: `${parsed.origin}${root}/api/v4`, host: parsed.host }
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
}

/** One segment of a URL's path; null for what cannot be one (`..` would climb, encoded or not). */
export function pathSegment(text: string): string | null {
  if (text === '' || text === '.' || text === '..') return null
  try {
    return encodeURIComponent(text)
  } catch {
    return null // Half a character.
  }
}
