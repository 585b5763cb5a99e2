/** Rows 1 to 7: what is run, and where tokens go. */
import { type Edit, type Removal, testsOf } from '../removal.ts'

const execution = testsOf('unit/structure/execution.test.ts')
const run = testsOf('acceptance/process.test.ts')
const forks = testsOf('acceptance/report-forks.test.ts')
const canary = testsOf('acceptance/canary.test.ts')
const refusals = testsOf('unit/kargo/refusals.test.ts')
const expressions = testsOf('unit/kargo/expression.test.ts')
const refs = testsOf('unit/publish/git.test.ts')
const checkouts = testsOf('acceptance/commit-checkouts.test.ts')

/** The commit is made and pushed in the checkout, by its configuration. */
const IN_THE_CHECKOUT: readonly Edit[] = [
  {
    name: 'commitByPush',
    by: (original, request, changes, to) =>
      original(request, changes, { ...to, newFolder: async () => request.tree.root }),
  },
  { name: 'startScratchClone', by: (original, tree, folder) => (folder === tree.root ? null : original(tree, folder)) },
]

const code: Removal = {
  threat: 1,
  without: 'a repository of our own beside the checkout, and with a program of the checkout being run',
  edits: [
    ...IN_THE_CHECKOUT,
    { name: 'git', by: (original, args, call) => original(['-c', 'core.hooksPath=.git/hooks', ...args], call) },
    {
      name: 'chooseTarget',
      in: 'action/',
      by: (original, inputs, context) => {
        const { execFileSync } = process.getBuiltinModule('node:child_process')
        try {
          execFileSync(`${context.workspace}/git`)
        } catch {}
        return original(inputs, context)
      },
    },
  ],
  failing: [
    execution('has no %s'),
    run('a checkout with a trap in every place: none is sprung'),
    run('no program or module of the checkout is loaded'),
  ],
}

const artifact: Removal = {
  threat: 2,
  without: 'any check of the artifact, and of the run that left it',
  edits: [
    {
      name: 'fromData',
      by: (_, json) => {
        const { format: __, headSha, ...report } = JSON.parse(json)
        return { report: { ...report, commit: null, run: null }, headSha }
      },
    },
    { name: 'codeSpan', in: 'report/', by: (_, text) => text },
    {
      name: 'findOpenPullRequest',
      by: async (_, client, { owner, repo }, { branch }) =>
        (await client.rest.pulls.list({ owner, repo, state: 'all', head: branch })).data[0]?.number ?? null,
    },
    {
      name: 'postComment',
      by: (original, report, ...others) =>
        original({ ...report, run: { ...report.run, isUnverified: false } }, ...others),
    },
    {
      name: 'readOptional',
      by: (_, root, path) => {
        const { existsSync, readFileSync } = process.getBuiltinModule('node:fs')
        return existsSync(`${root}/${path}`) ? readFileSync(`${root}/${path}`, 'utf8') : null
      },
    },
    {
      name: 'postReport',
      by: (original, folder, inputs, context) =>
        original(folder, inputs, {
          ...context,
          eventName: 'workflow_run',
          triggeringRun: { ...context.triggeringRun, event: 'pull_request' },
        }),
    },
  ],
  failing: [
    forks('%s is refused'),
    { file: 'unit/report/data.test.ts', title: 'with %s is refused' },
    forks('is shown as text, whatever it holds'),
    forks('gets none when it has moved on, and none of a pull request that is closed'),
    forks('gets its comment from a second workflow, which says that nobody has checked it'),
    forks('that is a link is refused, and its target shown to nobody'),
    forks('report-from is refused on every other event, and after every other run'),
  ],
}

const scripts: Removal = {
  threat: 3,
  without: 'lists of arguments, and with an expression in a script',
  edits: [
    {
      name: 'git',
      by: (original, args, call) => {
        const { spawn } = process.getBuiltinModule('node:child_process')
        spawn(['git', ...args].join(' '), { shell: true })
        return original(args, call)
      },
    },
    {
      file: '.github/workflows/test.yml',
      find: /- run: npm ci\n/,
      by: "- run: npm ci '$${{ github.head_ref }}'\n",
    },
  ],
  failing: [
    execution('starts programs with a list of arguments, in two places'),
    execution('has no %s'),
    { file: 'unit/docs/workflows.test.ts', title: 'puts no expression into a script' },
  ],
}

const evaluated: Removal = {
  threat: 4,
  without: 'a look at expressions in what people write, and a type that takes no text of theirs',
  edits: [
    { type: 'Literal', by: 'T extends string ? T : never' },
    { name: 'hasExpressionOpener', by: () => false },
    {
      name: 'pullRequestSteps',
      by: (original, target) => {
        const [push, open] = original(target)
        const { title } = open.config
        const changed = Reflect.construct(title.constructor, [`${title.text} for ${target.branch}`])
        return [push, { ...open, config: { ...open.config, title: changed } }]
      },
    },
  ],
  failing: [
    expressions('an expression is made of source text only: the compiler refuses what is computed'),
    refusals('wherever an entry holds it: %s'),
    refusals('wherever a base, branch or setting holds it: %s'),
    {
      file: 'fuzz/pipeline.test.ts',
      title: 'an expression in the place of any value of images.yaml is refused, or evaluated by nobody',
    },
    {
      file: 'unit/kargo/promotion.test.ts',
      title: 'whatever the environments: no text of people is in an expression, and every one is there as it is',
    },
  ],
}

const dispatch: Removal = {
  threat: 5,
  without: 'care for the address that a dispatch goes to, and a word on its change',
  edits: [
    {
      name: 'workflowUrl',
      by: (_, apiUrl, repo, workflow) => `${apiUrl}/repos/${repo}/actions/workflows/${workflow}`,
    },
    { name: 'projectUrl', by: (_, url, project) => `${url}/api/v4/projects/${project.replaceAll('/', '%2F')}` },
    { name: 'GITHUB_REPOSITORY', by: () => /^/ },
    { name: 'GITLAB_PROJECT', by: () => /^/ },
    { name: 'WORKFLOW_FILE', in: 'enrollment/', by: () => /^/ },
    { name: 'gatesOf', by: () => [] },
    { name: 'recordedSettings', by: () => null },
  ],
  failing: [
    expressions('no part of a workflow leads elsewhere: %s %s %s'),
    expressions('no part of a project leads elsewhere: %s %s'),
    { file: 'unit/enrollment/grammar.test.ts', title: 'not %j' },
    { file: 'unit/enrollment/wrong-files.test.ts', title: '%s' },
    { file: 'unit/report/gates.test.ts', title: '%s: %j → %j' },
    { file: 'unit/pipeline/base-unread.test.ts', title: 'hides no change of settings.%s' },
  ],
}

const git: readonly Removal[] = [
  {
    threat: 6,
    without: 'an environment of its own for git',
    edits: [
      {
        name: 'git',
        by: (original, args, call) =>
          original(args, {
            ...call,
            env: {
              GIT_CONFIG_GLOBAL: undefined,
              GIT_CONFIG_NOSYSTEM: undefined,
              GIT_ASKPASS: undefined,
              ...process.env,
              GIT_CONFIG_COUNT: '0',
              ...call.env,
            },
          }),
      },
    ],
    failing: [run('what the user, the machine and the environment configure: none is sprung')],
  },
  {
    threat: 6,
    without: 'care for what git is told, and a repository of our own',
    edits: [
      ...IN_THE_CHECKOUT,
      {
        name: 'git',
        by: (original, args, call) =>
          original(['-c', 'http.followRedirects=true', ...args.filter((one: string) => one !== '--')], call),
      },
      { name: 'checkedRef', by: (_, ref) => ref },
      {
        name: 'protocolOf',
        by: (original, url) => {
          try {
            return original(url)
          } catch {
            return 'https'
          }
        },
      },
    ],
    failing: [
      run('git is called without a shell: fixed words first, addresses and refs behind --'),
      refs('not %j'),
      refs('%j is none'),
      run('%s in the configuration of the checkout changes nothing'),
      run('a redirect of %s is not followed'),
    ],
  },
  {
    threat: 6,
    without: 'a look at which repository it is, and how its files are kept',
    edits: [
      {
        name: 'findWorkTree',
        by: async (original, folder) => {
          const { dirname } = process.getBuiltinModule('node:path')
          for (let at = folder; at !== dirname(at); at = dirname(at)) {
            const found = await original(at)
            if (found !== null) return found
          }
          return null
        },
      },
      { name: 'refusePointer', by: () => undefined },
      {
        name: 'startRepository',
        by: async (original, folder, hash) => {
          await original(folder, hash)
          process.getBuiltinModule('node:fs').rmSync(`${folder}/.git/info/attributes`)
        },
      },
    ],
    failing: [
      run('is not a repository further up, which may be anybody’s'),
      checkouts('an images.yaml in Git LFS is refused with the way out'),
      checkouts('attributes that turn what is checked out have no say in a checkout of our own'),
    ],
  },
  {
    threat: 6,
    without: 'traps that plain git steps into',
    edits: [{ file: 'test/support/hostile-git.ts', find: /\\ntouch '/, by: "\\n: '" }],
    failing: [run('the traps are real: plain git steps into them')],
  },
]

const tokens: readonly Removal[] = [
  {
    threat: 7,
    without: 'keeping tokens off command lines',
    edits: [
      {
        name: 'git',
        by: (original, args, call) => original(call.remote ? ['-c', `x.y=${call.remote.token}`, ...args] : args, call),
      },
    ],
    failing: [canary('commits by %s')],
  },
  {
    threat: 7,
    without: 'taking tokens out of texts',
    edits: [
      { name: 'withoutValues', by: () => (text: string) => text },
      { name: 'redactor', by: () => (text: string) => text },
      { name: 'withoutToken', in: 'publish/', by: (_, text) => text },
    ],
    failing: [
      canary('with git errors that repeat what was sent: %s'),
      canary('with a push that a server refuses, repeating what it got'),
      canary('with a %i that repeats what was sent'),
      canary('unexpectedly, with a token in what it says'),
      canary('images.yaml: %s'),
      canary('the command line tells no token either'),
    ],
  },
]

export const programs: readonly Removal[] = [code, artifact, scripts, evaluated, dispatch, ...git, ...tokens]
