/** Rows 16 to 22: what is written for people, committed and released. */
import { type Removal, testsOf } from '../removal.ts'

const comment = testsOf('integration/comment.test.ts')
const commit = testsOf('acceptance/commit.test.ts')
const commitWhere = testsOf('acceptance/commit-where.test.ts')
const target = testsOf('unit/action/target.test.ts')
const canary = testsOf('acceptance/canary.test.ts')
const supply = testsOf('unit/structure/supply-chain.test.ts')
const workflows = testsOf('unit/docs/workflows.test.ts')

const CI = '.github/workflows/test.yml'
const EXAMPLE = 'examples/state-repo/.github/workflows/synth.yml'

const authors: Removal = {
  threat: 16,
  without: 'knowing whose a comment is',
  edits: [
    {
      name: 'upsertComment',
      by: (original, pull, request) => {
        const user = { login: 'somebody' }
        const client = {
          rest: pull.client.rest,
          paginate: async (...args: unknown[]) =>
            (await pull.client.paginate(...args)).map((one: object) => ({ ...one, user })),
          graphql: async () => ({ viewer: user }),
        }
        return original({ ...pull, client }, request)
      },
    },
  ],
  failing: [
    comment('is left alone when it is somebody else’s, or another report'),
    comment('who does not know its own comment makes no second one'),
  ],
}

const order: Removal = {
  threat: 17,
  without: 'a look at what is newer, and at where the branch is',
  edits: [
    {
      name: 'upsertComment',
      by: (original, pull, request) => original(pull, { ...request, head: null }),
    },
    { name: 'isNewer', by: () => false },
    {
      name: 'commitByApi',
      by: async (original, request, changes, to) => {
        const [owner, repo] = to.repository.split('/')
        const { data } = await to.client.rest.git.getRef({ owner, repo, ref: `heads/${request.branch}` })
        return original({ ...request, tree: { ...request.tree, head: data.object.sha } }, changes, to)
      },
    },
    {
      name: 'git',
      by: (original, args, call) =>
        original(
          args.map((one: string) => (one.startsWith('--force-with-lease') ? '--force' : one)),
          call,
        ),
    },
  ],
  failing: [
    comment('is not written by a run that looked at an older head'),
    comment('of a newer run stays, also when it is a double'),
    comment('heals itself when an %s run makes one in the same moment'),
    {
      file: 'acceptance/concurrency.test.ts',
      title: '%s: many runs at once, half as many pushes between them, nothing lost',
    },
    {
      file: 'acceptance/commit-refusals.test.ts',
      title: 'a branch that is deleted meanwhile does not come back (%s)',
    },
  ],
}

const commits: Removal = {
  threat: 18,
  without: 'a look at whether there is anything to commit, and the reason of a protected branch',
  edits: [
    {
      name: 'commitFiles',
      by: async (original, request, method) => {
        const result = await original(request, method)
        if (result.kind !== 'nothing') return result
        return original({ ...request, files: new Map([...request.files, ['again', String(Date.now())]]) }, method)
      },
    },
    { name: 'refusedCommit', by: (_, { said }) => new Error(said) },
  ],
  failing: [
    {
      file: 'acceptance/commit-checkouts.test.ts',
      title: 'a commit starts no second one, though its token starts workflows',
    },
    commit('a protected branch is explained'),
  ],
}

const places: Removal = {
  threat: 19,
  without: 'a look at what started the run',
  edits: [
    {
      name: 'chooseTarget',
      in: 'action/',
      by: (_, inputs, context) => ({
        mode: 'commit',
        repository: inputs.stateRepository ?? context.repository,
        isOwn: (inputs.stateRepository ?? context.repository) === context.repository,
        ref: `refs/heads/${context.defaultBranch}`,
        useWorkspace: false,
        reason: null,
      }),
    },
  ],
  failing: [
    {
      file: 'acceptance/preview.test.ts',
      title: 'gets one comment; nothing else is written anywhere',
    },
    target('$eventName from $from with mode $mode'),
    commitWhere('mode: commit on a pull request of the same repository commits to its branch'),
    commitWhere('a push to another branch is only looked at'),
    target('%s on another branch: nothing'),
    target('%s: nothing'),
    target('merge_group: nothing, even when asked to'),
  ],
}

const tokens: readonly Removal[] = [
  {
    threat: 20,
    without: 'the least permissions',
    edits: [
      { file: EXAMPLE, find: /permissions: \{\}/, by: 'permissions: write-all' },
      { file: EXAMPLE, find: /( +)pull-requests: write.*\n/, by: '$&$1actions: write # more than it needs\n' },
      {
        file: 'examples/platform-repo/secrets/external-secrets.yaml',
        find: /( +)actions: write\n/,
        by: '$&$1contents: write\n',
      },
    ],
    failing: [
      supply('gives no permission to all its jobs, to each what it needs, and time that ends'),
      { file: 'unit/docs/statements.test.ts', title: 'of the example workflow are those of the table' },
      {
        file: 'unit/examples/platform-repo.test.ts',
        title: 'the dispatch token may do one thing, and is made anew well within its hour',
      },
    ],
  },
  {
    threat: 20,
    without: 'a token for each purpose',
    edits: [
      {
        name: 'Clients.for',
        by: (original, purpose) => original(purpose === 'state' ? 'comment' : 'state'),
      },
      {
        name: 'readInputs',
        by: (original) => {
          const inputs = original()
          const { sourceTokens, githubToken } = inputs
          return { ...inputs, sourceTokens: { ...sourceTokens, gitlab: sourceTokens.gitlab || githubToken } }
        },
      },
    ],
    failing: [
      canary('commits by %s'),
      commit('of another repository takes its own token (%s)'),
      canary('comments on a pull request'),
      { file: 'acceptance/discovery.test.ts', title: 'GitLab gets no token that is meant for GitHub' },
    ],
  },
]

const supplies: Removal = {
  threat: 21,
  without: 'hashes, pins and a bundle that is all there is',
  edits: [
    {
      file: 'package-lock.json',
      find: /"integrity": "[^"]+"/,
      by: '"resolved": "https://packages.example.com/package.tgz", "hasInstallScript": true',
    },
    { file: '.github/workflows/codeql.yml', find: /@[0-9a-f]{40} # v[\d.]+/, by: '@v4' },
    { file: CI, find: /rm -rf dist\n +npm run build\n/, by: 'true\n' },
    {
      name: 'runAction',
      by: async (original, env, now) => {
        await fetch('http://127.0.0.1:4999/update.js').catch(() => null)
        return original(env, now)
      },
    },
    { name: 'pinningAdvice', by: () => null },
  ],
  failing: [
    supply('pins every package to a version and a hash, and names no place to fetch it from'),
    supply('runs no script at install, but that of Node itself for the tools'),
    supply('is pinned to a commit, with its version beside it'),
    workflows('builds the bundle again, and holds it against the committed one'),
    { file: 'acceptance/process.test.ts', title: 'a run connects to the servers it is given, and to no other' },
    { file: 'acceptance/log.test.ts', title: '%s gets one notice, and the run is good' },
  ],
}

const credentials: Removal = {
  threat: 22,
  without: 'care for credentials that others left, and for our own',
  edits: [
    { file: EXAMPLE, find: /persist-credentials: false/, by: 'persist-credentials: true' },
    {
      name: 'git',
      by: (original, args, call) => {
        if (!call.remote?.url.startsWith('http')) return original(args, call)
        // For the same address as ours: git prefers the setting of a longer one.
        const key = `http.${new URL(call.remote.url).origin}/.extraheader`
        const left = `${key}=AUTHORIZATION: basic ${Buffer.from('left:behind').toString('base64')}`
        return original(['-c', left, ...args], call)
      },
    },
    {
      name: 'checkOut',
      by: async (original, remote, ref, folder) => {
        const tree = await original(remote, ref, folder)
        process.getBuiltinModule('node:fs').writeFileSync(`${folder}/.git/token`, remote.token)
        return tree
      },
    },
  ],
  failing: [
    workflows('pins actions by their full SHA and leaves no credentials behind'),
    commit('credentials that a checkout step left behind do no harm'),
    canary('commits after a lost race, from a checkout of its own'),
  ],
}

export const output: readonly Removal[] = [authors, order, commits, places, ...tokens, supplies, credentials]
