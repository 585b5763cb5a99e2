/** Characters: first for readability, then less in case a server accepts less than GitHub. */
export const BODY_LIMITS = [60_000, 30_000, 10_000, 3_000] as const

/**
 * Writes a text, and retries with less each time the server rejects it as too long.
 *
 * @param render the whole text within this many characters.
 * @throws the error of `write` for any other reason.
 */
export async function writeTruncated<T>(
  render: (budget: number) => string,
  write: (body: string) => Promise<T>,
): Promise<T> {
  let refused: unknown = null
  for (const budget of BODY_LIMITS) {
    try {
      return await write(render(budget))
    } catch (error) {
      if (!isTooLong(error)) throw error
      refused = error
    }
  }
  throw refused
}

function isTooLong(error: unknown): boolean {
  const { status, message } = error as { readonly status?: number; readonly message?: string }
  return status === 413 || (status === 422 && /too long/i.test(message ?? ''))
}
