import { App } from 'cdk8s'
import { Refusal } from '../enrollment/problem.js'
import type { TrackedImage } from '../state/model.js'
import { by } from '../text/index.js'
import { BaseChart } from './charts/base-chart.js'
import { FactoryChart } from './charts/factory-chart.js'
import { ImageChart } from './charts/image-chart.js'
import type { ManifestChart } from './charts/manifest-chart.js'
import { SourceChart, watchedSources } from './charts/source-chart.js'
import { chartProblems, imageProblems } from './checks.js'
import { type Bases, type Factory, trackedBases } from './factory.js'
import { joinObjects, type ManifestFile, printObject } from './print.js'

/**
 * The files of the output folder, sorted by path. The same factory gives the same bytes, regardless of the order of its
 * images and bases.
 *
 * @throws Refusal with every problem found, each at the position of its entry.
 */
export function synthesize(factory: Factory): ManifestFile[] {
  const images = factory.images
    .filter(({ enrollment }) => enrollment.enabled)
    .sort(by(({ enrollment }) => enrollment.name))
  const charts = chartsOf(images, factory)
  const problems = [
    ...images.flatMap((image) => imageProblems(image, factory)),
    ...chartProblems(charts, factory.imagesFile ?? null),
  ]
  if (problems.length > 0) throw new Refusal(problems)
  return charts.map(fileOf).sort(by(({ path }) => path))
}

function fileOf(chart: ManifestChart): ManifestFile {
  const objects = chart.objects.map((object) => ({ id: object.id, text: printObject(object.toJson()) }))
  return {
    path: chart.path,
    text: joinObjects(
      objects.map(({ text }) => text),
      chart.comments,
    ),
    objects,
  }
}

/** @param images enabled images, sorted by name. */
function chartsOf(images: readonly TrackedImage[], factory: Factory): ManifestChart[] {
  const app = new App()
  const bases: Bases = new Map(factory.bases.map((base) => [base.name, base]))
  const firstUse = new Map<string, TrackedImage>()
  for (const image of images)
    for (const { name } of trackedBases(image, bases)) if (!firstUse.has(name)) firstUse.set(name, image)
  return [
    new FactoryChart(app, 'factory', factory),
    ...[...factory.bases].sort(by(({ name }) => name)).flatMap((base, index) => {
      const usedBy = firstUse.get(base.name)
      return usedBy === undefined ? [] : [new BaseChart(app, `base-${index}`, { factory, base, usedBy })]
    }),
    ...images.map((image, index) => new ImageChart(app, `image-${index}`, { factory, image, bases })),
    ...watchedSources(images, factory).map(
      (source, index) => new SourceChart(app, `source-${index}`, { factory, source }),
    ),
  ]
}
