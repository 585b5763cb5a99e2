// A report as data, for another run to post: written without secrets, read as untrusted input.
import * as z from 'zod'
import { refuse } from '../enrollment/problem.js'
import { type Report, reportShape } from './model.js'
import { viewOf } from './view.js'

/** Bytes of a report's data; enough for the diffs of tens of thousands of objects. */
export const MAX_DATA = 32 * 1024 * 1024

const FORMAT = 5

const dataSchema = z.strictObject({
  format: z.literal(FORMAT),
  ...reportShape,
  headSha: z.string().max(20_000).nullable(),
})

/** The report as JSON, without secrets. It does not include its run: the run that posts it learns that from GitHub. */
export function toData(report: Report, options: { readonly secrets?: readonly string[] } = {}): string {
  const { run, commit: _, servers: __, ...rest } = viewOf(report, options.secrets).report
  return `${JSON.stringify({ format: FORMAT, ...rest, headSha: run?.headSha ?? null })}\n`
}

/** A report from another run, and the commit that it claims to be for. */
export interface LeftReport {
  readonly report: Report
  readonly headSha: string | null
}

/**
 * Reads the output of `toData` as untrusted input: every key is validated, unknown ones are refused, and nothing is
 * shown that was not rendered here.
 *
 * @throws Refusal for anything else, with the first error.
 */
export function fromData(json: string): LeftReport {
  const parsed = dataSchema.safeParse(parseJson(json))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const place = issue?.path.slice(0, 6).join('.') ?? ''
    throw refuse(
      'data-invalid',
      `the report's data cannot be used${place === '' ? '' : `, at ${place}`}: ${issue?.message ?? ''}.`,
      {
        remedy: 'Let both workflows run the same version of this action.',
      },
    )
  }
  const { format: _, headSha, ...report } = parsed.data
  return { report: { ...report, commit: null, run: null }, headSha }
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw refuse('data-invalid', "the report's data is not JSON.")
  }
}
