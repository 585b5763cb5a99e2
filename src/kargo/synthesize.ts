import { App } from 'cdk8s'
import { Refusal } from '../enrollment/problem.js'
import type { TrackedImage } from '../state/model.js'
import { BaseChart } from './charts/base-chart.js'
import { FactoryChart } from './charts/factory-chart.js'
import { ImageChart } from './charts/image-chart.js'
import type { ManifestChart } from './charts/manifest-chart.js'
import { SourceChart } from './charts/source-chart.js'
import { chartProblems, imageProblems } from './checks.js'
import { type Bases, basesOf, type Factory } from './factory.js'
import type { ManifestFile } from './manifest-file.js'
import { joinObjects, printObject } from './print.js'
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
  const sources = watchedSources(images, factory)
  const charts = drawCharts({ factory, images, bases, sources })
  const problems = [
    ...images.flatMap((image) => imageProblems(image, factory)),
    ...chartProblems(charts, factory.imagesFile ?? null),
  ]
  if (problems.length > 0) throw new Refusal(problems)
  return charts.map(fileOf).sort((a, b) => compare(a.path, b.path))
}

function fileOf(chart: ManifestChart): ManifestFile {
  const objects = chart.objects.map((object) => ({ id: object.id, text: printObject(object.toJson()) }))
  return { path: chart.path, text: joinObjects(objects.map(({ text }) => text)), objects }
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
