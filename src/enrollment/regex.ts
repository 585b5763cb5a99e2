import { RE2JS } from 're2js'
import { clip } from './messages.js'

/**
 * What is wrong with a regular expression that Kargo runs; null where it is good. Kargo is written in Go, whose
 * expressions are RE2: no lookaround, no back references, repetition up to 1,000.
 *
 * @param regex never run here: only its syntax is read.
 */
export function regexFault(regex: string): string | null {
  try {
    RE2JS.compile(regex)
    return null
  } catch (error) {
    return clip((error instanceof Error ? error.message : String(error)).replace(/^error parsing regexp: /, ''), 100)
  }
}
