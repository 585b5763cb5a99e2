// A report as data, for another run to post: written without secrets, read as what a stranger wrote.
import * as z from 'zod'
import { refuse } from '../enrollment/problem.js'
import type { Report } from './model.js'
import { viewOf } from './view.js'

/** Bytes of a report's data; enough for the differences of tens of thousands of objects. */
export const MAX_DATA = 32 * 1024 * 1024

const FORMAT = 1
const MAX_ITEMS = 50_000

const text = z.string().max(20_000)
const object = z.string().max(1_000_000)
const list = <T extends z.ZodType>(item: T) => z.array(item).max(MAX_ITEMS)
const number = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const change = z.enum(['added', 'removed', 'modified'])
const use = z.enum(['added', 'removed', 'unchanged'])

const value = z.strictObject({ key: text, before: text.nullable(), after: text.nullable() })
const resource = z.strictObject({
  kind: change,
  id: z.strictObject({ apiVersion: text, kind: text, namespace: text, name: text }),
  file: text,
  before: object.nullable(),
  after: object.nullable(),
})
const causes = list(z.tuple([text, text]))

const images = list(
  z.strictObject({
    name: text,
    kind: z.enum(['enrolled', 'changed', 'disabled', 'enabled', 'removed']),
    details: list(value),
    published: z.strictObject({ before: text, after: text }).exactOptional(),
  }),
)
const bases = list(
  z.strictObject({
    name: text,
    reference: text,
    change: use,
    enrolledImage: text.exactOptional(),
    uses: list(z.strictObject({ image: text, file: text, line: number, kind: text, change: use })),
  }),
)

const reportSchema = z.strictObject({
  format: z.literal(FORMAT),
  mode: z.enum(['preview', 'commit', 'check']),
  imagesFile: text,
  outputDir: text,
  problems: list(
    z.strictObject({
      severity: z.enum(['error', 'warning', 'notice']),
      file: text.nullable(),
      line: number.nullable(),
      column: number.nullable(),
      message: text,
      remedy: text.nullable(),
      image: text.nullable(),
    }),
  ),
  changes: list(resource),
  stateFiles: list(z.strictObject({ kind: change, path: text })),
  settings: list(value),
  overrides: list(z.strictObject({ base: text, digest: text, reason: text, expires: text, place: text })),
  images,
  bases,
  totals: z.strictObject({ images: number, bases: number }),
  causes,
  baseDrift: z
    .discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('known'),
        images,
        bases,
        changes: list(resource),
        causes,
        stateFiles: number,
        warnings: number,
      }),
      z.strictObject({ kind: z.literal('unknown'), reason: text }),
    ])
    .nullable(),
  headSha: text.nullable(),
})

/** The report as JSON, without secrets. Which run made it is not in it: whoever posts it knows better. */
export function toData(report: Report, options: { readonly secrets?: readonly string[] } = {}): string {
  const { causes, baseDrift, run, commit: _, ...rest } = viewOf(report, options.secrets).report
  const later = baseDrift?.kind === 'known' ? { ...baseDrift, causes: [...baseDrift.causes] } : baseDrift
  const data = { format: FORMAT, ...rest, causes: [...causes], baseDrift: later, headSha: run?.headSha ?? null }
  return `${JSON.stringify(data)}\n`
}

/** A report that somebody left, and the commit it says it is for. */
export interface LeftReport {
  readonly report: Report
  readonly headSha: string | null
}

/**
 * Reads what `toData` wrote. Whoever wrote it is not trusted: every key is checked, none is passed over, and nothing is
 * shown that was not rendered here.
 *
 * @throws Refusal when it is anything else, with the first thing that is wrong.
 */
export function fromData(json: string): LeftReport {
  const parsed = reportSchema.safeParse(parseJson(json))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const place = issue?.path.slice(0, 6).join('.') ?? ''
    throw refuse(`the report's data cannot be used${place === '' ? '' : `, at ${place}`}: ${issue?.message ?? ''}.`, {
      remedy: 'Let both workflows run the same version of this action.',
    })
  }
  const { format: _, causes, baseDrift, headSha, ...rest } = parsed.data
  const later = baseDrift?.kind === 'known' ? { ...baseDrift, causes: new Map(baseDrift.causes) } : baseDrift
  return { report: { ...rest, causes: new Map(causes), baseDrift: later, commit: null, run: null }, headSha }
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw refuse("the report's data is no JSON.")
  }
}
