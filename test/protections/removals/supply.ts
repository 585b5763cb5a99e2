/** Rows 20 to 22: tokens, what is built and released, credentials that others left. */
import type { Removal } from '../removal.ts'

const PUSH = 'src/publish/commit-push.ts'
const CLIENTS = 'src/action/clients.ts'
const EXAMPLE = 'examples/state-repo/.github/workflows/synth.yml'

const tokens: readonly Removal[] = [
  {
    threat: 20,
    without: 'permissions that are given to a job alone',
    edits: [{ file: EXAMPLE, text: 'permissions: {}\n', replacement: 'permissions: write-all\n' }],
    failing: [
      {
        file: 'unit/structure/supply-chain.test.ts',
        title: 'gives no permission to all its jobs, to each what it needs, and time that ends',
      },
    ],
  },
  {
    threat: 20,
    without: 'a token of its own for sources',
    edits: [{ file: CLIENTS, text: 'source: inputs.sourceToken', replacement: 'source: inputs.stateToken' }],
    failing: [{ file: 'acceptance/canary.test.ts', title: 'commits by %s' }],
  },
  {
    threat: 20,
    without: 'a token of its own for the state',
    edits: [{ file: CLIENTS, text: 'state: inputs.stateToken', replacement: 'state: inputs.githubToken' }],
    failing: [{ file: 'acceptance/commit.test.ts', title: 'of another repository takes its own token (%s)' }],
  },
  {
    threat: 20,
    without: 'a token of its own for comments',
    edits: [{ file: CLIENTS, text: 'comment: inputs.githubToken', replacement: 'comment: inputs.stateToken' }],
    failing: [{ file: 'acceptance/canary.test.ts', title: 'comments on a pull request' }],
  },
  {
    threat: 20,
    without: 'GitHub’s tokens staying with GitHub',
    edits: [
      {
        file: 'src/action/inputs.ts',
        text: "read.secret('gitlab-token', '')",
        replacement: "read.secret('gitlab-token', githubToken)",
      },
    ],
    failing: [{ file: 'acceptance/discovery.test.ts', title: 'GitLab gets no token that is meant for GitHub' }],
  },
  {
    threat: 20,
    without: 'the least permissions in the example workflow',
    edits: [
      {
        file: EXAMPLE,
        text: '      pull-requests: write # write the comment\n',
        replacement: '      pull-requests: write # write the comment\n      actions: write # more than it needs\n',
      },
    ],
    failing: [{ file: 'unit/docs/statements.test.ts', title: 'of the example workflow are those of the table' }],
  },
  {
    threat: 20,
    without: 'a dispatch token that may do one thing',
    edits: [
      {
        file: 'examples/platform-repo/secrets/external-secrets.yaml',
        text: '    actions: write',
        replacement: '    contents: write\n    actions: write',
      },
    ],
    failing: [
      {
        file: 'unit/examples/platform-repo.test.ts',
        title: 'the dispatch token may do one thing, and is made anew well within its hour',
      },
    ],
  },
]

const supplies: readonly Removal[] = [
  {
    threat: 21,
    without: 'the hash of a package',
    edits: [
      {
        file: 'package-lock.json',
        text: '      "integrity": "sha512-g8W2D2kU6a8untc053fX1uVBKzM7yqAxW/3zwk83+6RyF2+SKOuV+c0wBDhUwzV1PaGapmZH+rmcUzPf+3CGwg==",\n',
        replacement: '',
      },
    ],
    failing: [
      {
        file: 'unit/structure/supply-chain.test.ts',
        title: 'pins every package to a version and a hash, and names no place to fetch it from',
      },
    ],
  },
  {
    threat: 21,
    without: 'packages coming from the registry alone',
    edits: [
      {
        file: 'package-lock.json',
        text: '      "integrity": "sha512-g8W2',
        replacement: '      "resolved": "https://packages.example.com/zod.tgz",\n      "integrity": "sha512-g8W2',
      },
    ],
    failing: [
      {
        file: 'unit/structure/supply-chain.test.ts',
        title: 'pins every package to a version and a hash, and names no place to fetch it from',
      },
    ],
  },
  {
    threat: 21,
    without: 'packages that run nothing when they are installed',
    edits: [
      {
        file: 'package-lock.json',
        text: '      "integrity": "sha512-g8W2',
        replacement: '      "hasInstallScript": true,\n      "integrity": "sha512-g8W2',
      },
    ],
    failing: [
      {
        file: 'unit/structure/supply-chain.test.ts',
        title: 'runs no script at install, but that of Node itself for the tools',
      },
    ],
  },
  {
    threat: 21,
    without: 'the commit of an action',
    edits: [
      {
        file: '.github/workflows/codeql.yml',
        text: 'github/codeql-action/init@99df26d4f13ea111d4ec1a7dddef6063f76b97e9 # v4.37.0',
        replacement: 'github/codeql-action/init@v4',
      },
    ],
    failing: [
      { file: 'unit/structure/supply-chain.test.ts', title: 'is pinned to a commit, with its version beside it' },
    ],
  },
  {
    threat: 21,
    without: 'the bundle being built again in the checks',
    edits: [
      {
        file: '.github/workflows/ci.yml',
        text: '          rm -rf dist\n          npm run build\n',
        replacement: '          true\n',
      },
    ],
    failing: [
      { file: 'unit/docs/workflows.test.ts', title: 'builds the bundle again, and holds it against the committed one' },
    ],
  },
  {
    threat: 21,
    without: 'keeping to what is in the bundle',
    edits: [
      {
        file: 'src/action/index.ts',
        text: '    const inputs = readInputs()\n',
        replacement:
          "    await fetch('http://127.0.0.1:4999/update.js').catch(() => null)\n    const inputs = readInputs()\n",
      },
    ],
    failing: [
      { file: 'acceptance/process.test.ts', title: 'a run connects to the servers it is given, and to no other' },
    ],
  },
  {
    threat: 21,
    without: 'a word on a name that moves',
    edits: [
      {
        file: 'src/action/pinned.ts',
        text: 'FIXED.test(action.ref)) return',
        replacement: "FIXED.test(action.ref) || action.ref !== '') return",
      },
    ],
    failing: [{ file: 'acceptance/log.test.ts', title: '%s gets one notice, and the run is good' }],
  },
]

const credentials: readonly Removal[] = [
  {
    threat: 22,
    without: 'examples whose checkout leaves no credentials',
    edits: [{ file: EXAMPLE, text: 'persist-credentials: false', replacement: 'persist-credentials: true' }],
    failing: [
      { file: 'unit/docs/workflows.test.ts', title: 'pins actions by their full SHA and leaves no credentials behind' },
    ],
  },
  {
    threat: 22,
    without: 'a repository beside the checkout, and a list of headers that begins anew',
    edits: [
      {
        file: PUSH,
        text: 'gitOverNetwork(args, { cwd: beside, remote })',
        replacement: 'gitOverNetwork(args, { cwd: root, remote })',
      },
      { file: PUSH, text: '{ author, folder: beside }', replacement: '{ author, folder: root }' },
      { file: 'src/publish/git.ts', text: "  settings.push([key, ''], ['http.extraheader', ''])\n", replacement: '' },
    ],
    failing: [{ file: 'acceptance/commit.test.ts', title: 'credentials that a checkout step left behind do no harm' }],
  },
  {
    threat: 22,
    without: 'our own credentials staying out of files',
    edits: [
      {
        file: 'src/publish/work-tree.ts',
        text: '  const first = await gitOverNetwork(args, call)\n',
        replacement:
          "  await git(['config', 'http.extraheader', `AUTHORIZATION: bearer ${remote.token}`], { cwd: folder })\n  const first = await gitOverNetwork(args, call)\n",
      },
    ],
    failing: [{ file: 'acceptance/canary.test.ts', title: 'commits after a lost race, from a checkout of its own' }],
  },
]

export const removals: readonly Removal[] = [...tokens, ...supplies, ...credentials]
