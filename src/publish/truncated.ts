/** Characters: what reads well, then less and less, should a server take less than GitHub does. */
export const BODY_LIMITS = [60_000, 30_000, 10_000, 3_000] as const

/**
 * Writes as much as the server takes: less each time it says that it is too much.
 *
 * @param render the whole text in so many characters.
 * @throws what `write` throws for any other reason.
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
