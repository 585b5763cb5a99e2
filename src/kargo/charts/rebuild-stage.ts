import type { Construct } from 'constructs'
import type { GitHubSource, GitLabSource } from '../../enrollment/enrollment.js'
import type { TrackedBase, TrackedImage } from '../../state/model.js'
import { type FreightRequest, Stage, unlessDefault } from '../constructs/stage.js'
import { projectUrl, workflowUrl } from '../dispatch-url.js'
import { basesOf, branchOf, type Factory, githubApiUrl, gitlabUrl } from '../factory.js'
import { REBUILD_GITHUB, REBUILD_GITLAB, rebuildStageName, soakStageName, warehouseName } from '../names.js'
import { spread } from '../spread.js'
import { REBUILD_GITHUB_DEFAULTS } from '../tasks/rebuild-github.js'
import { REBUILD_GITLAB_DEFAULTS } from '../tasks/rebuild-gitlab.js'
import type { ImageChartProps } from './image-chart.js'

/**
 * The Stage that has the image's own workflow or pipeline rebuild it: one an image, so that several bases that change
 * together give one rebuild. An image without bases has none, nor one that nobody knows how to build.
 */
export function addRebuildStage(scope: Construct, { factory, image, bases }: ImageChartProps): void {
  const { name, minimumReleaseAge, autoRebuild, shard } = image.enrollment
  const [firstBase, ...otherBases] = basesOf(image, bases)
  const build = buildOf(image, factory)
  if (build === null || firstBase === undefined) return
  const request = (base: TrackedBase): FreightRequest => ({
    warehouse: warehouseName(base.name),
    from: { stages: [soakStageName(base.name)], soakSeconds: minimumReleaseAge.seconds },
  })
  const policy = {
    ref: branchOf(image, factory),
    rebuildDelay: String(image.enrollment.rebuildDelay.seconds),
    baseImages: repositoriesJson([firstBase, ...otherBases]),
  }
  new Stage(scope, {
    name: rebuildStageName(name),
    autoPromotion: autoRebuild,
    shard: shard ?? factory.settings.shard,
    vars: { ...build.where, ...policy, ...build.how, stagger: turnOf(image, factory) },
    requestedFreight: [request(firstBase), ...otherBases.map(request)],
    steps: [{ as: 'rebuild', task: build.task }],
  })
}

/** How an image is built: the task, the variable that says where, and those that say how. */
interface Build {
  readonly task: string
  readonly where: Readonly<Record<string, string>>
  readonly how: Readonly<Record<string, string | undefined>>
}

function buildOf({ enrollment: { source } }: TrackedImage, factory: Factory): Build | null {
  if (source?.provider === 'gitlab') return pipelineBuild(source, factory)
  return source === null || source.workflow === null ? null : workflowBuild(source, source.workflow, factory)
}

function workflowBuild(source: GitHubSource, workflow: string, factory: Factory): Build {
  const { builds, tokenSecret } = REBUILD_GITHUB_DEFAULTS
  return {
    task: REBUILD_GITHUB,
    where: { workflow: workflowUrl(githubApiUrl(factory), source.repo, workflow) },
    how: {
      inputs: JSON.stringify(Object.fromEntries(sorted(source.inputs))),
      builds: unlessDefault(source.builds, builds),
      tokenSecret: unlessDefault(factory.settings.githubTokenSecret, tokenSecret),
    },
  }
}

function pipelineBuild(source: GitLabSource, factory: Factory): Build {
  return {
    task: REBUILD_GITLAB,
    where: { project: projectUrl(gitlabUrl(factory), source.repo) },
    how: {
      variables: JSON.stringify(sorted(source.inputs).map(([key, value]) => ({ key, value }))),
      tokenSecret: unlessDefault(factory.settings.gitlabTokenSecret, REBUILD_GITLAB_DEFAULTS.tokenSecret),
    },
  }
}

/**
 * Seconds after a digest was first seen when the image's turn to be rebuilt comes. They begin when the digest is old
 * enough for the image: else all turns would be over by then.
 */
function turnOf({ enrollment: { name, minimumReleaseAge } }: TrackedImage, factory: Factory): string | undefined {
  const span = factory.settings.stagger.seconds
  return span === 0 ? undefined : String(minimumReleaseAge.seconds + spread(name, span))
}

/** Warehouse → repository: the task finds the base that changed by its Freight's origin. */
function repositoriesJson(bases: readonly TrackedBase[]): string {
  const pairs = bases.map((base) => [warehouseName(base.name), `${base.registry}/${base.repository}`])
  return JSON.stringify(Object.fromEntries(pairs))
}

function sorted(inputs: ReadonlyMap<string, string>): [string, string][] {
  return [...inputs].sort(([a], [b]) => (a < b ? -1 : 1))
}
