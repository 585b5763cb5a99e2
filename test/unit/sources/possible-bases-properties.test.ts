// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles write variables like that.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BuildInputs, BuildValue } from '../../../src/build-definition/index.js'
import { findBaseImages } from '../../../src/dockerfile/index.js'
import { formatReference } from '../../../src/reference/index.js'
import { dockerfileBases } from '../../../src/sources/bases.js'
import { runs } from '../../support/full.js'

const VALUES = ['cpu', 'gpu', 'a', 'b', 'a-b', '']
const ARGS = ['K', 'L']

/** Stages with names that arguments can make, FROMs that choose among them, copies between them. */
const word = fc.constantFrom('base-${K}', '${K}', '$K-${L}', '${K:-cpu}', 'base-${K:+gpu}', '$B', 'base-${L}')
const names = fc.uniqueArray(
  fc.constantFrom('base-cpu', 'base-gpu', 'cpu', 'gpu', 'a', 'b', 'a-b', 'b-a', 'base-a', 'base-b'),
  { minLength: 1, maxLength: 5 },
)
const defaults = fc.record({ K: fc.constantFrom('', '=cpu', '=a', '=gpu'), L: fc.constantFrom('', '=b', '=a') })
const copies = fc.array(fc.nat(4), { maxLength: 2 })
const dockerfile = fc
  .tuple(names, fc.array(fc.tuple(word, copies), { minLength: 1, maxLength: 2 }), defaults)
  .map(([stages, choosing, { K, L }]) => {
    const fixed = stages.map((name, at) => `FROM image-${at}:1 AS ${name}`)
    const chosen = choosing.map(
      ([from, copied], at) =>
        `FROM ${from} AS chosen-${at}\n${copied.map((one) => `COPY --from=${stages[one % stages.length]} / /`).join('\n')}`,
    )
    return { text: [`ARG K${K}`, `ARG L${L}`, 'ARG B=base-$K', ...fixed, ...chosen, ''].join('\n'), stages }
  })

function passing(args: ReadonlyMap<string, BuildValue>, target: BuildValue | null): BuildInputs {
  return { args, target, platforms: [], contexts: new Map(), unclear: [] }
}

/** The images of the stages, which no argument names: what a FROM names that is no stage is another question. */
function staged(refs: readonly string[]): string[] {
  return [...new Set(refs.filter((ref) => /\/image-\d:1$/.test(ref)))].sort()
}

function trackedOf(text: string, inputs: BuildInputs | null) {
  const result = dockerfileBases({ file: 'Dockerfile', text, inputs, isImage: true }, null)
  if (!result.ok) return null
  return result.uses.flatMap((use) => (use.reachable ? [formatReference(use.reference)] : []))
}

function pulledWith(text: string, args: ReadonlyMap<string, string>, target: string | null) {
  const result = findBaseImages(text, { args, target })
  return result.ok ? result.images.flatMap((use) => (use.reachable ? [use.ref] : [])) : null
}

describe('whatever the unknown values are', () => {
  it('the union holds what is pulled with any that names a stage', () => {
    let compared = 0
    fc.assert(
      fc.property(
        dockerfile,
        fc.subarray(ARGS, { minLength: 1 }),
        fc.tuple(fc.constantFrom(...VALUES), fc.constantFrom(...VALUES)),
        fc.option(fc.nat(6)),
        ({ text, stages }, open, [k, l], chosen) => {
          const values = new Map([['K', k] as const, ['L', l] as const].filter(([name]) => open.includes(name)))
          const target = chosen === null ? null : (stages[chosen] ?? 'chosen-0')
          const pulled = pulledWith(text, values, target)
          if (pulled === null || pulled.some((ref) => !/\/image-\d:1$/.test(ref))) return
          compared += 1
          const unknowns = new Map([...values.keys()].map((name) => [name, { unknown: true as const, written: 'x' }]))
          const written = chosen === null ? null : { unknown: true as const, written: 'x' }
          for (const inputs of [passing(unknowns, written), null]) {
            const tracked = trackedOf(text, inputs)
            expect(tracked === null ? null : staged(tracked)).toEqual(expect.arrayContaining(staged(pulled)))
          }
        },
      ),
      { numRuns: runs(300, 160) },
    )
    expect(compared).toBeGreaterThan(50)
  })

  it('where all is known it is what BuildKit answers, and nothing is assumed', () => {
    fc.assert(
      fc.property(
        dockerfile,
        fc.tuple(fc.constantFrom(...VALUES), fc.constantFrom(...VALUES)),
        fc.option(fc.constantFrom('cpu', 'base-cpu', 'a', 'chosen-0', 'none')),
        ({ text }, [k, l], target) => {
          const args = new Map([['K', k] as const, ['L', l] as const])
          const exact = findBaseImages(text, { args, target })
          const known = new Map([...args].map(([name, value]) => [name, { text: value }]))
          const result = dockerfileBases(
            { file: 'f', text, inputs: passing(known, target === null ? null : { text: target }), isImage: true },
            null,
          )
          if (!exact.ok || !result.ok) {
            expect(result).toEqual({ ok: false, ...(exact.ok ? {} : exact.error) })
            return
          }
          expect(
            result.uses.map(({ reference, file: _, ...use }) => ({ ref: formatReference(reference), ...use })),
          ).toEqual(exact.images.map((use) => ({ ...use, assumed: false })))
          expect([result.assumed, result.unnamed]).toEqual([[], []])
        },
      ),
      { numRuns: runs(500) },
    )
  })

  it('what is pulled with the values that are assumed is never marked', () => {
    fc.assert(
      fc.property(dockerfile, ({ text }) => {
        const pulled = new Set(pulledWith(text, new Map(), null) ?? [])
        const result = dockerfileBases({ file: 'f', text, inputs: null, isImage: true }, null)
        for (const use of result.ok ? result.uses : []) {
          if (pulled.has(formatReference(use.reference)) && use.reachable) expect(use.assumed).toBe(false)
        }
        // No name that an unknown value is part of becomes a base image.
        expect(JSON.stringify(result)).not.toContain('zq0unknown')
      }),
      { numRuns: runs(200) },
    )
  })
})
