/**
 * What came of a question to a registry. Only `found` says something about the image; `limited` and `unknown` say that
 * nothing was learnt, which is never taken for a change.
 */
export type Answer<T> =
  | { readonly kind: 'found'; readonly value: T }
  /** The registry says that there is no such image or tag. */
  | { readonly kind: 'missing' }
  /** The registry asks to come back later: it is left in peace for the rest of the run. */
  | { readonly kind: 'limited'; readonly message: string }
  | { readonly kind: 'unknown'; readonly message: string }

/** Says that nothing was learnt, and why. */
export function unknown(message: string): { readonly kind: 'unknown'; readonly message: string } {
  return { kind: 'unknown', message }
}
