/** Rows 16 to 22: what is written for people, committed and released (`supply.ts`). */
import type { Removal } from '../removal.ts'
import { removals as supply } from './supply.ts'

const COMMENT = 'src/publish/comment.ts'
const PUSH = 'src/publish/commit-push.ts'
const TARGET = 'src/action/target.ts'

const comments: readonly Removal[] = [
  {
    threat: 16,
    without: 'a look at who wrote a comment',
    edits: [
      {
        file: COMMENT,
        text: "return plain(a) === plain(b) && a !== ''",
        replacement: "return plain(a) !== '' && plain(b) !== ''",
      },
    ],
    failing: [
      { file: 'integration/comment.test.ts', title: 'is left alone when it is somebody else’s, or another report' },
    ],
  },
  {
    threat: 16,
    without: 'a look at which report a comment is',
    edits: [{ file: COMMENT, text: 'marker?.id === id ?', replacement: "marker !== null && id !== '' ?" }],
    failing: [
      { file: 'integration/comment.test.ts', title: 'is left alone when it is somebody else’s, or another report' },
    ],
  },
  {
    threat: 16,
    without: 'the marker having to be in the first line',
    edits: [
      {
        file: 'src/report/marker.ts',
        text: "const [first = ''] = body.slice(0, 2000).split('\\n', 1)",
        replacement: "const first = body.split('\\n').find((line) => LINE.test(line)) ?? ''",
      },
    ],
    failing: [
      { file: 'integration/comment.test.ts', title: 'is left alone when it is somebody else’s, or another report' },
    ],
  },
  {
    threat: 16,
    without: 'knowing for sure who we are',
    edits: [
      {
        file: COMMENT,
        text: "if (!isNo(error)) throw error\n    return 'git",
        replacement: "void error\n    return 'git",
      },
    ],
    failing: [{ file: 'integration/comment.test.ts', title: 'who does not know its own comment makes no second one' }],
  },
]

const order: readonly Removal[] = [
  {
    threat: 17,
    without: 'a look at the head of the pull request',
    edits: [{ file: COMMENT, text: 'return data.head.sha !== head', replacement: "return data.head.sha === ''" }],
    failing: [{ file: 'integration/comment.test.ts', title: 'is not written by a run that looked at an older head' }],
  },
  {
    threat: 17,
    without: 'a look at the run that wrote a comment',
    edits: [
      {
        file: COMMENT,
        text: '  if (found.some(({ marker }) => isNewer(marker, request.marker))) return NEWER\n',
        replacement: '',
      },
    ],
    failing: [{ file: 'integration/comment.test.ts', title: 'of a newer run stays, also when it is a double' }],
  },
  {
    threat: 17,
    without: 'a look at which of two first comments is the newer',
    edits: [
      {
        file: COMMENT,
        text: 'return isNewer(a.marker, b.marker) || (!isNewer(b.marker, a.marker) && a.id < b.id)',
        replacement: 'return a.id > b.id',
      },
    ],
    failing: [
      { file: 'integration/comment.test.ts', title: 'heals itself when an %s run makes one in the same moment' },
    ],
  },
  {
    threat: 17,
    without: 'telling the API the commit that was read',
    edits: [
      {
        file: 'src/publish/commit-api.ts',
        text: 'expectedHeadOid: request.tree.head',
        replacement: 'expectedHeadOid: (await headOf(request.branch, { client, repository })) ?? request.tree.head',
      },
    ],
    failing: [
      {
        file: 'acceptance/concurrency.test.ts',
        title: '%s: twenty runs at once, ten pushes between them, nothing lost',
      },
    ],
  },
  {
    threat: 17,
    without: 'a push that forces nothing',
    edits: [{ file: PUSH, text: '`--force-with-lease=${ref}:${head}`', replacement: "head === '' ? '' : '--force'" }],
    failing: [
      {
        file: 'acceptance/concurrency.test.ts',
        title: '%s: twenty runs at once, ten pushes between them, nothing lost',
      },
    ],
  },
  {
    threat: 17,
    without: 'a push that only goes where the branch still is',
    edits: [
      {
        file: PUSH,
        text: "'--no-verify', lease, '--'",
        replacement: "'--no-verify', ...(lease === '' ? [lease] : []), '--'",
      },
    ],
    failing: [
      {
        file: 'acceptance/commit-refusals.test.ts',
        title: 'a branch that is deleted meanwhile does not come back (%s)',
      },
    ],
  },
]

const commits: readonly Removal[] = [
  {
    threat: 18,
    without: 'a look at whether there is anything to commit',
    edits: [
      {
        file: 'src/publish/commit.ts',
        text: "  if (changes.additions.size === 0 && changes.deletions.length === 0) return { kind: 'nothing' }\n",
        replacement: '',
      },
    ],
    failing: [
      {
        file: 'acceptance/commit-checkouts.test.ts',
        title: 'a commit starts no second one, though its token starts workflows',
      },
    ],
  },
  {
    threat: 18,
    without: 'an explanation of a protected branch',
    edits: [
      {
        file: 'src/publish/commit-refusal.ts',
        text: "const BYPASS = 'Let the token bypass the branch rules, or commit to another branch with state-ref.'",
        replacement: "const BYPASS = 'Look at what GitHub says and run again.'",
      },
    ],
    failing: [{ file: 'acceptance/commit.test.ts', title: 'a protected branch is explained' }],
  },
  {
    threat: 18,
    without: 'taking the no of a protected branch for one',
    edits: [
      {
        file: PUSH,
        text: '  throw refusedCommit({ ...about, tooBigForApi: to.tooBigForApi === true })',
        replacement:
          "  const elsewhere = await git([...args.slice(0, 3), '--', remote.url, `${sha}:${ref}-generated`], { cwd: beside, remote })\n  if (elsewhere.exitCode === 0) return { kind: 'committed', sha }\n  throw refusedCommit({ ...about, tooBigForApi: to.tooBigForApi === true })",
      },
    ],
    failing: [{ file: 'acceptance/commit.test.ts', title: 'a protected branch is explained' }],
  },
]

const places: readonly Removal[] = [
  {
    threat: 19,
    without: 'pull requests being looked at only',
    edits: [
      {
        file: TARGET,
        text: "if (inputs.mode === 'commit' && context.pullRequest !== null)",
        replacement: 'if (context.pullRequest !== null)',
      },
    ],
    failing: [
      { file: 'acceptance/preview.test.ts', title: 'gets one comment; nothing else is written anywhere' },
      { file: 'unit/action/target.test.ts', title: '$eventName from $from with mode $mode' },
    ],
  },
  {
    threat: 19,
    without: 'a commit on a pull request staying on its branch',
    edits: [
      {
        file: TARGET,
        text: 'ref: fullRef(pullRequest.headRef), useWorkspace: false',
        replacement: "ref: fullRef(context.defaultBranch ?? 'main'), useWorkspace: true",
      },
    ],
    failing: [
      {
        file: 'acceptance/commit-where.test.ts',
        title: 'mode: commit on a pull request of the same repository commits to its branch',
      },
    ],
  },
  {
    threat: 19,
    without: 'a look at which repository a pull request is from',
    edits: [
      {
        file: TARGET,
        text: 'if (pullRequest === null || from.toLowerCase() !== context.repository.toLowerCase()) {',
        replacement: 'if (pullRequest === null) {',
      },
    ],
    failing: [{ file: 'unit/action/target.test.ts', title: '$eventName from $from with mode $mode' }],
  },
  {
    threat: 19,
    without: 'other branches being looked at only',
    edits: [
      { file: TARGET, text: 'if (branch === null || branch === context.ref) {', replacement: "if (branch !== '') {" },
    ],
    failing: [{ file: 'acceptance/commit-where.test.ts', title: 'a push to another branch is only looked at' }],
  },
  {
    threat: 19,
    without: 'only the default branch writing to another repository',
    edits: [
      {
        file: TARGET,
        text: 'if (trusted === null || context.ref === trusted) return',
        replacement: "if (trusted !== '') return",
      },
    ],
    failing: [{ file: 'unit/action/target.test.ts', title: '%s on another branch: nothing' }],
  },
  {
    threat: 19,
    without: 'a list of the events that may write',
    edits: [
      {
        file: TARGET,
        text: '  if (!COMMIT_EVENTS.has(context.eventName)) {\n    const reason',
        replacement: "  if (context.eventName === '') {\n    const reason",
      },
    ],
    failing: [{ file: 'unit/action/target.test.ts', title: '%s: nothing' }],
  },
]

const asked: Removal = {
  threat: 19,
  without: 'the merge queue being looked at only',
  edits: [
    {
      file: TARGET,
      text: "    if (mode === 'commit')\n      throw",
      replacement: "    if (mode === 'commit' && context.eventName === '')\n      throw",
    },
  ],
  failing: [{ file: 'unit/action/target.test.ts', title: 'merge_group: nothing, even when asked to' }],
}

export const removals: readonly Removal[] = [...comments, ...order, ...commits, ...places, asked, ...supply]
