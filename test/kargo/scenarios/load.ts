/** Many images, all of whose bases change at once: nothing is built twice, and nothing all at once. */
import { expect } from 'vitest'
import { until } from '../support/cluster.ts'
import type { FactorySpec, ImageSpec } from '../support/factory.ts'
import { hasEnded } from '../support/objects.ts'
import type { Scenario } from '../support/suite.ts'
import type { Change, TestImage } from '../support/test-image.ts'

const STAGGER_SECONDS = 180

/** Every image is built on two bases, so that their Promotions meet. */
export const LOAD: FactorySpec = { name: 'load', settings: { retryPause: '15s', stagger: `${STAGGER_SECONDS}s` } }

const IMAGES_PER_BASE = 300 / 36

/** @param count how many images; bases are as many as 36 for 300. */
export function loadScenario(count: number): Scenario {
  const bases = Math.max(2, Math.round(count / IMAGES_PER_BASE))
  const images = Array.from({ length: count }, (_, index): ImageSpec => {
    const [first, second] = [index % bases, (index * 7 + 1) % bases]
    const other = first === second ? (second + 1) % bases : second
    // Without a delay: a second build, for a base that was seen after the first began, must come to its end too.
    return {
      name: `load-${index}`,
      bases: [first, other].map((base) => `load-base-${base}`),
      entry: { rebuildDelay: '0' },
    }
  })
  return {
    title: `${count} images on ${bases} bases that all change at once`,
    factory: LOAD.name,
    images,
    run: async (all, { report }) => {
      const changes = await changeAll(all)
      const begun = Date.now()
      await until('every Promotion ends', () => (all.every((image) => isSettled(image, changes)) ? true : undefined), {
        seconds: 1800,
        everyMs: 1000,
      })
      const late = all.map((image) => lateness(image, changes))
      expect(Math.max(...late), 'seconds after its turn').toBeLessThan(120)
      expect(
        all.flatMap((image) => builtTwice(image, changes)),
        'builds of what was covered',
      ).toEqual([])
      const dispatches = all.reduce((sum, { builds }) => sum + builds.counts().dispatch, 0)
      report.note(
        `${count} images: ${dispatches} dispatches, all settled after ${Math.round((Date.now() - begun) / 1000)} s, the last ${Math.round(Math.max(...late))} s after its turn`,
      )
    },
  }
}

/** Every base of the images gets a new digest. */
async function changeAll(images: readonly TestImage[]): Promise<Map<string, Change>> {
  const places = new Map<string, readonly [TestImage, number]>()
  for (const image of images)
    for (const [index, base] of (image.spec.bases ?? []).entries()) places.set(base, [image, index])
  const changes = await Promise.all([...places.values()].map(([image, index]) => image.change(index)))
  return new Map(changes.map((change) => [change.base, change]))
}

function changesOf({ spec }: TestImage, changes: ReadonlyMap<string, Change>): Change[] {
  return (spec.bases ?? []).flatMap((base) => changes.get(base) ?? [])
}

function isSettled(image: TestImage, changes: ReadonlyMap<string, Change>): boolean {
  return changesOf(image, changes).every(({ freight }) => image.promotions(freight).slice(0, 1).some(hasEnded))
}

/** How long after the turn of its first change an image was built. */
function lateness(image: TestImage, changes: ReadonlyMap<string, Change>): number {
  const seen = changesOf(image, changes).map(({ freight }) => image.observedAt(freight) ?? 0)
  const dispatched = image.builds.asked('dispatch')[0]?.at ?? Number.POSITIVE_INFINITY
  return dispatched / 1000 - Math.min(...seen) - image.turnSeconds
}

/** A second build is right only for a base that was seen after the first build began. */
function builtTwice(image: TestImage, changes: ReadonlyMap<string, Change>): string[] {
  const dispatches = image.builds.asked('dispatch')
  const lastSeen = Math.max(...changesOf(image, changes).map(({ freight }) => image.observedAt(freight) ?? 0))
  const covering = dispatches.filter(({ at }) => at / 1000 >= lastSeen)
  return covering.length > 1 ? [`${image.spec.name}: ${dispatches.length} dispatches`] : []
}
