import * as z from 'zod'
import { suggest } from '../../text/index.js'
import { isProblemCode, isWarningCode, severityOf, WARNING_CODES, type WarningCode } from '../problem-codes.js'
import { LINE_PATTERN } from './patterns.js'
import { line } from './values.js'

const code = line
  .superRefine((text, context) => {
    const fault = codeFault(text)
    if (fault !== null) context.addIssue({ code: 'custom', message: fault.message, params: { remedy: fault.remedy } })
  })
  .transform((text) => text as WarningCode)
  .meta({ enum: WARNING_CODES })

const reason = line
  .refine((text) => /\S/.test(text), 'must give the reason')
  .meta({ refined: `^(?=[\\s\\S]*\\S)${LINE_PATTERN}` })

export const acceptance = z.strictObject({
  code: code.meta({ description: 'The code shown with the warning.', examples: ['base-pinned'] }),
  reason: reason.meta({ description: 'Why it is acceptable.', examples: ['Pinned on purpose'] }),
})

export const accept = z
  .array(acceptance)
  .max(WARNING_CODES.length, `must name at most ${WARNING_CODES.length} warnings`)
  .default([])

/** Why a word cannot be accepted; null if it can. */
function codeFault(text: string): { readonly message: string; readonly remedy: string } | null {
  if (isWarningCode(text)) return null
  if (!isProblemCode(text)) {
    const near = suggest(text, WARNING_CODES)
    const remedy =
      near === null
        ? 'Each warning ends with its code in square brackets; docs/troubleshooting.md lists all.'
        : `Did you mean ${near}?`
    return { message: 'is not the code of a warning', remedy }
  }
  const severity = severityOf(text)
  if (severity === 'error')
    return { message: 'is an error, and only warnings can be accepted', remedy: 'Fix it instead.' }
  if (severity === 'notice')
    return { message: 'is a notice, and only warnings can be accepted', remedy: 'Remove it: notices need no action.' }
  return {
    message: 'is about a run or a base image, and only warnings about the entry can be accepted',
    remedy: 'Remove it.',
  }
}
