import type { SourceOn } from '../../enrollment/images-file.js'
import { forgeOf, projectUrl } from '../../forges/index.js'
import type { TrackedImage } from '../../state/model.js'
import { byKey } from '../../text/index.js'
import { code, expression, filled } from '../constructs/expression.js'
import { unlessDefault } from '../constructs/stage.js'
import type { Factory } from '../factory.js'
import type { Build, BuildApi, Forge } from './forge.js'

const { defaultUrl, tokenSecret } = forgeOf({ provider: 'gitlab' })

const HAS_TITLE = code`${filled`toJSON(vars.runTitle ?? "")`} in ["", #.name]`

/** A merge request, or a pull request of a mirrored GitHub repository. */
const IS_PROPOSAL = expression('#.source contains "request_event"')

const IS_GOOD = expression('(#.status not in ["failed", "canceled", "canceling", "skipped"])')

const BODY = expression(
  '${% quote({"ref": vars.ref, "variables": fromJSON(replace(replace(vars.variables, "$(baseImage)", task.outputs.update.base), "$(baseDigest)", task.outputs.update.digest))}) %}',
)

/** GitLab CI: `vars.project` is the project's URL in the API, its pipelines on the branch are the builds. */
const CI: BuildApi = {
  headers: { 'PRIVATE-TOKEN': filled`secret(vars.tokenSecret ?? "gitlab-dispatch").token` },
  // A pipeline is half a kilobyte: a hundred cover enough even if many images share a project.
  builds: expression('vars.project + "/pipelines?per_page=100"'),
  onBranch: { ref: filled`vars.ref` },
  build: expression('vars.project + "/pipelines/" + string(int(vars.run))'),
  dispatch: { url: code`${filled`vars.project`}/pipeline`, body: BODY },
  answer: {
    builds: expression('response.body'),
    isList: expression('type(response.body) == "array"'),
    isRefused: expression('response.status in [401, 403, 404]'),
    isBuildRefused: expression('response.status in [401, 403]'),
    isRateLimited: expression('response.status == 429'),
    // A string, or an object with a list of errors per field.
    message: expression('string(response.body?.message ?? response.body)'),
    // The response to an accepted dispatch is the pipeline, not a message.
    refusal: expression('response.status >= 300 ? string(response.body?.message ?? response.body) : nil'),
    startedId: expression('response.body?.id'),
  },
  run: {
    counts: code`!(${IS_PROPOSAL}) && ${filled`vars.builds != "own"`} && ${HAS_TITLE}`,
    hasTitle: HAS_TITLE,
    wasDispatched: expression('#.source == "api"'),
    isSuccess: expression('#.status in ["success", "manual"]'),
    mayYetSucceed: IS_GOOD,
    isGood: IS_GOOD,
    startedAt: expression('date(#.created_at).Unix()'),
    address: expression('#.web_url'),
  },
  single: {
    // `manual`: all automatic jobs have succeeded, and the rest waits for a person.
    isOver: expression('r.status in ["success", "manual", "failed", "canceled", "skipped"]'),
    conclusion: expression('r?.status'),
    address: expression('r?.web_url'),
  },
  successes: expression('["success", "manual"]'),
}

/** The factory's GitLab, gitlab.com by default, without trailing slash. */
export function gitlabUrl({ servers }: Factory): string {
  return (servers?.gitlab ?? defaultUrl).replace(/\/+$/, '')
}

function buildOf({ runs }: TrackedImage, source: SourceOn<'gitlab'>, factory: Factory): Build {
  return {
    where: { project: projectUrl(gitlabUrl(factory), source.repo) },
    how: {
      variables: JSON.stringify([...source.inputs].sort(byKey).map(([key, value]) => ({ key, value }))),
      builds: runs.kind === 'own' ? 'own' : undefined,
      runTitle: runs.kind === 'title' ? runs.title : undefined,
      tokenSecret: unlessDefault(factory.settings.secrets.gitlab, tokenSecret),
    },
  }
}

/** GitLab, including self-managed. */
export const GITLAB: Forge<SourceOn<'gitlab'>> = {
  name: expression('GitLab'),
  repositories: gitlabUrl,
  build: buildOf,
  task: { name: 'rebuild-gitlab', vars: ['project', 'variables'] },
  api: CI,
}
