/** The dashboard issue: kept current, telling people what is new once, and starting what they tick. */
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { eventPayloads } from '../support/events.js'
import type { Issue, RecordedRequest } from '../support/fake-github.js'
import { eachDue, FULL, takingTurns } from '../support/full.js'
import { type ActionRun, WORKFLOW_TOKEN } from '../support/run-action.js'
import { removeTempFolders } from '../support/temp-folder.js'
import { STATE } from './factory.js'
import { RebuildFactory, SOURCE } from './rebuild-factory.js'

const ACTIONS =
  'engine: actions, retryPause: 1h, maxRebuildsPerRun: 100, dashboard: {issue: true, notify: ["@acme/platform"]}'
const KARGO = 'dashboard: {issue: true}'

const CONCURRENT_RUNS = FULL ? 20 : 4

/** What is no more than one more way, or one more moment. */
const turn = takingTurns()

let factory: RebuildFactory

afterEach(async () => {
  await factory.stop()
})
afterAll(removeTempFolders)

async function start(names: readonly string[] = ['api', 'web'], settings = ACTIONS): Promise<RebuildFactory> {
  factory = await RebuildFactory.start(names, { settings: `{${settings}}` })
  factory.fake.collaborators.set('octocat', 'write')
  return factory
}

/** The one open issue. */
function dashboard(): Issue {
  const open = factory.fake.issues.filter(({ state }) => state === 'open')
  expect(open).toHaveLength(1)
  return open[0] as Issue
}

/** Requests about issues and people since the last call, as `GET issues/1`. */
function asked(): string[] {
  const { requests } = factory.fake
  const found = requests.flatMap(({ method, path }: RecordedRequest) =>
    /\/(?:issues|collaborators)\b/.test(path) ? [`${method} ${path.replace(/^.*\/factory-state\//, '')}`] : [],
  )
  requests.length = 0
  return found
}

function notices(): string[] {
  return factory.fake.comments.map(({ body }) => body)
}

function ticked(body: string, ...names: readonly string[]): string {
  return names.reduce(
    (text, name) => text.replace(`- [ ] <!-- rebuild=${name} -->`, `- [x] <!-- rebuild=${name} -->`),
    body,
  )
}

/** Somebody changes the issue, and the workflow runs for it. */
async function edit(
  issue: Issue,
  hours: number,
  change: { readonly body: string; readonly sender?: string },
  options: Parameters<RebuildFactory['run']>[1] = {},
): Promise<ActionRun> {
  const event = await eventPayloads.issueEdited(factory.fake, issue, change)
  const run = await factory.run(hours, { ...event, ...options })
  expect(run.code, run.stdout).toBe(0)
  return run
}

function startedImages(): string[] {
  return factory.fake.runs.map(({ inputs }) => inputs.base ?? '').sort()
}

describe('the issue', () => {
  test('is made once, looked at when nothing changed, and changed when something did', {
    timeout: 120_000,
  }, async () => {
    await start()
    await factory.run(0)
    expect(asked()).toEqual(['GET issues', 'GET issues', 'POST issues', 'GET issues'])
    const { body, title } = dashboard()
    expect(title).toBe('Image factory')
    expect(body).toMatch(/^<!-- image-factory:dashboard id=main:\. seq=0 told= hash=[0-9a-f]{16} -->\n\*\*2 images\*\*/)
    expect(body).toContain('- [ ] <!-- rebuild=web --> ')
    await factory.run(1)
    expect(asked()).toEqual(['GET issues'])
    expect(dashboard().body).toBe(body)
    factory.moveBase('two')
    const run = await factory.run(2)
    expect(asked()).toEqual(['GET issues', 'PATCH issues/1'])
    expect(dashboard().body).toContain('### Being built (2)')
    expect(dashboard().body).not.toContain('rebuild=web')
    expect(run.stdout).toContain(`Dashboard updated: ${factory.fake.url}/${STATE}/issues/1`)
    expect(notices()).toEqual([])
  })

  turn()('that nobody asked for is not asked about', { timeout: 60_000 }, async () => {
    await start(['web'], 'engine: actions')
    await factory.run(0)
    expect(asked()).toEqual([])
  })

  turn()('that was closed stays closed until something changes', { timeout: 120_000 }, async () => {
    await start(['web'])
    await factory.run(0)
    const issue = dashboard()
    issue.state = 'closed'
    await factory.run(1)
    expect(issue.state).toBe('closed')
    factory.moveBase('two')
    await factory.run(2)
    expect(issue.state).toBe('open')
    expect(factory.fake.issues).toHaveLength(1)
  })

  turn()(
    'that others wrote into is written anew; an issue of others is never touched',
    {
      timeout: 120_000,
    },
    async () => {
      await start(['web'])
      await factory.run(0)
      const issue = dashboard()
      const { body } = issue
      issue.body = ticked(`${body}\n\nNote to self`, 'web')
      const theirs = factory.fake.addIssue(STATE, { login: 'mallory', body })
      await factory.run(1)
      expect(issue.body).toBe(body)
      expect(theirs).toMatchObject({ body, state: 'open', number: 2 })
      expect(factory.fake.issues).toHaveLength(2)
    },
  )

  turn()('of a state in another repository is there, without boxes', { timeout: 60_000 }, async () => {
    await start(['web'])
    await factory.fake.createRepository('acme/runner', { files: { 'README.md': 'Runs' } })
    const inputs = { 'state-repository': STATE, 'state-token': 'state-token-of-the-app' }
    factory.fake.addToken('state-token-of-the-app', { [STATE]: 'write', [SOURCE]: 'write' }, 'factory[bot]')
    const run = await factory.run(0, { repository: 'acme/runner', inputs })
    expect(run.code, run.stdout).toBe(0)
    expect(dashboard()).toMatchObject({ repository: STATE, user: { login: 'factory[bot]' } })
    expect(dashboard().body).not.toMatch(/- \[|Tick a box/)
  })

  turn()('is found again where GitHub does not know its creator', { timeout: 120_000 }, async () => {
    await start(['web'])
    const isByCreator = ({ query }: RecordedRequest) => query.creator !== undefined
    factory.fake.faults.push({ match: isByCreator, times: 99, respond: { status: 200, body: [] } })
    await factory.run(0)
    await factory.run(1)
    expect(factory.fake.issues).toHaveLength(1)
  })

  eachDue<readonly [string, string, boolean]>([
    ['the permission is missing', 'give the job the permission issues: write', false],
    ['issues are switched off', 'Turn on issues in the settings of', true],
  ])('%s: one warning, and the run goes on', async (_, remedy, isOff) => {
    await start(['web'])
    if (isOff) factory.fake.hasIssues = false
    else
      factory.fake.addToken(WORKFLOW_TOKEN, {
        [STATE]: { contents: 'write', pulls: 'write', issues: 'none' },
        [SOURCE]: 'write',
      })
    const run = await factory.run(0)
    expect(run.code).toBe(0)
    expect(run.outputs.get('commit-sha')).not.toBe('')
    const warnings = run.annotations.filter(({ message }) => message.includes('dashboard'))
    expect(warnings.map(({ message }) => message.includes(remedy))).toEqual([true])
  })

  turn()(`of ${CONCURRENT_RUNS} runs at once is one, with one comment`, { timeout: 300_000 }, async () => {
    await start(['api', 'web'])
    await factory.run(0)
    factory.fake.issues.splice(0)
    refuseBuilds()
    factory.moveBase('two')
    await factory.run(1, { inputs: { comment: 'never' } })
    factory.fake.issues.splice(0)
    factory.fake.comments.splice(0)
    const runs = await Promise.all(Array.from({ length: CONCURRENT_RUNS }, () => factory.run(1)))
    expect(runs.map(({ code }) => code)).toEqual(runs.map(() => 0))
    await factory.run(1)
    const { number } = dashboard()
    expect(factory.fake.commentsOn(STATE, number)).toHaveLength(1)
    for (const { body, state } of factory.fake.issues.slice(1)) {
      expect(state).toBe('closed')
      expect(body).toBe(`Two runs created a dashboard at the same time: #${number} is kept.`)
    }
  })
})

/** GitHub starts no workflow. */
function refuseBuilds(): void {
  const respond = { status: 422, body: { message: 'Workflow does not have workflow_dispatch @everyone' } }
  factory.fake.faults.push({ match: ({ path }) => path.endsWith('/dispatches'), times: 999, respond })
}

describe('what newly fails', () => {
  test('is told once, and what fails beside it later once', { timeout: 180_000 }, async () => {
    await start(['api', 'web'])
    await factory.run(0)
    refuseBuilds()
    factory.moveBase('two')
    await factory.run(1)
    expect(notices()).toHaveLength(1)
    const [first = ''] = notices()
    expect(first).toContain('@acme/platform **2 images newly need attention.**')
    expect(first).toContain('- **`web`**: Its build could not be started: ')
    expect(first).not.toMatch(/(?<!`)@everyone/)
    await factory.run(2)
    await factory.run(3)
    expect(notices()).toHaveLength(1)
    expect(dashboard().body).toContain('### Needs attention (2)')
    expect(dashboard().body).toMatch(/ seq=1 told=[0-9a-f]{16} /)
  })

  turn()('is told in one digest where it is much', { timeout: 180_000 }, async () => {
    const names = Array.from({ length: 25 }, (_, index) => `image-${String(index).padStart(2, '0')}`)
    await start(names)
    await factory.run(0)
    refuseBuilds()
    factory.moveBase('two')
    await factory.run(1)
    expect(notices()).toHaveLength(1)
    const [digest = ''] = notices()
    expect(digest).toContain('**25 images newly need attention.**')
    expect(digest.match(/^- \*\*`image-/gm)).toHaveLength(20)
    expect(digest).toContain('- … and 5 more')
  })

  turn()('is not told again by the run after one that was cut off', { timeout: 180_000 }, async () => {
    await start(['web'])
    await factory.run(0)
    refuseBuilds()
    factory.moveBase('two')
    const isPatch = ({ method, path }: RecordedRequest) => method === 'PATCH' && /\/issues\/\d+$/.test(path)
    factory.fake.faults.push({ match: isPatch, times: 1, respond: { status: 422, body: { message: 'No' } } })
    const run = await factory.run(1)
    expect(run.annotations.map(({ message }) => message).join()).toContain(
      'The dashboard could not be brought up to date',
    )
    expect(dashboard().body).toContain(' seq=0 ')
    expect(notices()).toHaveLength(1)
    asked()
    await factory.run(2)
    // One that is made and taken back is mailed all the same.
    expect(asked().filter((one) => one.startsWith('POST'))).toEqual([])
    expect(notices()).toHaveLength(1)
    expect(dashboard().body).toContain(' seq=1 ')
  })

  turn()('is told once where the answer to the comment is lost', { timeout: 180_000 }, async () => {
    await start(['web'])
    await factory.run(0)
    refuseBuilds()
    factory.moveBase('two')
    const isComment = ({ method, path }: RecordedRequest) => method === 'POST' && path.endsWith('/comments')
    factory.fake.faults.push({ match: isComment, times: 1, respond: 'truncate' })
    await factory.run(1)
    expect(notices()).toHaveLength(1)
    expect(dashboard().body).toContain(' seq=1 ')
  })
})

describe('a box', () => {
  test.each([
    ['actions', ACTIONS],
    ['kargo', KARGO],
  ])(
    'that somebody who may write ticks starts exactly that build: engine %s',
    { timeout: 180_000 },
    async (_, settings) => {
      await start(['api', 'web'], settings)
      await factory.run(0)
      const issue = dashboard()
      asked()
      const run = await edit(issue, 1, { body: ticked(issue.body, 'web') })
      expect(startedImages()).toEqual(['web'])
      expect(asked()).toEqual(['GET issues/1', 'GET collaborators/octocat/permission', 'GET issues', 'PATCH issues/1'])
      expect(issue.body).not.toContain('[x]')
      expect(issue.body).toContain('### Being built (1)')
      expect(JSON.parse(run.outputs.get('rebuilds') ?? '')).toMatchObject([{ image: 'web', reason: 'manual' }])
      // The same run once more: the box is ticked no longer.
      const again = await factory.run(1, await eventPayloads.issueEdited(factory.fake, issue, { body: issue.body }))
      expect(again.code).toBe(0)
      expect(startedImages()).toEqual(['web'])
    },
  )

  turn()('that is ticked is empty again where the build is refused', { timeout: 120_000 }, async () => {
    await start(['web'])
    await factory.run(0)
    refuseBuilds()
    const issue = dashboard()
    const run = await edit(issue, 1, { body: ticked(issue.body, 'web') })
    expect(run.annotations.map(({ message }) => message).join()).toContain('workflow_dispatch')
    expect(issue.body).toContain('- [ ] <!-- rebuild=web -->')
    expect(issue.body).not.toContain('[x]')
  })

  turn()('beside another starts both', { timeout: 180_000 }, async () => {
    await start(['api', 'web'])
    await factory.run(0)
    const issue = dashboard()
    // Nothing is stale, so that there is no such box to tick.
    expect(issue.body).not.toContain('rebuild=all-stale')
    await edit(issue, 1, { body: ticked(issue.body, 'api', 'web') })
    expect(startedImages()).toEqual(['api', 'web'])
  })

  turn()('that is ticked while another run works stays ticked for its own run', { timeout: 180_000 }, async () => {
    await start(['api', 'web'])
    await factory.run(0)
    const issue = dashboard()
    const event = await eventPayloads.issueEdited(factory.fake, issue, { body: ticked(issue.body, 'web') })
    await factory.run(1, { inputs: { rebuild: 'api' } })
    expect(issue.body).toContain('- [x] <!-- rebuild=web -->')
    await factory.run(1, event)
    expect(startedImages()).toEqual(['api', 'web'])
    expect(issue.body).not.toContain('[x]')
  })

  const NOTHING: readonly (readonly [string, (issue: Issue) => Promise<ActionRun>, RegExp, boolean])[] = [
    [
      'by somebody who may only read',
      (issue) => edit(issue, 1, { body: ticked(issue.body, 'web'), sender: 'reader' }),
      /reader has no write access to acme\/factory-state/,
      false,
    ],
    [
      'by a bot',
      (issue) => edit(issue, 1, { body: ticked(issue.body, 'web'), sender: 'helpful[bot]' }),
      /helpful\[bot\] is not a person/,
      false,
    ],
    [
      'together with a change of the text',
      (issue) => edit(issue, 1, { body: `${ticked(issue.body, 'web')}\nand more` }),
      /someone else edited the text of #1/,
      false,
    ],
    [
      'in a text that was changed before',
      async (issue) => {
        issue.body = issue.body.replace('rebuild=web', 'rebuild=api').replace('2 images', '3 images')
        return edit(issue, 1, { body: ticked(issue.body, 'api') })
      },
      /someone else edited the text of #1/,
      false,
    ],
    [
      'that somebody else had ticked before',
      async (issue) => {
        issue.body = ticked(issue.body, 'web')
        return edit(issue, 1, { body: issue.body.replace('image-factory-action', 'image-factory-action') })
      },
      /no box of #1 was ticked/,
      true,
    ],
    [
      'and is ticked no longer',
      async (issue) => {
        const { body } = issue
        const event = await eventPayloads.issueEdited(factory.fake, issue, { body: ticked(body, 'web') })
        issue.body = body
        return factory.run(1, event)
      },
      /the boxes of #1 are no longer ticked/,
      false,
    ],
  ]

  eachDue(NOTHING, 3)('ticked %s starts nothing', async (_, act, why, isKept) => {
    await start(['api', 'web'])
    await factory.run(0)
    const issue = dashboard()
    const head = await factory.fake.head(STATE, 'main')
    const run = await act(issue)
    expect(run.code).toBe(0)
    expect(run.stdout).toMatch(why)
    expect(startedImages()).toEqual([])
    expect(await factory.fake.head(STATE, 'main')).toBe(head)
    expect(issue.body.includes('[x]')).toBe(isKept)
  })

  turn()('in an issue of another author starts nothing', { timeout: 120_000 }, async () => {
    await start(['web'])
    await factory.run(0)
    const theirs = factory.fake.addIssue(STATE, { login: 'mallory', body: dashboard().body })
    const run = await edit(theirs, 1, { body: ticked(theirs.body, 'web') })
    expect(run.stdout).toContain('#2 is not an issue of this factory')
    expect(startedImages()).toEqual([])
    expect(theirs.body).toContain('[x]')
  })

  turn()('of another issue ends the run before it asks anything', { timeout: 120_000 }, async () => {
    await start(['web'])
    const issue = factory.fake.addIssue(STATE, { login: 'octocat', body: '- [ ] <!-- rebuild=web --> web' })
    const run = await edit(issue, 1, { body: ticked(issue.body, 'web') })
    expect(run.stdout).toContain('#1 is not a dashboard')
    expect(factory.fake.requests).toEqual([])
  })

  turn()('of another factory in the same repository starts nothing here', { timeout: 120_000 }, async () => {
    await start(['web'])
    await factory.run(0)
    const issue = dashboard()
    factory.fake.requests.length = 0
    const run = await edit(issue, 1, { body: ticked(issue.body, 'web') }, { inputs: { 'state-path': 'teams' } })
    expect(run.stdout).toContain('#1 is the dashboard of another factory (main:.)')
    expect(factory.fake.requests).toEqual([])
  })

  turn()('where the state is in another repository says where boxes work', { timeout: 120_000 }, async () => {
    await start(['web'])
    await factory.run(0)
    const issue = dashboard()
    factory.fake.requests.length = 0
    const inputs = { 'state-repository': 'acme/elsewhere' }
    const run = await edit(issue, 1, { body: ticked(issue.body, 'web') }, { inputs })
    expect(run.stdout).toContain('the dashboard is an issue of acme/elsewhere')
    expect(factory.fake.requests).toEqual([])
  })

  turn()('that is ticked is given back where the run can do nothing', { timeout: 120_000 }, async () => {
    await start(['web'])
    await factory.run(0)
    const issue = dashboard()
    await factory.fake.commitFiles(STATE, 'main', { 'images.yaml': 'images: [' })
    const event = await eventPayloads.issueEdited(factory.fake, issue, { body: ticked(issue.body, 'web') })
    const run = await factory.run(1, event)
    expect(run.code).toBe(1)
    expect(issue.body).not.toContain('[x]')
    expect(startedImages()).toEqual([])
  })
})
