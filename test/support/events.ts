/** Events as GitHub delivers them: the payload and what the runner derives from it, ready for `runAction`. */
import type { FakeGitHub, Issue } from './fake-github.js'
import { editIssue } from './github/rest-issues.js'
import { pullRequestJson, repositoryJson, userJson } from './github/rest-repositories.js'

export interface WorkflowEvent {
  readonly eventName: string
  readonly event: Readonly<Record<string, unknown>>
  readonly sha: string
  readonly ref: string
  /** Only on pull_request. */
  readonly headRef?: string
  readonly baseRef?: string
}

interface BranchOptions {
  /** Default: the default branch. */
  readonly branch?: string
}

export const eventPayloads = {
  /** The tip of a branch was pushed; `before` defaults to its first parent. */
  async push(fake: FakeGitHub, fullName: string, options: BranchOptions & { readonly before?: string } = {}) {
    const { branch, sha, ref, common } = await situation(fake, fullName, options)
    const [tip] = await fake.log(fullName, ref)
    const before = options.before ?? tip?.parents[0] ?? '0'.repeat(40)
    const commit = {
      id: sha,
      message: tip?.message ?? '',
      author: tip?.author,
      url: `${fake.url}/${fullName}/commit/${sha}`,
    }
    const event = {
      ...common,
      ref,
      before,
      after: sha,
      created: false,
      deleted: false,
      forced: false,
      base_ref: null,
      compare: `${fake.url}/${fullName}/compare/${before.slice(0, 12)}...${sha.slice(0, 12)}`,
      commits: [commit],
      head_commit: commit,
      pusher: { name: 'octocat', email: 'octocat@example.com' },
    }
    return workflowEvent('push', event, { sha, ref: `refs/heads/${branch}` })
  },

  /** A pull request of the fake, same repository or fork, as it is now; it must merge. */
  async pullRequest(fake: FakeGitHub, fullName: string, number: number, options: { readonly action?: string } = {}) {
    const { common } = await situation(fake, fullName)
    const pullRequest = fake.pullRequest(fullName, number)
    if (pullRequest.mergeSha === null) throw new Error(`GitHub starts no workflow for ${fullName}#${number}: conflicts`)
    const action = options.action ?? 'opened'
    const event = { ...common, action, number, pull_request: pullRequestJson(fake, pullRequest) }
    const where = { sha: pullRequest.mergeSha, ref: `refs/pull/${number}/merge` }
    const refs = { headRef: pullRequest.head.ref, baseRef: pullRequest.base.ref }
    return { ...workflowEvent('pull_request', event, where), ...refs }
  },

  /** A run of another workflow on a pull request has finished. */
  async workflowRun(
    fake: FakeGitHub,
    fullName: string,
    number: number,
    options: { readonly runId?: number; readonly event?: string } = {},
  ) {
    const { sha, ref, common } = await situation(fake, fullName)
    const { head } = fake.pullRequest(fullName, number)
    const run = {
      id: options.runId ?? 1001,
      run_attempt: 1,
      event: options.event ?? 'pull_request',
      conclusion: 'success',
      head_sha: head.sha,
      head_branch: head.ref,
      head_repository: repositoryJson(fake, fake.repositories.get(head.repo)),
      // GitHub leaves it empty for forks.
      pull_requests: [],
    }
    return workflowEvent('workflow_run', { ...common, action: 'completed', workflow_run: run }, { sha, ref })
  },

  async workflowDispatch(
    fake: FakeGitHub,
    fullName: string,
    options: BranchOptions & { readonly inputs?: Readonly<Record<string, string>> } = {},
  ) {
    const { sha, ref, common } = await situation(fake, fullName, options)
    const event = { ...common, ref, inputs: options.inputs ?? null, workflow: '.github/workflows/synth.yml' }
    return workflowEvent('workflow_dispatch', event, { sha, ref })
  },

  async schedule(fake: FakeGitHub, fullName: string, options: { readonly cron?: string } = {}) {
    const { sha, ref, common } = await situation(fake, fullName)
    const event = { ...common, schedule: options.cron ?? '17 * * * *', workflow: '.github/workflows/synth.yml' }
    return workflowEvent('schedule', event, { sha, ref })
  },

  /**
   * An image was pushed to ghcr.io: the fields that GitHub sends ("Webhook events and payloads", registry_package, and its
   * example of a container in octokit/webhooks), the empty and odd ones among them. Its ref is the package's branch.
   *
   * @param image what was pushed.
   */
  async registryPackage(
    fake: FakeGitHub,
    fullName: string,
    image: { readonly digest: string; readonly tag: string; readonly createdAt: string },
    options: BranchOptions = {},
  ) {
    const { branch, sha, ref, common } = await situation(fake, fullName, options)
    const [owner = '', name = ''] = fullName.split('/')
    const { digest, tag, createdAt } = image
    const manifest = {
      digest,
      media_type: 'application/vnd.oci.image.manifest.v1+json',
      uri: `repositories/${fullName}/manifests/${digest}`,
      size: 1782,
      config: {
        digest: `sha256:${'1'.repeat(64)}`,
        media_type: 'application/vnd.oci.image.config.v1+json',
        size: 7205,
      },
      layers: [],
    }
    const version = {
      id: 57755,
      version: digest,
      name: digest,
      description: '',
      summary: '',
      body: '',
      manifest: '',
      html_url: `${fake.url}/orgs/${owner}/packages/container/${name}/57755`,
      target_commitish: branch,
      target_oid: sha,
      // What GitHub really sends of containers.
      created_at: '0001-01-01T00:00:00Z',
      updated_at: '0001-01-01T00:00:00Z',
      metadata: [],
      container_metadata: {
        tag: { name: tag, digest },
        labels: { description: '', source: '', revision: '', image_url: '', licenses: '', all_labels: {} },
        manifest,
      },
      package_files: [],
      installation_command: `docker pull ghcr.io/${fullName}:${tag}`,
      package_url: `ghcr.io/${fullName}:${tag}`,
    }
    const registryPackage = {
      id: 10696,
      name,
      namespace: owner,
      description: '',
      ecosystem: 'CONTAINER',
      package_type: 'CONTAINER',
      html_url: `${fake.url}/${fullName}/packages/10696`,
      created_at: createdAt,
      updated_at: createdAt,
      owner: userJson(fake, owner),
      package_version: version,
      registry: { about_url: '', name: 'GitHub CONTAINER registry', type: 'CONTAINER', url: '', vendor: 'GitHub Inc' },
    }
    const event = { ...common, action: 'published', registry_package: registryPackage }
    return workflowEvent('registry_package', event, { sha, ref })
  },

  /** Somebody changes the text of an issue, and the fake has it from then on. */
  async issueEdited(fake: FakeGitHub, issue: Issue, edit: { readonly body: string; readonly sender?: string }) {
    const { sha, ref, common } = await situation(fake, issue.repository)
    const sender = userJson(fake, edit.sender ?? 'octocat')
    return workflowEvent('issues', { ...common, sender, ...editIssue(fake, issue, edit.body) }, { sha, ref })
  },

  /** The merge queue's commit for a pull request: no pull request number in it. */
  async mergeGroup(fake: FakeGitHub, fullName: string, number: number) {
    const { branch, common } = await situation(fake, fullName)
    const { mergeSha, base } = fake.pullRequest(fullName, number)
    const sha = mergeSha ?? base.sha
    const ref = `refs/heads/gh-readonly-queue/${branch}/pr-${number}-${base.sha}`
    const group = { head_sha: sha, head_ref: ref, base_sha: base.sha, base_ref: `refs/heads/${branch}` }
    const event = { ...common, action: 'checks_requested', merge_group: group }
    return workflowEvent('merge_group', event, { sha, ref })
  },

  async repositoryDispatch(
    fake: FakeGitHub,
    fullName: string,
    options: { readonly action?: string; readonly clientPayload?: Readonly<Record<string, unknown>> } = {},
  ) {
    const { branch, sha, ref, common } = await situation(fake, fullName)
    const event = {
      ...common,
      action: options.action ?? 'image-factory',
      branch,
      client_payload: options.clientPayload ?? {},
    }
    return workflowEvent('repository_dispatch', event, { sha, ref })
  },
} as const

async function situation(fake: FakeGitHub, fullName: string, options: BranchOptions = {}) {
  const repository = fake.repositories.get(fullName)
  const branch = options.branch ?? repository.defaultBranch
  return {
    branch,
    ref: `refs/heads/${branch}`,
    sha: await fake.head(fullName, branch),
    common: { repository: repositoryJson(fake, repository), sender: userJson(fake, 'octocat') },
  }
}

function workflowEvent(
  eventName: string,
  event: Readonly<Record<string, unknown>>,
  where: { readonly sha: string; readonly ref: string },
): WorkflowEvent {
  return { eventName, event, ...where }
}
