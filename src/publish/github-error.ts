import { Refusal, refuse } from '../enrollment/problem.js'

/** What octokit rejects with when GitHub says no: by status, or in GraphQL's list of errors. */
export interface GitHubError {
  readonly status?: number
  readonly message?: string
  readonly errors?: readonly { readonly type?: string; readonly message: string }[]
}

/** What GitHub said, on one line. The status or type tells where the text does not: some answers are pages of HTML. */
export function messageOf(error: unknown): string {
  const { status, message = String(error), errors } = error as GitHubError
  const said = errors?.map(({ type, message: text }) => (type === undefined ? text : `${text} (${type})`)).join(' / ')
  const plain = (said ?? (/<html|<!doctype/i.test(message) ? '' : message)).replace(/\s+/g, ' ').trim().slice(0, 1000)
  return status === undefined || errors !== undefined ? plain : `HTTP ${status} ${plain}`.trim()
}

/** Whether GitHub answered, and the answer was no. */
export function isClientError(error: unknown): boolean {
  const { status = 0, errors } = error as GitHubError
  return !(error instanceof Refusal) && (errors !== undefined || (status >= 400 && status < 500))
}

/**
 * A request about a pull request that failed, as an error that says what was wanted, what GitHub said and what mends it.
 *
 * @param doing what was wanted, as the beginning of a sentence.
 * @param repository OWNER/REPO.
 */
export function refusedRequest(error: unknown, doing: string, repository: string): Error {
  if (!isClientError(error)) return error as Error
  const { status = 0 } = error as GitHubError
  const said = messageOf(error).replace(/[.\s]+$/, '')
  return refuse(`${doing} was refused: ${said}.`, {
    remedy: REMEDIES[status]?.(repository) ?? 'Look at what GitHub says.',
  })
}

const REMEDIES: Readonly<Record<number, (repository: string) => string>> = {
  401: () => 'Check github-token.',
  403: (repository) => `The github-token needs the permission pull-requests: write on ${repository}.`,
  404: (repository) => `Check that the github-token may see ${repository}, with the permission pull-requests: write.`,
}
