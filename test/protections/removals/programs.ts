/** Rows 1 to 7: what is run, and where tokens go. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: source text.
import type { HeldBy, Removal } from '../removal.ts'

const GIT = 'src/publish/git.ts'
const PUSH = 'src/publish/commit-push.ts'
const POST = 'src/action/post-report.ts'
const EXPRESSION = 'src/kargo/constructs/expression.ts'
const DISPATCH_URL = 'src/kargo/dispatch-url.ts'

const process = (title: string): HeldBy => ({ file: 'acceptance/process.test.ts', title })
const forks = (title: string): HeldBy => ({ file: 'acceptance/report-forks.test.ts', title })
const canary = (title: string): HeldBy => ({ file: 'acceptance/canary.test.ts', title })
const refusals = (title: string): HeldBy => ({ file: 'unit/kargo/refusals.test.ts', title })
const expressions = (title: string): HeldBy => ({ file: 'unit/kargo/expression.test.ts', title })

/** The commit is made and pushed in the checkout, by its configuration. */
const IN_THE_CHECKOUT = [
  { file: PUSH, text: '{ cwd: beside, remote }', replacement: '{ cwd: root, remote }' },
  { file: PUSH, text: 'folder: beside }', replacement: 'folder: root }' },
]
/** Texts that Kargo would evaluate are seen by nobody. */
const SEES_NO_EXPRESSION = {
  file: EXPRESSION,
  text: "return text.includes('${') &&",
  replacement: "return text.includes('\\0') &&",
}
const SHOWS_SECRETS_IN_THE_LOG = {
  file: 'src/action/log.ts',
  text: 'return printable(redact(text))',
  replacement: "return printable(redact('') + text)",
}

const code: readonly Removal[] = [
  {
    threat: 1,
    without: 'leaving alone the programs that lie in the checkout',
    edits: [
      {
        file: 'src/action/run.ts',
        text: '  const target = chooseTarget(inputs, context)\n',
        replacement: `  const target = chooseTarget(inputs, context)
  const { execFileSync } = await import('node:child_process')
  try { execFileSync(\`\${context.workspace}/git\`) } catch {}
`,
      },
    ],
    failing: [
      { file: 'unit/structure/execution.test.ts', title: 'has no %s' },
      process('no program or module of the checkout is loaded'),
    ],
  },
  {
    threat: 1,
    without: 'a repository of our own beside the checkout',
    edits: [...IN_THE_CHECKOUT, { file: GIT, text: "    ['core.hooksPath', '/dev/null'],\n", replacement: '' }],
    failing: [process('a checkout with a trap in every place: none is sprung')],
  },
]

const artifact: readonly Removal[] = [
  {
    threat: 2,
    without: 'a look at the commit that the artifact is for',
    edits: [{ file: POST, text: 'if (headSha !== run.headSha)', replacement: "if (headSha === '')" }],
    failing: [forks('%s is refused')],
  },
  {
    threat: 2,
    without: 'a limit of the artifact',
    edits: [{ file: POST, text: ', { bytes: LARGEST_DATA })', replacement: ', { bytes: LARGEST_DATA * 1024 })' }],
    failing: [forks('%s is refused')],
  },
  {
    threat: 2,
    without: 'refusing keys that no report has',
    edits: [
      {
        file: 'src/report/data.ts',
        text: 'const reportSchema = z.strictObject({',
        replacement: 'const reportSchema = z.object({',
      },
    ],
    failing: [forks('%s is refused'), { file: 'unit/report/data.test.ts', title: 'with %s is refused' }],
  },
  {
    threat: 2,
    without: 'escaping what the artifact holds',
    edits: [
      {
        file: 'src/report/text.ts',
        text: "if (line === '') return '`\"\"`'",
        replacement: "if (line !== '') return line",
      },
    ],
    failing: [forks('is shown as text, whatever it holds')],
  },
  {
    threat: 2,
    without: 'looking the pull request up by its head',
    edits: [{ file: 'src/publish/comment.ts', text: '      pull.head.sha === head.sha &&\n', replacement: '' }],
    failing: [forks('gets none when it has moved on, and none of a pull request that is closed')],
  },
  {
    threat: 2,
    without: 'saying that nobody has checked the artifact',
    edits: [{ file: POST, text: 'isUnverified: true,', replacement: 'isUnverified: false,' }],
    failing: [forks('gets its comment from a second workflow, which says that nobody has checked it')],
  },
  {
    threat: 2,
    without: 'refusing a link in the artifact',
    edits: [
      {
        file: 'src/state/folder.ts',
        text: '  if (!found.isFile()) throw refuseLink(path)\n  return',
        replacement: '  return',
      },
      {
        file: 'src/state/folder.ts',
        text: 'constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) |',
        replacement: 'constants.O_RDONLY |',
      },
    ],
    failing: [forks('that is a link is refused, and its target shown to nobody')],
  },
  {
    threat: 2,
    without: 'a look at the event of the run that left the artifact',
    edits: [{ file: POST, text: 'if (REPORTED.has(run.event))', replacement: 'if (REPORTED.size > 0)' }],
    failing: [forks('report-from is refused on every other event, and after every other run')],
  },
]

const scripts: readonly Removal[] = [
  {
    threat: 3,
    without: 'arguments as a list',
    edits: [
      {
        file: GIT,
        text: "return getExecOutput('git', [...args], options)",
        replacement: "return getExecOutput(['git', ...args].join(' '), [], options)",
      },
    ],
    failing: [
      { file: 'unit/structure/execution.test.ts', title: 'starts programs with a list of arguments, in two places' },
    ],
  },
  {
    threat: 3,
    without: 'keeping shells out',
    edits: [
      {
        file: 'src/registry/credentials.ts',
        text: "{ stdio: ['pipe', 'pipe', 'ignore'], env,",
        replacement: "{ shell: true, stdio: ['pipe', 'pipe', 'ignore'], env,",
      },
    ],
    failing: [{ file: 'unit/structure/execution.test.ts', title: 'has no %s' }],
  },
  {
    threat: 3,
    without: 'variables between an expression and a script',
    edits: [
      {
        file: '.github/workflows/ci.yml',
        text: '      - run: npm run check\n',
        replacement: "      - run: npm run check '${{ github.head_ref }}'\n",
      },
    ],
    failing: [{ file: 'unit/docs/workflows.test.ts', title: 'puts no expression into a script' }],
  },
]

const evaluated: readonly Removal[] = [
  {
    threat: 4,
    without: 'a type that takes only what is written out',
    edits: [
      {
        file: EXPRESSION,
        text: 'Record<never, never> extends Record<T, 1> ? never : T',
        replacement: 'T extends string ? T : never',
      },
    ],
    failing: [expressions('an expression is made of source text only: the compiler refuses what is computed')],
  },
  {
    threat: 4,
    without: 'refusing texts that Kargo would evaluate',
    edits: [SEES_NO_EXPRESSION],
    failing: [refusals('wherever an entry holds it: %s'), refusals('wherever a base, branch or setting holds it: %s')],
  },
  {
    threat: 4,
    without: 'refusing texts that Kargo would evaluate, in images.yaml or later',
    edits: [
      SEES_NO_EXPRESSION,
      {
        file: 'src/enrollment/grammar.ts',
        text: "return text.includes('${{') || text.includes('${%')",
        replacement: "return text === '${{' || text === '${%'",
      },
    ],
    failing: [
      {
        file: 'fuzz/pipeline.test.ts',
        title: 'an expression in the place of any value of images.yaml is refused, or evaluated by nobody',
      },
    ],
  },
  {
    threat: 4,
    without: 'Stage vars and literal fields for what people write',
    edits: [
      {
        file: 'src/kargo/charts/promotion-steps.ts',
        text: 'checkout: [{ branch, path',
        replacement: "checkout: [{ branch: expression(`\\${{ quote('${branch}') }}` as '${{ x }}'), path",
      },
    ],
    failing: [
      {
        file: 'unit/kargo/promotion.test.ts',
        title: 'whatever the environments: no text of people is in an expression, and every one is there as it is',
      },
    ],
  },
]

const dispatch: readonly Removal[] = [
  {
    threat: 5,
    without: 'encoding the parts of an address',
    edits: [
      {
        file: DISPATCH_URL,
        text: "return encodeURIComponent(text.replace(UNENCODABLE, '\\ufffd'))",
        replacement: "return text.replace(UNENCODABLE, '\\ufffd')",
      },
    ],
    failing: [
      expressions('no part of a workflow leads elsewhere: %s %s %s'),
      expressions('no part of a project leads elsewhere: %s %s'),
    ],
  },
  {
    threat: 5,
    without: 'refusing the parts that lead up',
    edits: [{ file: DISPATCH_URL, text: '!/^\\.{0,2}$/.test(text) && ', replacement: '' }],
    failing: [
      refusals('the workflow %j'),
      refusals('the repository %s as a source'),
      refusals('the GitLab project %s'),
    ],
  },
  {
    threat: 5,
    without: 'an alert for another repository',
    edits: [{ file: 'src/report/risks.ts', text: "  'source.repo',\n", replacement: '' }],
    failing: [{ file: 'unit/report/risks.test.ts', title: '%j → %j' }],
  },
]

const git: readonly Removal[] = [
  {
    threat: 6,
    without: '-- before addresses',
    edits: [{ file: PUSH, text: "lease, '--', remote.url,", replacement: 'lease, remote.url,' }],
    failing: [process('git is called without a shell: fixed words first, addresses and refs behind --')],
  },
  {
    threat: 6,
    without: 'refusing names that are options or patterns',
    edits: [
      {
        file: 'src/publish/work-tree.ts',
        text: "if (ref !== '' && !NO_REF.test(ref))",
        replacement: "if (ref !== '' || NO_REF.test(ref))",
      },
    ],
    failing: [{ file: 'unit/publish/git.test.ts', title: 'not %j' }],
  },
  {
    threat: 6,
    without: 'a limit to https',
    edits: [
      {
        file: GIT,
        text: "  throw refuse(`git may not be used with ${JSON.stringify(url)}.`, { remedy: 'Use an https address.' })",
        replacement: "  return 'https'",
      },
    ],
    failing: [{ file: 'unit/publish/git.test.ts', title: '%j is none' }],
  },
  {
    threat: 6,
    without: 'keeping the user’s configuration and helpers out',
    edits: [
      { file: GIT, text: "    HOME: '/dev/null',\n    GIT_CONFIG_GLOBAL: '/dev/null',\n", replacement: '' },
      { file: GIT, text: "    ['credential.helper', ''],\n", replacement: '' },
    ],
    failing: [process('what the user, the machine and the environment configure: none is sprung')],
  },
  {
    threat: 6,
    without: 'keeping the machine’s configuration and helpers out',
    edits: [
      { file: GIT, text: "    GIT_CONFIG_NOSYSTEM: '1',\n", replacement: '' },
      { file: GIT, text: '|EXEC_PATH$)', replacement: '|EXEC_PATH$|CONFIG_SYSTEM$)' },
      { file: GIT, text: "    ['credential.helper', ''],\n", replacement: '' },
    ],
    failing: [process('what the user, the machine and the environment configure: none is sprung')],
  },
  {
    threat: 6,
    without: 'keeping orders of the environment out',
    edits: [{ file: GIT, text: '|EXEC_PATH$)', replacement: '|EXEC_PATH$|TRACE)' }],
    failing: [process('what the user, the machine and the environment configure: none is sprung')],
  },
  {
    threat: 6,
    without: 'keeping programs out that ask for a password',
    edits: [
      { file: GIT, text: '|EXEC_PATH$)', replacement: '|EXEC_PATH$|ASKPASS$)' },
      { file: GIT, text: "    GIT_ASKPASS: '',\n", replacement: '' },
    ],
    failing: [process('what the user, the machine and the environment configure: none is sprung')],
  },
  {
    threat: 6,
    without: 'an empty template',
    edits: [
      { file: GIT, text: '|EXEC_PATH$)', replacement: '|EXEC_PATH$|TEMPLATE_DIR$)' },
      { file: 'src/publish/work-tree.ts', text: "'--template=', ", replacement: '' },
      { file: GIT, text: "    ['credential.helper', ''],\n", replacement: '' },
    ],
    failing: [process('what the user, the machine and the environment configure: none is sprung')],
  },
  {
    threat: 6,
    without: 'a repository of our own, which the checkout has no say in',
    edits: IN_THE_CHECKOUT,
    failing: [process('%s in the configuration of the checkout changes nothing')],
  },
  {
    threat: 6,
    without: 'staying where the address says',
    edits: [{ file: GIT, text: "    ['http.followRedirects', 'false'],\n", replacement: '' }],
    failing: [process('a redirect of %s is not followed')],
  },
  {
    threat: 6,
    without: 'looking at the top of a checkout alone',
    edits: [
      {
        file: GIT,
        text: 'GIT_CEILING_DIRECTORIES: dirname(cwd)',
        replacement: 'GIT_CEILING_DIRECTORIES: dirname(dirname(cwd))',
      },
      {
        file: 'src/publish/work-tree.ts',
        text: '  if (root !== (await realpath(folder))) return null\n',
        replacement: '  await realpath(folder)\n',
      },
    ],
    failing: [process('is not a repository further up, which may be anybody’s')],
  },
  {
    threat: 6,
    without: 'refusing a pointer of LFS',
    edits: [
      {
        file: 'src/action/state-checkout.ts',
        text: '    refusePointer(folder)\n',
        replacement: '    void refusePointer\n',
      },
    ],
    failing: [
      { file: 'acceptance/commit-checkouts.test.ts', title: 'an images.yaml in Git LFS is refused with the way out' },
    ],
  },
  {
    threat: 6,
    without: 'files as they were committed',
    edits: [
      {
        file: 'src/publish/work-tree.ts',
        text: "'* -text !eol !ident !filter !working-tree-encoding\\n'",
        replacement: "'\\n'",
      },
    ],
    failing: [
      {
        file: 'acceptance/commit-checkouts.test.ts',
        title: 'attributes that turn what is checked out have no say in a checkout of our own',
      },
    ],
  },
  {
    threat: 6,
    without: 'traps that plain git steps into',
    edits: [{ file: 'test/support/hostile-git.ts', text: "\\ntouch '${", replacement: "\\n: '${" }],
    failing: [process('the traps are real: plain git steps into them')],
  },
]

const tokens: readonly Removal[] = [
  {
    threat: 7,
    without: 'keeping tokens off command lines',
    edits: [
      { file: PUSH, text: "const args = ['push',", replacement: "const args = ['-c', `x.y=${remote.token}`, 'push'," },
    ],
    failing: [canary('commits by %s')],
  },
  {
    threat: 7,
    without: 'keeping tokens out of files',
    edits: [
      {
        file: PUSH,
        text: '  const sha = await makeCommit',
        replacement: "  await git(['config', 'x.y', remote.token], { cwd: root })\n  const sha = await makeCommit",
      },
    ],
    failing: [canary('commits by %s')],
  },
  {
    threat: 7,
    without: 'telling the runner what to hide',
    edits: [{ file: 'src/action/log.ts', text: '  setSecret(secret)\n', replacement: '' }],
    failing: [canary('commits by %s')],
  },
  {
    threat: 7,
    without: 'taking tokens out of what git and servers say',
    edits: [
      {
        file: GIT,
        text: "if (remote === undefined || remote.token === '') return text",
        replacement: "if (remote === undefined || remote.token !== '') return text",
      },
      SHOWS_SECRETS_IN_THE_LOG,
    ],
    failing: [
      canary('with git errors that repeat what was sent: %s'),
      canary('with a push that a server refuses, repeating what it got'),
    ],
  },
  {
    threat: 7,
    without: 'taking tokens out of the log',
    edits: [SHOWS_SECRETS_IN_THE_LOG],
    failing: [canary('with a %i that repeats what was sent'), canary('unexpectedly, with a token in what it says')],
  },
  {
    threat: 7,
    without: 'refusing files that would hold a token',
    edits: [
      {
        file: 'src/pipeline.ts',
        text: 'const problems = [...leaking, ',
        replacement: 'const problems = [...leaking.slice(leaking.length), ',
      },
    ],
    failing: [canary('images.yaml: %s')],
  },
  {
    threat: 7,
    without: 'taking tokens out of what the command line says',
    edits: [
      {
        file: 'src/cli/terminal.ts',
        text: 'withoutValues(secrets)',
        replacement: 'withoutValues(secrets.slice(0, 0))',
      },
    ],
    failing: [canary('the command line tells no token either')],
  },
]

export const removals: readonly Removal[] = [
  ...code,
  ...artifact,
  ...scripts,
  ...evaluated,
  ...dispatch,
  ...git,
  ...tokens,
]
