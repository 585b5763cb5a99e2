import type { Construct } from 'constructs'
import type { GitHubSource, GitLabSource } from '../../enrollment/images-file.js'
import { staggerOffset } from '../../policy/index.js'
import type { TrackedBase, TrackedImage } from '../../state/model.js'
import { type FreightRequest, Stage, unlessDefault } from '../constructs/stage.js'
import { projectUrl, workflowUrl } from '../dispatch-url.js'
import { type Bases, basesOf, branchOf, type Factory, githubApiUrl, gitlabUrl } from '../factory.js'
import { REBUILD_GITHUB, REBUILD_GITLAB, rebuildStageName, soakStageName, warehouseName } from '../names.js'
import { GITHUB_TOKEN_SECRET, runsQuery } from '../tasks/github-forge.js'
import { GITLAB_TOKEN_SECRET } from '../tasks/gitlab-forge.js'

export interface RebuiltImage {
  readonly factory: Factory
  readonly image: TrackedImage
  readonly bases: Bases
}

/**
 * The Stage that has the image's own workflow or pipeline rebuild it: one an image, so that several bases that change
 * together give one rebuild. An image without bases has none, nor one that nobody knows how to build.
 */
export function addRebuildStage(scope: Construct, { factory, image, bases }: RebuiltImage): void {
  const { name, minimumReleaseAge, autoRebuild, shard } = image.enrollment
  const [firstBase, ...otherBases] = basesOf(image, bases)
  const build = buildOf(image, factory)
  if (build === null || firstBase === undefined) return
  const request = (base: TrackedBase): FreightRequest => ({
    warehouse: warehouseName(base.name),
    from: { stages: [soakStageName(base.name)], soakSeconds: minimumReleaseAge.seconds },
  })
  const turn = staggerOffset(image.enrollment, factory.settings.stagger.seconds)
  const policy = {
    ref: branchOf(image, factory),
    rebuildDelay: String(image.enrollment.rebuildDelay.seconds),
    baseImages: repositoriesJson([firstBase, ...otherBases]),
    enrolledAt: image.enrolledAt === null ? undefined : String(image.enrolledAt),
    // Kargo does not tell who made a Promotion with an API token (kargo#6201): here every one is by hand.
    autoRebuild: autoRebuild ? undefined : 'false',
  }
  new Stage(scope, {
    name: rebuildStageName(name),
    autoPromotion: autoRebuild,
    shard: shard ?? factory.settings.shard,
    vars: { ...build.where, ...policy, ...build.how, stagger: turn === null ? undefined : String(turn) },
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

function buildOf(image: TrackedImage, factory: Factory): Build | null {
  const { source } = image.enrollment
  if (source?.provider === 'gitlab') return pipelineBuild(image, source, factory)
  return source === null || source.workflow === null ? null : workflowBuild(image, source, source.workflow, factory)
}

function workflowBuild(image: TrackedImage, source: GitHubSource, workflow: string, factory: Factory): Build {
  const apiUrl = githubApiUrl(factory)
  const { runs } = image
  const builds = countedBuilds(image, source)
  const onlyDispatched = builds === 'dispatched' || builds === 'own' || (builds === undefined && runs.kind === 'title')
  return {
    task: REBUILD_GITHUB,
    where: { workflow: workflowUrl(apiUrl, source.repo, workflow) },
    how: {
      inputs: JSON.stringify(Object.fromEntries(sorted(source.inputs))),
      builds,
      runs: runsQuery({ onlyDispatched, sharing: sharing(image, factory) }),
      runTitle: runs.kind === 'title' ? runs.title : undefined,
      runDetails: givesRunDetails(apiUrl) ? undefined : 'false',
      tokenSecret: unlessDefault(factory.settings.githubTokenSecret, GITHUB_TOKEN_SECRET),
    },
  }
}

/**
 * Which runs count as builds of the image, as the task's `builds` has it; undefined: all, or those with the image's title.
 * Where images share a workflow, runs without a title of their own (of a push) count only where the entry says so.
 */
function countedBuilds({ runs, enrollment }: TrackedImage, { builds }: GitHubSource): string | undefined {
  if (runs.kind === 'own') return 'own'
  if (builds === 'dispatched') return 'dispatched'
  return runs.kind === 'title' && enrollment.lineOf('source.builds') !== null ? 'any' : undefined
}

/** How many images are built one by one by the workflow of this one, itself included. */
function sharing(image: TrackedImage, factory: Factory): number {
  if (image.runs.kind === 'all') return 1
  const place = (one: TrackedImage) => {
    const { source } = one.enrollment
    const workflow = source?.provider === 'github' ? source.workflow : null
    return JSON.stringify([source?.repo.toLowerCase(), branchOf(one, factory), workflow])
  }
  const mine = place(image)
  return factory.images.filter((one) => one.enrollment.enabled && place(one) === mine).length
}

/** github.com and ghe.com answer a dispatch with its run since 2026-02-19; older servers refuse to be asked for it. */
function givesRunDetails(apiUrl: string): boolean {
  return /^https:\/\/api\.(?:github\.com|[\w-]+\.ghe\.com)$/.test(apiUrl)
}

function pipelineBuild({ runs }: TrackedImage, source: GitLabSource, factory: Factory): Build {
  return {
    task: REBUILD_GITLAB,
    where: { project: projectUrl(gitlabUrl(factory), source.repo) },
    how: {
      variables: JSON.stringify(sorted(source.inputs).map(([key, value]) => ({ key, value }))),
      builds: runs.kind === 'own' ? 'own' : undefined,
      runTitle: runs.kind === 'title' ? runs.title : undefined,
      tokenSecret: unlessDefault(factory.settings.gitlabTokenSecret, GITLAB_TOKEN_SECRET),
    },
  }
}

/** Warehouse → repository: the task finds the base that changed by its Freight's origin. */
function repositoriesJson(bases: readonly TrackedBase[]): string {
  const pairs = bases.map((base) => [warehouseName(base.name), `${base.registry}/${base.repository}`])
  return JSON.stringify(Object.fromEntries(pairs))
}

function sorted(inputs: ReadonlyMap<string, string>): [string, string][] {
  return [...inputs].sort(([a], [b]) => (a < b ? -1 : 1))
}
