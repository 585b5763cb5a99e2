import { App } from 'cdk8s'
import { type Problem, Refusal } from '../enrollment/problem.js'
import type { TrackedImage } from '../state/model.js'
import { BaseChart } from './charts/base-chart.js'
import { FactoryChart } from './charts/factory-chart.js'
import { ImageChart } from './charts/image-chart.js'
import type { ManifestChart } from './charts/manifest-chart.js'
import { SourceChart } from './charts/source-chart.js'
import { imageProblems } from './checks/images.js'
import { literalProblems, objectProblems, placeAll } from './checks/objects.js'
import { settingsProblems } from './checks/settings.js'
import { type Bases, basesOf, type Factory } from './factory.js'
import type { ManifestFile } from './manifest-file.js'
import { printManifests } from './print.js'
import { type WatchedSource, watchedSources } from './sources.js'

/**
 * The output folder's files for a factory, sorted by path. The same factory gives the same bytes, in whatever order its
 * images and bases come.
 *
 * @throws Refusal with every problem found, each at the place of the entry it comes from.
 */
export function synthesize(factory: Factory): ManifestFile[] {
  const bases: Bases = new Map(factory.bases.map((base) => [base.name, base]))
  const images = factory.images.filter((image) => image.enrollment.enabled).sort(byName)
  const entryProblems = [
    ...settingsProblems(factory),
    ...images.flatMap((image) => imageProblems(image, bases, factory)),
  ]
  // What an entry got wrong shows in its objects too: said once, where its key is known, is enough.
  const input = new Set(entryProblems.map(({ image }) => image))
  const sources = watchedSources(
    images.filter(({ enrollment }) => !input.has(enrollment.name)),
    factory,
  )
  const charts = drawCharts({ factory, images, bases, sources })
  const problems = [...entryProblems, ...chartProblems(charts, factory, input)]
  if (problems.length > 0) throw new Refusal(problems)
  return charts
    .map((chart) => ({ path: chart.path, text: printManifests(chart.objects.map((object) => object.toJson())) }))
    .sort((a, b) => compare(a.path, b.path))
}

/** What the charts are drawn from: enabled images sorted by name, bases and sources by name. */
interface Plan {
  readonly factory: Factory
  readonly images: readonly TrackedImage[]
  readonly bases: Bases
  readonly sources: readonly WatchedSource[]
}

function drawCharts({ factory, images, bases, sources }: Plan): ManifestChart[] {
  const app = new App()
  const firstUse = new Map<string, TrackedImage>()
  for (const image of images)
    for (const { name } of basesOf(image, bases)) if (!firstUse.has(name)) firstUse.set(name, image)
  const baseCharts = [...factory.bases].sort(byName).flatMap((base, index) => {
    const usedBy = firstUse.get(base.name)
    return usedBy === undefined ? [] : [new BaseChart(app, `base-${index}`, { factory, base, usedBy })]
  })
  const imageCharts = images.map((image, index) => new ImageChart(app, `image-${index}`, { factory, image, bases }))
  const sourceCharts = sources.map((source, index) => new SourceChart(app, `source-${index}`, { factory, source }))
  return [new FactoryChart(app, 'factory', factory), ...baseCharts, ...imageCharts, ...sourceCharts]
}

/** @param told images (null: the settings) whose literal texts have been judged already. */
function chartProblems(
  charts: readonly ManifestChart[],
  factory: Factory,
  input: ReadonlySet<string | null>,
): Problem[] {
  const imagesFile = factory.imagesFile ?? null
  const ownTemplates = new Set(factory.images.flatMap(({ enrollment }) => enrollment.analysis?.templates ?? []))
  const placed = placeAll(charts)
  const literals = literalProblems(placed, imagesFile).filter(({ image }) => image === null || !input.has(image))
  return [...objectProblems(charts, placed, { imagesFile, ownTemplates }), ...literals]
}

type Named = TrackedImage | { readonly name: string }

function byName(a: Named, b: Named): number {
  return compare(nameOf(a), nameOf(b))
}

function nameOf(item: Named): string {
  return 'name' in item ? item.name : item.enrollment.name
}

/** By code units: the same on every machine, whatever its locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
