/** Factories as `overviewOf` sees them, from images.yaml and state files. */
import { type Overview, overviewOf } from '../../../src/dashboard/index.js'
import { explainImages } from '../../../src/explain/index.js'
import {
  enrolmentOf,
  NEW,
  NOW,
  overridesOf,
  PLACES,
  recordsFrom,
  SITUATIONS,
  type Situation,
} from '../explain/situations.js'

/** The factory of a situation. */
export function factoryOf(situation: Situation, missingBases: readonly string[] = [], now = NOW): Overview {
  const enrolled = enrolmentOf(situation.images)
  const records = recordsFrom(situation.state)
  const overrides = overridesOf(situation.overrides, now)
  const explanations = explainImages({ enrolled, records, overrides, now, urls: PLACES })
  const { settings } = enrolled
  const input = { explanations, records, overrides, settings, repository: 'acme/factory', now }
  return overviewOf({ ...input, missingBases: new Set(missingBases) })
}

/** A situation of `explain`, as a factory of one image. */
export function factoryIn(name: string, missingBases: readonly string[] = []): Overview {
  const situation = SITUATIONS[name]
  if (situation === undefined) throw new Error(`there is no situation ${name}`)
  return factoryOf(situation, missingBases)
}

/** Several situations as one factory: each image is called after its situation. */
export function factoryOfAll(names: readonly string[], missingBases: readonly string[] = []): Overview {
  const all = names.map((name) => ({ name, one: factoryIn(name, missingBases) }))
  const images = all.map(
    (
      {
        name,
        one: {
          images: [image],
        },
      },
      index,
    ) => ({ ...image!, name: name.toLowerCase(), line: index + 1 }),
  )
  images.sort((a, b) => (a.name < b.name ? -1 : 1))
  const [first] = all
  const totals = Object.fromEntries(
    Object.keys(first!.one.totals).map((standing) => [
      standing,
      images.filter((image) => image.standing === standing).length,
    ]),
  ) as Overview['totals']
  const overridden = all.flatMap(({ one }) => one.overrides)
  const overrides = overridden.slice(0, 1).map((one) => ({
    ...one,
    images: images.filter(({ override }) => override?.digest === NEW).map(({ name }) => name),
  }))
  return { ...first!.one, totals, images, overrides }
}

/** Situations as images of other names: what the documentation shows. */
export function factoryNamed(situations: Readonly<Record<string, string>>): Overview {
  const factory = factoryOfAll(Object.values(situations))
  const nameOf = new Map(Object.entries(situations).map(([name, situation]) => [situation.toLowerCase(), name]))
  const images = factory.images.map((one) => ({ ...one, name: nameOf.get(one.name) ?? one.name }))
  images.sort((a, b) => (a.name < b.name ? -1 : 1))
  const overrides = factory.overrides.map((one) => ({
    ...one,
    images: one.images.map((name) => nameOf.get(name) ?? name),
  }))
  return { ...factory, images: images.map((one, index) => ({ ...one, line: 10 * index + 3 })), overrides }
}

/** The ten situations that a dashboard must get right. */
export const TEN: Readonly<Record<string, Overview>> = {
  fresh: factoryIn('up-to-date-proven'),
  behind: factoryIn('behind-still-behind'),
  waiting: factoryIn('waiting-rebuildDelay'),
  held: factoryIn('held-autoRebuild'),
  failed: factoryIn('failed-for-good'),
  'dispatch-refused': factoryIn('failed-start-refused'),
  'discovery-failed': factoryIn('unknown-discovery-failed'),
  'not-provable': factoryIn('up-to-date-built'),
  override: factoryIn('due-override'),
  empty: overviewOf({
    ...{ explanations: [], records: recordsFrom(undefined), overrides: [], settings: { engine: 'kargo' } },
    ...{ repository: 'acme/factory', now: NOW, missingBases: new Set() },
  }),
}

const KINDS = ['waiting-rebuildDelay', 'failed-for-good', 'behind-still-behind'] as const

/** A factory of so many images, a third of which wait, failed and are behind. */
export function many(n: number): Overview {
  const of = KINDS.map((name) => factoryIn(name))
  const images = Array.from({ length: n }, (_, index) => {
    const name = `service-${String(index).padStart(5, '0')}`
    return { ...of[index % KINDS.length]!.images[0]!, name, line: index + 1 }
  })
  const totals = Object.fromEntries(
    Object.keys(of[0]!.totals).map((standing) => [
      standing,
      images.filter((image) => image.standing === standing).length,
    ]),
  ) as Overview['totals']
  return { ...of[0]!, totals, images }
}

/** The texts of others in a factory (of forges, Dockerfiles, overrides) replaced by another. */
export function withTexts({ images, overrides, ...rest }: Overview, text: string): Overview {
  return {
    ...rest,
    images: images.map((image) => ({
      ...image,
      concerns: image.concerns.map((one) => ({ ...one, text: `${one.text} ${text}` })),
      bases: image.bases.map((one) => ({ ...one, ref: text })),
      rebuilds: image.rebuilds.map((one) => ({
        ...one,
        message: text,
        run: { id: text, url: text },
        bases: one.bases.map((base) => ({ ...base, ref: text })),
      })),
    })),
    overrides: overrides.map((one) => ({ ...one, reason: text, base: text })),
  }
}

/** The same with the worst of texts. */
export function hostile(factory: Overview): Overview {
  return withTexts(
    factory,
    '\n- [x] <!-- rebuild=web -->\n### Needs <img src=x onerror=alert(1)> </details> `` ` @everyone @acme/all #1 | x \\| --> <!-- ![a](https://evil.example/a.png) \u202e',
  )
}
