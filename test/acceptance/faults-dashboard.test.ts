/**
 * What becomes of the dashboard when GitHub fails at one of its requests: the run goes on, warns once, tells nobody twice, and
 * the next good run leaves one issue and one comment, as an undisturbed one would have.
 */
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { eventPayloads } from '../support/events.js'
import type { RecordedRequest } from '../support/fake-github.js'
import { isCellDue } from '../support/full.js'
import { WORKFLOW_TOKEN } from '../support/run-action.js'
import { removeTempFolders } from '../support/temp-folder.js'
import { STATE } from './factory.js'
import { type Failure, STAYING } from './faults/requests.js'
import { RebuildFactory } from './rebuild-factory.js'

const SETTINGS = '{engine: actions, retryPause: 1h, dashboard: {issue: true, notify: ["@acme/platform"]}}'

interface Asked {
  readonly name: string
  /** Whether there is an issue before, so that it is changed and not made. */
  readonly isThere: boolean
  readonly isIt: (request: RecordedRequest) => boolean
}

const rest = (method: string, path: RegExp) => (request: RecordedRequest) =>
  request.method === method && path.test(request.path)

const REQUESTS: readonly Asked[] = [
  { name: 'GET issues', isThere: true, isIt: rest('GET', /\/issues$/) },
  { name: 'POST an issue', isThere: false, isIt: rest('POST', /\/issues$/) },
  { name: 'PATCH the issue', isThere: true, isIt: rest('PATCH', /\/issues\/\d+$/) },
  { name: 'GET comments', isThere: true, isIt: rest('GET', /\/issues\/\d+\/comments$/) },
  { name: 'POST a comment', isThere: true, isIt: rest('POST', /\/issues\/\d+\/comments$/) },
]

/** Each way to fail takes several runs: of every three requests one with each change, all of them in a full run. */
function isTried(failure: number, request: number): boolean {
  return isCellDue(request, failure, STAYING.length, 3)
}

let factory: RebuildFactory

afterEach(() => factory.stop())
afterAll(removeTempFolders)

/** A factory whose build is refused from now on. */
async function failing(isThere: boolean): Promise<void> {
  factory = await RebuildFactory.start(['web'], { settings: SETTINGS })
  await factory.run(0)
  const { fake } = factory
  if (!isThere) fake.issues.splice(0)
  const respond = { status: 422, body: { message: 'Workflow does not have workflow_dispatch' } }
  fake.faults.push({ match: ({ path }) => path.endsWith('/dispatches'), times: 999, respond })
  factory.moveBase('two')
}

function fail(isIt: Asked['isIt'], { respond }: Failure): () => void {
  const fault = { match: isIt, respond, times: Number.POSITIVE_INFINITY }
  factory.fake.faults.unshift(fault)
  return () => {
    factory.fake.faults.splice(factory.fake.faults.indexOf(fault), 1)
  }
}

const quick = ({ respond }: Failure) => (respond === 'timeout' ? { IMAGE_FACTORY_TIMEOUT: '3' } : {})

describe.each(REQUESTS)('$name', ({ name, isThere, isIt }) => {
  for (const [at, failure] of STAYING.entries()) {
    const request = REQUESTS.findIndex((one) => one.name === name)
    test.skipIf(!isTried(at, request))(failure.name, { timeout: 240_000 }, async () => {
      await failing(isThere)
      const mend = fail(isIt, failure)
      const run = await factory.run(1, { env: quick(failure) })
      expect(run.code, run.stdout).toBe(0)
      const log = `${run.stdout}\n${run.stderr}`.replace(/^::add-mask::.*$/gm, '')
      expect(log).not.toContain(WORKFLOW_TOKEN)
      expect(log).not.toMatch(/^\s+at .+:\d+:\d+/m)
      const warned = run.annotations.filter(({ message }) => /dashboard/i.test(message))
      // A comment or an issue that is there although its answer was lost is found: all is well.
      expect(warned.length).toBeLessThanOrEqual(1)
      if (failure.respond !== 'truncate') expect(warned).toHaveLength(1)
      mend()
      await factory.run(2)
      const { issues, comments } = factory.fake
      const open = issues.filter(({ state }) => state === 'open')
      expect(open).toHaveLength(1)
      expect(open[0]?.body).toContain('### Needs attention (1)')
      expect(comments).toHaveLength(1)
    })
  }
})

const ASKED_FOR_BOX: readonly Omit<Asked, 'isThere'>[] = [
  { name: 'GET the issue', isIt: rest('GET', /\/issues\/\d+$/) },
  { name: 'GET a permission', isIt: rest('GET', /\/permission$/) },
]

describe.each(ASKED_FOR_BOX)('a box is ticked: $name', ({ name, isIt }) => {
  for (const [at, failure] of STAYING.entries()) {
    test.skipIf(!isTried(at, REQUESTS.length + ASKED_FOR_BOX.findIndex((one) => one.name === name)))(
      failure.name,
      { timeout: 240_000 },
      async () => {
        factory = await RebuildFactory.start(['web'], { settings: SETTINGS })
        const { fake } = factory
        fake.collaborators.set('octocat', 'write')
        await factory.run(0)
        const [issue] = fake.issues
        if (issue === undefined) throw new Error('there is not a dashboard')
        const body = issue.body.replace('- [ ] <!-- rebuild=web -->', '- [x] <!-- rebuild=web -->')
        const mend = fail(isIt, failure)
        const event = await eventPayloads.issueEdited(fake, issue, { body })
        const run = await factory.run(1, { ...event, env: quick(failure) })
        expect(run.code, run.stdout).toBe(0)
        expect(run.stdout).toContain('Nothing is started')
        expect(fake.runs).toEqual([])
        expect(await fake.head(STATE, 'main')).toBe((await fake.log(STATE, 'main'))[0]?.sha)
        mend()
        const again = body.includes('[x]') && issue.body.includes('[x]') ? issue.body.replace('[x]', '[ ]') : issue.body
        await factory.run(2, await eventPayloads.issueEdited(fake, issue, { body: again }))
        const ticked = issue.body.replace('- [ ] <!-- rebuild=web -->', '- [x] <!-- rebuild=web -->')
        await factory.run(2, await eventPayloads.issueEdited(fake, issue, { body: ticked }))
        expect(fake.runs).toHaveLength(1)
      },
    )
  }
})
