/** Asks the fake GitHub as a client would, without a client's cleverness. */
import type { FakeGitHub } from '../../support/fake-github.js'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

export async function rest(
  fake: FakeGitHub,
  method: string,
  path: string,
  options: { token?: string; body?: unknown } = {},
): Promise<Answer> {
  const response = await fetch(`${fake.apiUrl}${path}`, {
    method,
    headers: { authorization: `token ${options.token ?? 'writer'}`, 'content-type': 'application/json' },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  })
  const content = await response.text()
  return { status: response.status, headers: response.headers, body: content === '' ? null : JSON.parse(content) }
}

export async function graphql(
  fake: FakeGitHub,
  query: string,
  variables: object = {},
  token = 'writer',
): Promise<Answer> {
  const response = await fetch(fake.graphqlUrl, {
    method: 'POST',
    headers: { authorization: `bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  return { status: response.status, headers: response.headers, body: await response.json() }
}
