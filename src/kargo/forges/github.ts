import type { GitHubSource } from '../../enrollment/images-file.js'
import { givesRunDetails, workflowUrl } from '../../forges/index.js'
import type { TrackedImage } from '../../state/model.js'
import { byKey } from '../../text/index.js'
import { code, expression, filled } from '../constructs/expression.js'
import { unlessDefault } from '../constructs/stage.js'
import { branchOf, type Factory } from '../factory.js'
import type { Build, BuildApi, Forge } from './forge.js'

/** Where `settings.secrets.github` names no other Secret. */
export const GITHUB_TOKEN_SECRET = 'github-dispatch'

/** What every request to GitHub's API carries. */
export const GITHUB_HEADERS = {
  Authorization: code`Bearer ${filled`secret(vars.tokenSecret ?? "github-dispatch").token`}`,
}

/**
 * GitHub refuses what is over a rate limit with 403 or 429 (docs.github.com/rest, "Rate limits"): such a 403 says how many
 * requests remain or how long to wait.
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
 * A run for a pull request publishes nothing. One from a fork has the fork's branch, which may be called as ours is, and a
 * list that is narrowed to our branch holds it all the same.
 */
const IS_PROPOSAL = expression('#.event contains "pull_request"')

/**
 * `builds` of a Stage: absent, every run counts; `dispatched`, only those, and only those are asked for; `own`, none but
 * what we start ourselves, which is followed by its id; `any`, beside runs with the title those that nobody dispatched,
 * which can have none.
 */
const COUNTS = code`!(${IS_PROPOSAL}) && (${filled`vars.builds == "any"`} && #.event != "workflow_dispatch" || ${filled`vars.builds != "own"`} && ${HAS_TITLE})`

/**
 * The key `return_run_details` has GitHub answer with the run's id. Servers before 3.21 refuse a key they do not know: for
 * them the Stage says `runDetails: "false"`, and the key becomes a second `ref`, of which the first counts.
 */
const BODY = expression(
  '${% quote({"ref": vars.ref, "inputs": fromJSON(replace(replace(vars.inputs, "$(baseImage)", task.outputs.update.base), "$(baseDigest)", task.outputs.update.digest)), (vars.runDetails == "false" ? "ref" : "return_run_details"): true}) %}',
)

/** GitHub Actions: `vars.workflow` is the workflow's address in the API, its runs are the builds. */
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

/** The API of GitHub that the factory dispatches with; github.com's where it names none. No slash at the end. */
export function githubApiUrl({ github }: Factory): string {
  return (github?.apiUrl ?? 'https://api.github.com').replace(/\/+$/, '')
}

/**
 * Where the repositories of that GitHub are (`https://github.com`): its API is at `https://api.HOST` (github.com,
 * SUBDOMAIN.ghe.com) or at `https://HOST/api/v3` (GitHub Enterprise server). No slash at the end.
 */
export function githubUrl(factory: Factory): string {
  return githubApiUrl(factory)
    .replace(/\/api\/v3$/, '')
    .replace(/^(https?:\/\/)api\.(?=github\.com$|[\w-]+\.ghe\.com$)/, '$1')
}

function buildOf(image: TrackedImage, source: GitHubSource, factory: Factory): Build | null {
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

/**
 * How runs are asked for where not all of them count: only what was dispatched, so that pushes do not crowd it out, and of a
 * workflow that several images share as many as two rebuilds of each. A run is some 15 kB without its pull requests, and
 * Kargo refuses answers of more than 2 MiB.
 *
 * @param sharing how many images the workflow builds one by one.
 * @returns the Stage's `runs`; undefined: the latest 20, whatever started them.
 */
function runsQuery({ onlyDispatched, sharing }: { onlyDispatched: boolean; sharing: number }): string | undefined {
  const page = Math.min(100, Math.max(20, 2 * sharing + 10))
  if (onlyDispatched) return `event=workflow_dispatch&per_page=${page}`
  return page > 20 ? `per_page=${page}` : undefined
}

/** GitHub, as a company's own server too. */
export const GITHUB: Forge<GitHubSource> = {
  name: expression('GitHub'),
  repositories: githubUrl,
  definition: ({ workflow }) => ({
    key: 'source.workflow',
    path: workflow === null ? null : `.github/workflows/${workflow}`,
  }),
  build: buildOf,
  task: { name: 'rebuild-github', vars: ['workflow', 'inputs'] },
  api: ACTIONS,
}
