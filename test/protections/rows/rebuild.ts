/** Rows 31 to 35: builds that the action itself starts, who asks for them, runs that count, and where people see them. */
import { type Removal, testsOf } from '../removal.ts'

const runs = testsOf('unit/rebuild/runs.test.ts')
const candidates = testsOf('unit/rebuild/candidates.test.ts')

const dispatchToken: Removal = {
  threat: 31,
  without: 'a token that stays where it belongs, and is asked for by the default branch alone',
  edits: [
    {
      name: 'followRedirects',
      by: (original, request, send) =>
        original(request, send, (to: URL | null) => (to === null ? request : { ...request, url: to })),
    },
    { name: 'plainText', in: 'sources/', by: (_, text) => text },
    { name: 'startBuilds', by: (original, starts, all) => original(starts, { ...all, hide: (text: string) => text }) },
    {
      name: 'buildOptions',
      by: (original, inputs, context, target, now) =>
        original(inputs, { ...context, pullRequest: null }, { ...target, mode: 'commit' }, now),
    },
  ],
  failing: [
    runs('leads elsewhere are not asked for there: the token would go along'),
    runs('that is refused with the token in it does not repeat it, nor a command or a page'),
    { file: 'acceptance/rebuild.test.ts', title: 'a pull request starts nothing' },
    { file: 'acceptance/canary.test.ts', title: 'with a %s to a start that repeats what was sent' },
  ],
}

const requests: Removal = {
  threat: 32,
  without: 'bounds to what is asked for, starts that are sent once, and starts that are left to Kargo',
  edits: [
    { name: 'ownCandidate', by: (_, due) => due },
    { name: 'parseRequest', by: (_, text) => ({ kind: 'names', names: text.split(',') }) },
    { name: 'requestProblems', by: () => [] },
    { name: 'chooseStarts', by: (original, all, bases) => original(all, bases, Number.POSITIVE_INFINITY) },
    { name: 'mayHaveTakenEffect', by: () => false },
    { name: 'RUN_ID', by: () => /^/ },
    { name: 'idIn', by: (_, value) => String(value) },
  ],
  failing: [
    candidates('%j'),
    candidates('%s'),
    { file: 'unit/rebuild/choose.test.ts', title: 'as many as the limit says; the others are put off for it' },
    runs('whose answer is lost (%s) may have been started, and is sent exactly once'),
    runs('is asked of no id that a state file may not hold'),
    runs('takes no id that is %s, and looks for the run'),
    {
      file: 'unit/rebuild/record-builds.test.ts',
      title: 'that failed are told with when the next try comes, and what is due is left to Kargo',
    },
  ],
}

const proposals: Removal = {
  threat: 33,
  without: 'telling proposals from builds',
  edits: [
    { name: 'IS_PROPOSAL', in: 'kargo/forges/github', by: (original) => original.constructor.of('false') },
    { name: 'IS_PROPOSAL', in: 'kargo/forges/gitlab', by: (original) => original.constructor.of('false') },
    {
      name: 'listedRun',
      by: (original, data) => original(data).map((run: object) => ({ ...run, isProposal: false })),
    },
  ],
  failing: [
    {
      file: 'unit/kargo/rebuild-runs.test.ts',
      title: 'nor does one of a proposal, whose branch may be called the same in a fork',
    },
    { file: 'unit/rebuild/measured-histories.test.ts', title: '$title' },
  ],
}

const dashboard = testsOf('acceptance/dashboard.test.ts')

const boxes: Removal = {
  threat: 34,
  without: 'knowing whose the dashboard is, who ticked it, and what was told',
  edits: [
    { name: 'mayWrite', by: async () => true },
    { name: 'isOwn', in: 'publish/issue.ts', by: () => true },
    { name: 'isSameButBoxes', by: () => true },
    { name: 'hashOf', in: 'dashboard/issue-marker.ts', by: () => '0123456789abcdef' },
    { name: 'prose', in: 'report/', by: (_, text) => text },
    { name: 'newsOf', by: (original, overview, __, there) => original(overview, new Set(), there) },
  ],
  failing: [
    dashboard('ticked %s starts nothing'),
    dashboard('in an issue of another author starts nothing'),
    dashboard('that others wrote into is written anew; an issue of others is never touched'),
    { file: 'unit/dashboard/issue-marker.test.ts', title: 'that others wrote into is seen: %s' },
    {
      file: 'unit/dashboard/issue.test.ts',
      title: 'no text of others makes a box, a heading, an element or a mention',
    },
    {
      file: 'unit/dashboard/notice.test.ts',
      title: 'mentions whom the settings name, and nobody whom a text names',
    },
    dashboard('is told once, and what fails beside it later once'),
  ],
}

const markup = testsOf('unit/dashboard/page.test.ts')
const inBrowser = testsOf('acceptance/page.test.ts')

const page: Removal = {
  threat: 35,
  without: 'escaping what the page shows, and holding it to its own script',
  edits: [
    { name: 'escapeHtml', in: 'dashboard/page/', by: (_, text) => text },
    { name: 'link', in: 'dashboard/page/', by: (original, _, content) => original('https://example.com/', content) },
    { name: 'hashOf', in: 'dashboard/page/', by: () => 'sha256-AAAA' },
    { name: 'inputFolder', by: () => null },
  ],
  failing: [
    markup('makes no markup of any text'),
    markup('allows its own style and script, and nothing else'),
    markup('makes no link of %j'),
    inBrowser('that leads out of the workspace is a warning, and the run goes on'),
  ],
}

export const rebuild: readonly Removal[] = [dispatchToken, requests, proposals, boxes, page]
