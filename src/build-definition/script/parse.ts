import { type ParsedScript, parse } from 'unbash'

/** Scripts of steps are short: what is longer is no script anybody writes. */
const MAX_SCRIPT = 32 * 1024
/** Brackets within brackets, and all of them: reading takes time with both. */
const MAX_NESTED = 40
const MAX_BRACKETS = 2000

/**
 * Reads the shell language of a script, null where it is too much. What is wrong in it is left out, as far as the
 * parser can.
 */
export function parseScript(text: string): ParsedScript | null {
  if (text.length > MAX_SCRIPT || isTangled(text)) return null
  try {
    return parse(text)
  } catch (error) {
    // Words that may stand before one another without end are followed by recursion.
    if (error instanceof RangeError) return null
    throw error
  }
}

function isTangled(text: string): boolean {
  let open = 0
  let brackets = 0
  for (const [sign] of text.matchAll(/[(){}`]|\$\[|<</g)) {
    brackets += 1
    open = sign === ')' || sign === '}' ? Math.max(0, open - 1) : sign === '(' || sign === '{' ? open + 1 : open
    if (open > MAX_NESTED || brackets > MAX_BRACKETS) return true
  }
  return false
}
