// biome-ignore-all lint/suspicious/noTemplateCurlyInString: text of the source, and of what Kargo evaluates.
/** Rows 26 to 28: what the runner obeys, what runs in the cluster, what is left between runs. */
import type { HeldBy, Removal } from '../removal.ts'

const LOG = 'src/action/log.ts'
const JOB = 'src/kargo/constructs/hardened-job.ts'

const commands: readonly Removal[] = [
  {
    threat: 26,
    without: 'defusing what the runner obeys',
    edits: [
      {
        file: LOG,
        text: ".map((line) => line.replace(/^(\\s*):(?=:)/, '$1: ').replaceAll('##[', '## ['))",
        replacement: '.map((line) => line)',
      },
    ],
    failing: [
      { file: 'unit/action/log.test.ts', title: 'gives the runner no commands out of a text' },
      { file: 'acceptance/log-injection.test.ts', title: 'of servers, on a push' },
    ],
  },
  {
    threat: 26,
    without: 'taking out what terminals obey',
    edits: [
      {
        file: LOG,
        text: 'return printable(redact(text))',
        replacement: "return (text === '' ? printable(text) : redact(text))",
      },
    ],
    failing: [{ file: 'acceptance/log-injection.test.ts', title: 'of servers, on a push' }],
  },
  {
    threat: 26,
    without: 'defusing, and the toolkit for annotations',
    edits: [
      {
        file: LOG,
        text: '  const show = { error, warning, notice } as const\n',
        replacement:
          '  const plainly = (level: string, _: object) => (said: string, __: AnnotationProperties) => info(`::${level}::${said}`)\n  const show = { error: plainly("error", error), warning: plainly("warning", warning), notice: plainly("notice", notice) } as const\n',
      },
      {
        file: LOG,
        text: 'show[severity](safe(text(found, isOwnRepository))',
        replacement: 'show[severity](text(found, isOwnRepository)',
      },
    ],
    failing: [
      { file: 'unit/action/annotate.test.ts', title: 'give no text of a file to the runner as a command' },
      { file: 'acceptance/log-injection.test.ts', title: 'of servers, on a push' },
    ],
  },
  {
    threat: 26,
    without: 'the toolkit for outputs',
    edits: [
      {
        file: 'src/action/outputs.ts',
        text: "import { setOutput } from '@actions/core'\n",
        replacement: "import { appendFileSync } from 'node:fs'\nimport { setOutput } from '@actions/core'\n",
      },
      {
        file: 'src/action/outputs.ts',
        text: "  setOutput('commit-sha', commitSha)\n",
        replacement: "  appendFileSync(process.env.GITHUB_OUTPUT ?? '', `commit-sha=${commitSha}\\n`)\n",
      },
    ],
    failing: [
      { file: 'acceptance/log-injection.test.ts', title: 'an output is one output, whatever a server puts into it' },
    ],
  },
]

const nobody: HeldBy = {
  file: 'unit/kargo/analysis.test.ts',
  title: 'runs as nobody, with nothing of the cluster, and ends',
}
const hardened = (without: string, text: string, replacement: string): Removal => ({
  threat: 27,
  without,
  edits: [{ file: JOB, text, replacement }],
  failing: [nobody],
})

const jobs: readonly Removal[] = [
  hardened('running as nobody', 'runAsNonRoot: true', 'runAsNonRoot: false'),
  hardened(
    'keeping the token of the cluster out',
    'automountServiceAccountToken: false',
    'automountServiceAccountToken: true',
  ),
  hardened('a file system that is only read', 'readOnlyRootFilesystem: true', 'readOnlyRootFilesystem: false'),
  hardened('giving up every capability', "capabilities: { drop: ['ALL'] }", 'capabilities: { drop: [] }'),
  hardened('an end', '    activeDeadlineSeconds: job.deadlineSeconds,\n', ''),
  {
    threat: 27,
    without: 'an account that has no token',
    edits: [
      {
        file: 'src/kargo/constructs/service-account.ts',
        text: 'const body = { automountServiceAccountToken: false }',
        replacement: 'const body = {}',
      },
    ],
    failing: [{ file: 'unit/kargo/analysis.test.ts', title: 'the account of the checks has no token' }],
  },
  {
    threat: 27,
    without: 'bounds of the disk',
    edits: [
      { file: JOB, text: 'emptyDir: { sizeLimit }', replacement: "emptyDir: sizeLimit === '' ? { sizeLimit } : {}" },
    ],
    failing: [
      {
        file: 'unit/kargo/analysis.test.ts',
        title: 'has bounds for memory, processor and disk, and writes to two empty folders only',
      },
    ],
  },
  {
    threat: 27,
    without: 'variables between an argument and the program',
    edits: [
      {
        file: 'src/kargo/analysis/image-checks.ts',
        text: "const IMAGE = '$(IMAGE)@$(DIGEST)'",
        replacement: "const IMAGE = '{{args.image}}@{{args.digest}}'",
      },
    ],
    failing: [
      {
        file: 'unit/kargo/analysis.test.ts',
        title: 'takes its arguments as variables, each of them, and nothing else between braces',
      },
    ],
  },
  {
    threat: 27,
    without: 'the token for sources standing last',
    edits: [
      {
        file: JOB,
        text: '      ...Object.entries(container.env).map(([name, value]) => ({ name, value })),\n',
        replacement: '',
      },
      {
        file: JOB,
        text: '      ...(secretVariable ? [secretVariableDraft(secretVariable)] : []),\n',
        replacement:
          '      ...(secretVariable ? [secretVariableDraft(secretVariable)] : []),\n      ...Object.entries(container.env).map(([name, value]) => ({ name, value })),\n',
      },
    ],
    failing: [
      {
        file: 'unit/kargo/analysis.test.ts',
        title: 'the token for sources comes after what it must not be put into, and need not be there',
      },
    ],
  },
  {
    threat: 27,
    without: 'dollars being no variables to Kubernetes',
    edits: [
      {
        file: 'src/kargo/charts/analyze-stage.ts',
        text: "return text.replaceAll('$', '$$$$')",
        replacement: 'return text',
      },
    ],
    failing: [
      { file: 'unit/kargo/analysis.test.ts', title: 'a path is a path, whatever Kubernetes would make of its dollars' },
    ],
  },
  {
    threat: 27,
    without: 'quotes around a path in the script',
    edits: [
      {
        file: 'src/kargo/analysis/dockerfile-check.ts',
        text: `'git cat-file blob "FETCH_HEAD:$DOCKERFILE" > `,
        replacement: `'eval "git cat-file blob \\\\"FETCH_HEAD:$DOCKERFILE\\\\"" > `,
      },
    ],
    failing: [{ file: 'unit/kargo/analysis.test.ts', title: 'fails for %s' }],
  },
  {
    threat: 27,
    without: 'reading one file instead of checking all out',
    edits: [
      {
        file: 'src/kargo/analysis/dockerfile-check.ts',
        text: `'git cat-file blob "FETCH_HEAD:$DOCKERFILE" > "$TMPDIR/check/Dockerfile"'`,
        replacement: `'git --work-tree="$TMPDIR/check" checkout FETCH_HEAD -- "$DOCKERFILE" && cp "$TMPDIR/check/$DOCKERFILE" "$TMPDIR/check.1" && rm -r "$TMPDIR/check" && mkdir "$TMPDIR/check" && mv "$TMPDIR/check.1" "$TMPDIR/check/Dockerfile"'`,
      },
    ],
    failing: [{ file: 'unit/kargo/analysis.test.ts', title: 'takes no path for an option, and follows no link' }],
  },
]

const caches: readonly Removal[] = [
  {
    threat: 28,
    without: 'writing in few places',
    edits: [
      {
        file: 'src/registry/remember.ts',
        text: "import type { RegistryClient } from './client.js'\n",
        replacement:
          "import { writeFileSync } from 'node:fs'\nimport { tmpdir } from 'node:os'\nimport { join } from 'node:path'\nimport type { RegistryClient } from './client.js'\n",
      },
      {
        file: 'src/registry/remember.ts',
        text: '      known.set(key, answer)\n',
        replacement:
          "      known.set(key, answer)\n      writeFileSync(join(tmpdir(), 'answers.json'), JSON.stringify([...known.keys()]))\n",
      },
    ],
    failing: [
      {
        file: 'unit/structure/execution.test.ts',
        title: 'writes to disk in few places, each below a folder it was given',
      },
    ],
  },
  {
    threat: 28,
    without: 'workflows that restore no cache',
    edits: [
      {
        file: '.github/workflows/ci.yml',
        text: 'package-manager-cache: false # nothing',
        replacement: 'package-manager-cache: true # nothing',
      },
    ],
    failing: [
      { file: 'unit/structure/supply-chain.test.ts', title: 'restores nothing that another run left in a cache' },
    ],
  },
  {
    threat: 28,
    without: 'tidying up at the end of a run',
    edits: [
      {
        file: 'src/action/state-checkout.ts',
        text: 'for (const folder of this.#made) await rm(',
        replacement: 'for (const folder of this.#made.slice(this.#made.length)) await rm(',
      },
    ],
    failing: [{ file: 'acceptance/commit.test.ts', title: 'leaves nothing in the temporary folder but its reports' }],
  },
]

export const removals: readonly Removal[] = [...commands, ...jobs, ...caches]
