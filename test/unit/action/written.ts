import { afterEach, beforeEach, vi } from 'vitest'

/** Catches what each test of a file writes to standard output. */
export function catchOutput(): { readonly text: () => string } {
  let written = ''
  beforeEach(() => {
    written = ''
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written += String(text)
      return true
    })
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })
  return { text: () => written }
}
