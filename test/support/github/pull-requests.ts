/** Pull requests with real refs: refs/pull/N/head, and refs/pull/N/merge as a real merge while it merges. */
import { git, gitEnvironment, tryGit } from '../git.js'
import { withTempFolder } from '../temp-folder.js'
import { compareAndSwap, readCommit, refTip } from './git-objects.js'
import type { PullRequest, World } from './model.js'

export interface PullRequestOptions {
  readonly number: number
  /** `repo`: a fork (made with `forkOf`); `sha` defaults to the tip of the branch. */
  readonly head: { readonly ref: string; readonly sha?: string; readonly repo?: string }
  readonly base?: { readonly ref?: string; readonly sha?: string }
  readonly title?: string
  readonly author?: string
  readonly draft?: boolean
  readonly state?: 'open' | 'closed'
}

export function pullRequestKey(fullName: string, number: number): string {
  return `${fullName.toLowerCase()}#${number}`
}

/** Opens a pull request, or brings an existing one up to date with its branches. */
export async function createPullRequest(
  world: World,
  fullName: string,
  options: PullRequestOptions,
): Promise<PullRequest> {
  const { number } = options
  const repository = world.repositories.get(fullName)
  const headRepository = world.repositories.get(options.head.repo ?? fullName)
  const headSha = options.head.sha ?? (await branchTip(headRepository.gitDir, options.head.ref))
  const baseRef = options.base?.ref ?? repository.defaultBranch
  const baseSha = options.base?.sha ?? (await branchTip(repository.gitDir, baseRef))
  if (headRepository !== repository) {
    await git(repository.gitDir, ['fetch', '--quiet', '--no-tags', headRepository.gitDir, headSha])
  }
  await setRef(repository.gitDir, `refs/pull/${number}/head`, headSha)
  const message = `Merge ${headSha} into ${baseSha}`
  const mergeSha = await merge(world, repository.gitDir, { base: baseSha, head: headSha, message })
  if (mergeSha === null) await tryGit(repository.gitDir, ['update-ref', '-d', `refs/pull/${number}/merge`])
  else await setRef(repository.gitDir, `refs/pull/${number}/merge`, mergeSha)
  const pullRequest: PullRequest = {
    repository: repository.fullName,
    number,
    title: options.title ?? `Pull request ${number}`,
    author: options.author ?? 'octocat',
    draft: options.draft ?? false,
    state: options.state ?? 'open',
    merged: false,
    head: { repo: headRepository.fullName, ref: options.head.ref, sha: headSha },
    base: { repo: repository.fullName, ref: baseRef, sha: baseSha },
    mergeable: mergeSha !== null,
    mergeSha,
  }
  world.pullRequests.set(pullRequestKey(fullName, number), pullRequest)
  return pullRequest
}

/** Merges it as GitHub's green button does; gives the merge commit, now the tip of the base branch. */
export async function mergePullRequest(world: World, fullName: string, number: number): Promise<string> {
  const pullRequest = world.pullRequests.get(pullRequestKey(fullName, number))
  if (pullRequest === undefined) throw new Error(`${fullName} has no pull request ${number}`)
  const { gitDir } = world.repositories.get(fullName)
  const base = await branchTip(gitDir, pullRequest.base.ref)
  const message = `Merge pull request #${number} from ${pullRequest.head.repo}/${pullRequest.head.ref}`
  const mergeSha = await merge(world, gitDir, { base, head: pullRequest.head.sha, message })
  if (mergeSha === null) throw new Error(`${fullName}#${number} has conflicts`)
  const moved = await compareAndSwap(gitDir, `refs/heads/${pullRequest.base.ref}`, { from: base, to: mergeSha })
  if (!moved) throw new Error(`${fullName} ${pullRequest.base.ref} moved while #${number} was merged`)
  world.pullRequests.set(pullRequestKey(fullName, number), { ...pullRequest, state: 'closed', merged: true, mergeSha })
  return mergeSha
}

interface Merge {
  readonly base: string
  readonly head: string
  readonly message: string
}

async function branchTip(gitDir: string, branch: string): Promise<string> {
  const tip = await refTip(gitDir, `refs/heads/${branch}`)
  if (tip === null) throw new Error(`${gitDir} has no branch ${branch}`)
  return tip
}

async function setRef(gitDir: string, ref: string, sha: string): Promise<void> {
  await compareAndSwap(gitDir, ref, { from: await refTip(gitDir, ref), to: sha })
}

/** Whether the branch of a pull request began at the tip of its base, so that there is nothing to merge. */
async function beginsAt(gitDir: string, base: string, head: string): Promise<boolean> {
  let parents: readonly string[] = (await readCommit(gitDir, head))?.parents ?? []
  for (let depth = 0; depth < 20 && parents.length === 1; depth += 1) {
    const [parent = ''] = parents
    if (parent === base) return true
    parents = (await readCommit(gitDir, parent))?.parents ?? []
  }
  return false
}

/** A merge commit in `gitDir` that no branch points to, null on conflict. */
async function merge(world: World, gitDir: string, { base, head, message }: Merge): Promise<string | null> {
  const date = `${world.repositories.tick()} +0000`
  const env = gitEnvironment({ GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date })
  if (await beginsAt(gitDir, base, head)) {
    return git(gitDir, ['commit-tree', '-p', base, '-p', head, '-m', message, `${head}^{tree}`], { env })
  }
  return withTempFolder(async (folder) => {
    await git(folder, ['clone', '--quiet', '--shared', '--no-checkout', gitDir, '.'])
    await git(folder, ['checkout', '--quiet', '--detach', base])
    const merged = await tryGit(folder, ['merge', '--quiet', '--no-ff', '-m', message, head], { env })
    if (merged.code !== 0) return null
    const sha = await git(folder, ['rev-parse', 'HEAD'])
    if (sha === base) return sha
    await git(gitDir, ['fetch', '--quiet', '--no-tags', folder, 'HEAD'])
    return sha
  })
}
