// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Kargo evaluates these.
import { expression, type Text } from '../constructs/expression.js'
import type { HttpRequest } from '../constructs/steps.js'
import { DUE, DUE_IN_ITS_TURN, type Waiting } from './rebuild-steps.js'

/** What every request to GitHub's API carries. */
export const GITHUB_HEADERS = {
  Accept: 'application/vnd.github+json',
  Authorization: expression('Bearer ${{ secret(vars.tokenSecret).token }}'),
}

/** No retry mends these; a 403 that is a rate limit passes, and asks again. */
export const GITHUB_REFUSED =
  'response.status in [401, 404, 422] || (response.status == 403 && response.header("x-ratelimit-remaining") != "0" && response.header("retry-after") == "")'

/** Runs of the workflow that built the image or are building it, as times their builds started; 0 when there is none. */
const BUILT_AT =
  'reduce(map(filter(response.body.workflow_runs, (#.status != "completed" || #.conclusion == "success") && (${{ vars.builds == "any" }} || #.event == "workflow_dispatch")), date(#.run_started_at).Unix()), max(#acc, #), 0.0)'

/** Asks GitHub for the workflow's latest runs on the branch, without what makes the answer too long for Kargo. */
function listRuns(
  filter: Readonly<Record<string, Text>>,
): Pick<HttpRequest, 'method' | 'url' | 'queryParams' | 'headers' | 'timeoutSeconds'> {
  return {
    method: 'GET',
    url: expression('${{ vars.workflow }}/runs'),
    queryParams: {
      branch: expression('${{ vars.ref }}'),
      ...filter,
      per_page: '20',
      exclude_pull_requests: 'true',
    },
    headers: GITHUB_HEADERS,
    timeoutSeconds: 30,
  }
}

/** Waits until the update is due; it may wait for days and survives a restart. */
export function waitUntilDue({ pollIntervalSeconds, isStaggered }: Waiting): HttpRequest {
  return {
    ...listRuns({}),
    pollIntervalSeconds,
    successExpression: isStaggered
      ? expression(`response.status == 200 && (let built = ${BUILT_AT}; ${DUE_IN_ITS_TURN})`)
      : expression(`response.status == 200 && (let built = ${BUILT_AT}; ${DUE})`),
    failureExpression: expression(GITHUB_REFUSED),
  }
}

/** Reads the newest run and when the image was last built, just before deciding. */
export function readBuilds(): HttpRequest {
  return {
    ...listRuns({}),
    pollIntervalSeconds: 60,
    successExpression: expression('response.status == 200'),
    failureExpression: expression(GITHUB_REFUSED),
    outputs: {
      newest: expression('reduce(map(response.body.workflow_runs, #.id), max(#acc, #), 0.0)'),
      builtAt: expression(BUILT_AT),
    },
  }
}

/** Starts the workflow with the inputs, `$(baseImage)` and `$(baseDigest)` in them replaced. */
export function dispatchWorkflow(): HttpRequest {
  return {
    method: 'POST',
    url: expression('${{ vars.workflow }}/dispatches'),
    headers: { ...GITHUB_HEADERS, 'Content-Type': 'application/json' },
    timeoutSeconds: 30,
    pollIntervalSeconds: 60,
    body: expression(
      '${% quote({"ref": vars.ref, "inputs": fromJSON(replace(replace(vars.inputs, "$(baseImage)", task.outputs.decision.baseImage), "$(baseDigest)", task.outputs.update.digest))}) %}',
    ),
    successExpression: expression('response.status in [200, 204]'),
    failureExpression: expression(GITHUB_REFUSED),
  }
}

/** Waits for the run that the dispatch started: the Promotion ends as the build ends, and links to it. */
export function waitForBuild(): HttpRequest {
  return {
    ...listRuns({ event: 'workflow_dispatch' }),
    pollIntervalSeconds: 60,
    successExpression: expression(
      'response.status == 200 && any(response.body.workflow_runs, #.id > ${{ task.outputs.builds.newest }} && #.conclusion == "success")',
    ),
    failureExpression: expression(
      `(response.status == 200 && any(response.body.workflow_runs, #.id > \${{ task.outputs.builds.newest }} && #.status == "completed" && #.conclusion != "success")) || ${GITHUB_REFUSED}`,
    ),
    outputs: {
      run: expression('findLast(response.body.workflow_runs, #.id > ${{ task.outputs.builds.newest }})?.html_url'),
    },
  }
}
