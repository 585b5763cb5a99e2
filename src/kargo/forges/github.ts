import type { SourceOn } from '../../enrollment/images-file.js'
import { forgeOf, givesRunDetails, workflowUrl } from '../../forges/index.js'
import type { TrackedImage } from '../../state/model.js'
import { byKey } from '../../text/index.js'
import { code, expression, filled } from '../constructs/expression.js'
import { unlessDefault } from '../constructs/stage.js'
import { branchOf, type Factory } from '../factory.js'
import type { Build, BuildApi, Forge } from './forge.js'

const { tokenSecret: TOKEN_SECRET } = forgeOf({ provider: 'github' })

export const GITHUB_HEADERS = {
  Authorization: code`Bearer ${filled`secret(vars.tokenSecret ?? "github-dispatch").token`}`,
}

/**
 * GitHub responds to requests over a rate limit with 403 or 429 (docs.github.com/rest, "Rate limits"): such a 403
 * includes how many requests remain or how long to wait.
 */
const IS_FORBIDDEN = expression(
  'response.status == 403 && response.header("x-ratelimit-remaining") != "0" && response.header("retry-after") == ""',
)
const IS_RATE_LIMITED = expression(
  'response.status == 429 || response.status == 403 && (response.header("x-ratelimit-remaining") == "0" || response.header("retry-after") != "")',
)

const HAS_TITLE = code`${filled`toJSON(vars.runTitle ?? "")`} in ["", #.display_title]`
const WAS_DISPATCHED = expression('#.event == "workflow_dispatch"')

/**
 * A run for a pull request publishes nothing. One from a fork has the fork's branch, which may have the same name as
 * ours and is then included in the list for our branch.
 */
const IS_PROPOSAL = expression('#.event contains "pull_request"')

/**
 * `builds` of a Stage: absent, every run counts; `dispatched`, only dispatched runs count and are requested; `own`,
 * only those we start, which are followed by id; `any`, runs with the title and also runs that were not dispatched,
 * which cannot have one.
 */
const COUNTS = code`!(${IS_PROPOSAL}) && (${filled`vars.builds == "any"`} && #.event != "workflow_dispatch" || ${filled`vars.builds != "own"`} && ${HAS_TITLE})`

/**
 * The key `return_run_details` makes GitHub return the run's id. Servers before 3.21 reject unknown keys: for them the
 * Stage sets `runDetails: "false"`, and the key becomes a second `ref`, of which the first counts.
 */
const BODY = expression(
  '${% quote({"ref": vars.ref, "inputs": fromJSON(replace(replace(vars.inputs, "$(baseImage)", task.outputs.update.base), "$(baseDigest)", task.outputs.update.digest)), (vars.runDetails == "false" ? "ref" : "return_run_details"): true}) %}',
)

/** GitHub Actions: `vars.workflow` is the workflow's URL in the API, its runs are the builds. */
const ACTIONS: BuildApi = {
  headers: GITHUB_HEADERS,
  builds: expression('vars.workflow + "/runs?exclude_pull_requests=true&" + (vars.runs ?? "per_page=20")'),
  onBranch: { branch: filled`vars.ref` },
  build: expression('split(vars.workflow, "/workflows/")[0] + "/runs/" + string(int(vars.run))'),
  dispatch: { url: code`${filled`vars.workflow`}/dispatches`, body: BODY },
  answer: {
    builds: expression('response.body.workflow_runs'),
    isList: expression('response.body?.workflow_runs != nil'),
    isRefused: code`response.status in [401, 404, 422] || ${IS_FORBIDDEN}`,
    isBuildRefused: code`response.status in [401, 422] || ${IS_FORBIDDEN}`,
    isRateLimited: IS_RATE_LIMITED,
    message: expression('response.body?.message'),
    refusal: expression('response.body?.message'),
    startedId: expression('response.body?.workflow_run_id'),
  },
  run: {
    counts: COUNTS,
    hasTitle: HAS_TITLE,
    wasDispatched: WAS_DISPATCHED,
    isSuccess: expression('#.conclusion == "success"'),
    mayYetSucceed: expression('#.status != "completed"'),
    isGood: expression('(#.status != "completed" || #.conclusion == "success")'),
    startedAt: expression('date(#.run_started_at).Unix()'),
    address: expression('#.html_url'),
  },
  single: {
    isOver: expression('r.status == "completed"'),
    conclusion: expression('r?.conclusion'),
    address: expression('r?.html_url'),
  },
  successes: expression('["success"]'),
}

/** The Secret with GitHub's token; undefined: the default of the tasks. */
export function githubTokenSecret({ settings }: Factory): string | undefined {
  return unlessDefault(settings.secrets.github, TOKEN_SECRET)
}

/** The GitHub API for dispatches, that of github.com by default, without trailing slash. */
export function githubApiUrl({ servers }: Factory): string {
  return (servers?.githubApi ?? 'https://api.github.com').replace(/\/+$/, '')
}

/**
 * Base URL of the repositories on that GitHub (`https://github.com`): its API is at `https://api.HOST` (github.com,
 * SUBDOMAIN.ghe.com) or at `https://HOST/api/v3` (GitHub Enterprise Server). Without trailing slash.
 */
export function githubUrl(factory: Factory): string {
  return githubApiUrl(factory)
    .replace(/\/api\/v3$/, '')
    .replace(/^(https?:\/\/)api\.(?=github\.com$|[\w-]+\.ghe\.com$)/, '$1')
}

function buildOf(image: TrackedImage, source: SourceOn<'github'>, factory: Factory): Build | null {
  if (source.workflow === null) return null
  const apiUrl = githubApiUrl(factory)
  const { runs } = image
  const builds = countedBuilds(image, source)
  const onlyDispatched = builds === 'dispatched' || builds === 'own' || (builds === undefined && runs.kind === 'title')
  return {
    where: { workflow: workflowUrl(apiUrl, source.repo, source.workflow) },
    how: {
      inputs: JSON.stringify(Object.fromEntries([...source.inputs].sort(byKey))),
      builds,
      runs: runsQuery({ onlyDispatched, sharing: sharing(image, factory) }),
      runTitle: runs.kind === 'title' ? runs.title : undefined,
      runDetails: givesRunDetails(apiUrl) ? undefined : 'false',
      tokenSecret: githubTokenSecret(factory),
    },
  }
}

/**
 * Which runs count as builds of the image, as the task's `builds`; undefined: all, or those with the image's title. If
 * images share a workflow, runs without a distinct title (from a push) count only if the entry allows it.
 */
function countedBuilds({ runs, enrollment }: TrackedImage, { builds }: SourceOn<'github'>): string | undefined {
  if (runs.kind === 'own') return 'own'
  if (builds === 'dispatched') return 'dispatched'
  return runs.kind === 'title' && enrollment.lineOf('source.builds') !== null ? 'any' : undefined
}

/** How many images the workflow of this one builds individually, including itself. */
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

/**
 * The query for runs if not all of them count: only dispatched ones, so that pushes do not crowd them out, and for a
 * shared workflow enough for two rebuilds of each image. A run is about 15 kB without its pull requests, and Kargo
 * rejects responses over 2 MiB.
 *
 * @param sharing how many images the workflow builds individually.
 * @returns the Stage's `runs`; undefined: the latest 20, whatever triggered them.
 */
function runsQuery({ onlyDispatched, sharing }: { onlyDispatched: boolean; sharing: number }): string | undefined {
  const page = Math.min(100, Math.max(20, 2 * sharing + 10))
  if (onlyDispatched) return `event=workflow_dispatch&per_page=${page}`
  return page > 20 ? `per_page=${page}` : undefined
}

/** GitHub, including Enterprise Server. */
export const GITHUB: Forge<SourceOn<'github'>> = {
  name: expression('GitHub'),
  repositories: githubUrl,
  build: buildOf,
  task: { name: 'rebuild-github', vars: ['workflow', 'inputs'] },
  api: ACTIONS,
}
