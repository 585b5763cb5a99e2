// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Kargo evaluates these.
import { expression } from '../constructs/expression.js'
import type { HttpRequest } from '../constructs/steps.js'
import { DUE, DUE_IN_ITS_TURN, type Waiting } from './rebuild-steps.js'

const HEADERS = { 'PRIVATE-TOKEN': expression('${{ secret(vars.tokenSecret).token }}') }

/** No retry mends these. */
const REFUSED = 'response.status in [401, 403, 404]'

/** Pipelines that built the image or are building it, as times they were created; 0 when there is none. */
const BUILT_AT =
  'reduce(map(filter(response.body, #.status not in ["failed", "canceled", "canceling", "skipped"]), date(#.created_at).Unix()), max(#acc, #), 0.0)'

/** Asks GitLab for the latest pipelines on the branch. */
const LIST_PIPELINES = {
  method: 'GET',
  url: expression('${{ vars.project }}/pipelines'),
  queryParams: { ref: expression('${{ vars.ref }}'), per_page: '20' },
  headers: HEADERS,
  timeoutSeconds: 30,
} as const

/** Waits until the update is due; it may wait for days and survives a restart. */
export function waitUntilDue({ pollIntervalSeconds, isStaggered }: Waiting): HttpRequest {
  return {
    ...LIST_PIPELINES,
    pollIntervalSeconds,
    successExpression: isStaggered
      ? expression(`response.status == 200 && (let built = ${BUILT_AT}; ${DUE_IN_ITS_TURN})`)
      : expression(`response.status == 200 && (let built = ${BUILT_AT}; ${DUE})`),
    failureExpression: expression(REFUSED),
  }
}

/** Reads when the image was last built, just before deciding. */
export function readPipelines(): HttpRequest {
  return {
    ...LIST_PIPELINES,
    pollIntervalSeconds: 60,
    successExpression: expression('response.status == 200'),
    failureExpression: expression(REFUSED),
    outputs: { builtAt: expression(BUILT_AT) },
  }
}

/** Starts a pipeline with the variables, `$(baseImage)` and `$(baseDigest)` in them replaced; GitLab answers with its id. */
export function startPipeline(): HttpRequest {
  return {
    method: 'POST',
    url: expression('${{ vars.project }}/pipeline'),
    headers: { ...HEADERS, 'Content-Type': 'application/json' },
    timeoutSeconds: 30,
    pollIntervalSeconds: 60,
    body: expression(
      '${% quote({"ref": vars.ref, "variables": fromJSON(replace(replace(vars.variables, "$(baseImage)", task.outputs.decision.baseImage), "$(baseDigest)", task.outputs.update.digest))}) %}',
    ),
    successExpression: expression('response.status in [200, 201]'),
    failureExpression: expression('response.status in [400, 401, 403, 404]'),
    outputs: { id: expression('response.body.id'), url: expression('response.body.web_url') },
  }
}

/** Waits for that pipeline: the Promotion ends as the build ends. */
export function waitForPipeline(): HttpRequest {
  return {
    method: 'GET',
    url: expression('${{ vars.project }}/pipelines/${{ task.outputs.dispatch.id }}'),
    headers: HEADERS,
    timeoutSeconds: 30,
    pollIntervalSeconds: 60,
    successExpression: expression('response.status == 200 && response.body.status == "success"'),
    failureExpression: expression(
      `(response.status == 200 && response.body.status in ["failed", "canceled", "skipped"]) || ${REFUSED}`,
    ),
  }
}
