import type { Construct } from 'constructs'
import type { GitHubSource } from '../../enrollment/enrollment.js'
import type { TrackedBase } from '../../state/model.js'
import { type FreightRequest, Stage } from '../constructs/stage.js'
import { workflowUrl } from '../dispatch-url.js'
import { basesOf, branchOf, GITHUB_API_URL } from '../factory.js'
import { REBUILD_GITHUB, rebuildStageName, soakStageName, warehouseName } from '../names.js'
import { REBUILD_GITHUB_DEFAULTS } from '../tasks/rebuild-github.js'
import type { ImageChartProps } from './image-chart.js'

/**
 * The Stage that has the image's own workflow rebuild it: one an image, so that several bases that change together give
 * one rebuild. An image without a workflow or without bases has none.
 */
export function addRebuildStage(scope: Construct, { factory, image, bases }: ImageChartProps): void {
  const { name, source, rebuildDelay, minimumReleaseAge, autoRebuild } = image.enrollment
  const [firstBase, ...otherBases] = basesOf(image, bases)
  if (source?.provider !== 'github' || source.workflow === null || firstBase === undefined) return
  const request = (base: TrackedBase): FreightRequest => ({
    warehouse: warehouseName(base.name),
    from: { stages: [soakStageName(base.name)], soakSeconds: minimumReleaseAge.seconds },
  })
  new Stage(scope, {
    name: rebuildStageName(name),
    autoPromotion: autoRebuild,
    vars: {
      workflow: workflowUrl(factory.github?.apiUrl ?? GITHUB_API_URL, source.repo, source.workflow),
      ref: branchOf(image, factory),
      rebuildDelay: String(rebuildDelay.seconds),
      baseImages: repositoriesJson([firstBase, ...otherBases]),
      inputs: inputsJson(source),
      builds: unlessDefault(source.builds, REBUILD_GITHUB_DEFAULTS.builds),
      tokenSecret: unlessDefault(factory.settings.githubTokenSecret, REBUILD_GITHUB_DEFAULTS.tokenSecret),
    },
    requestedFreight: [request(firstBase), ...otherBases.map(request)],
    steps: [{ as: 'rebuild', task: REBUILD_GITHUB }],
  })
}

/** Warehouse → repository: the task finds the base that changed by its Freight's origin. */
function repositoriesJson(bases: readonly TrackedBase[]): string {
  const pairs = bases.map((base) => [warehouseName(base.name), `${base.registry}/${base.repository}`])
  return JSON.stringify(Object.fromEntries(pairs))
}

function inputsJson(source: GitHubSource): string {
  return JSON.stringify(Object.fromEntries([...source.inputs].sort(([a], [b]) => (a < b ? -1 : 1))))
}

function unlessDefault(value: string, fallback: string): string | undefined {
  return value === fallback ? undefined : value
}
