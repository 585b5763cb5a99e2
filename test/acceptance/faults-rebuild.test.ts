/**
 * What becomes of a rebuild when the forge fails at one of its requests: the run goes on and says so, nothing is started
 * twice, and the next good run ends where an undisturbed one would have.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isCellDue, isDue } from '../support/full.js'
import { git } from '../support/git.js'
import { WORKFLOW_TOKEN } from '../support/run-action.js'
import { removeTempFolders } from '../support/temp-folder.js'
import { STATE } from './factory.js'
import { type Failure, STAYING } from './faults/requests.js'
import { RebuildFactory } from './rebuild-factory.js'

interface Asked {
  readonly name: string
  readonly method: string
  readonly path: RegExp
  /** The hour in which it fails. */
  readonly hour: number
}

const REQUESTS: readonly Asked[] = [
  { name: 'GET the runs of a workflow', method: 'GET', path: /\/workflows\/build\.yml\/runs$/, hour: 1 },
  { name: 'POST a dispatch', method: 'POST', path: /\/dispatches$/, hour: 1 },
  { name: 'GET a run', method: 'GET', path: /\/actions\/runs\/\d+$/, hour: 2 },
]

let factory: RebuildFactory
let kargo: RebuildFactory
let main: string

beforeAll(async () => {
  factory = await RebuildFactory.start()
  await factory.run(0)
  factory.moveBase('two')
  main = await factory.fake.head(STATE, 'main')
  kargo = await RebuildFactory.start(['web'], { settings: '{engine: kargo}' })
  await kargo.run(0)
  kargo.moveBase('two')
})
afterAll(async () => {
  await kargo.stop()
  await factory.stop()
  await removeTempFolders()
})

/** What the state says after the run with the fault: [result, attempts], or nothing. */
function expected({ name: request }: Asked, { name }: Failure): readonly (readonly [string, number])[] {
  if (request === 'GET the runs of a workflow') return []
  if (request === 'GET a run') return [name === '404' ? ['lost', 1] : ['started', 1]]
  if (name === 'cut off' || name === '500' || name === '502' || name === 'no answer' || name === 'reset') {
    return [['intended', 0]]
  }
  return [name === 'rate limit' ? ['intended', 0] : ['refused', 0]]
}

describe.each(REQUESTS)('$name', (asked) => {
  for (const [at, failure] of STAYING.entries()) {
    test.skipIf(!isCellDue(REQUESTS.indexOf(asked), at, STAYING.length, 2))(
      failure.name,
      { timeout: 240_000 },
      async () => {
        const { fake } = factory
        await git(fake.repositories.get(STATE).gitDir, ['update-ref', 'refs/heads/main', main])
        fake.runs.splice(0)
        fake.requests.length = 0
        for (let hour = 1; hour < asked.hour; hour += 1) await factory.run(hour)
        const match = ({ method, path }: { readonly method: string; readonly path: string }) =>
          method === asked.method && asked.path.test(path)
        fake.faults.splice(0, Infinity, { match, respond: failure.respond, times: Number.POSITIVE_INFINITY })
        const env = failure.respond === 'timeout' ? { IMAGE_FACTORY_TIMEOUT: '3' } : {}
        const run = await factory.run(asked.hour, { env })
        fake.faults.splice(0)
        expect(run.code, run.stdout).toBe(0)
        const log = `${run.stdout}\n${run.stderr}`.replace(/^::add-mask::.*$/gm, '')
        expect(log).not.toContain(WORKFLOW_TOKEN)
        expect(log).not.toMatch(/^\s+at .+:\d+:\d+/m)
        const after = await factory.rebuilds()
        expect(after.map(({ result, attempts }) => [result, attempts])).toEqual(expected(asked, failure))
        expect(fake.requests.filter(({ path }) => path.endsWith('/dispatches')).length).toBeLessThanOrEqual(1)
        expect(`${run.summary}\n${run.annotations.map(({ message }) => message).join('\n')}`).toMatch(
          /could not be read|refused|may have been started|the next run starts it|no longer has its run/,
        )
        // Then all is well: one build in all, but where the forge lost the run.
        await factory.run(asked.hour + 2)
        const isLost = asked.hour === 2 && failure.name === '404'
        expect(fake.runs).toHaveLength(isLost ? 2 : 1)
        expect(await factory.rebuilds()).toMatchObject([{ result: 'started', attempts: isLost ? 2 : 1 }])
      },
    )
  }
})

describe('with engine: kargo, GET the runs of a workflow', () => {
  for (const [at, failure] of STAYING.entries()) {
    test.skipIf(!isDue(at, STAYING.length))(failure.name, { timeout: 120_000 }, async () => {
      const { fake } = kargo
      const before = await fake.head(STATE, 'main')
      const [base] = await digestsIn(kargo)
      kargo.moveBase(failure.name)
      kargo.startBuild(2)
      const match = ({ path }: { readonly path: string }) => path.includes('/actions/')
      fake.faults.splice(0, Infinity, { match, respond: failure.respond, times: Number.POSITIVE_INFINITY })
      const env = failure.respond === 'timeout' ? { IMAGE_FACTORY_TIMEOUT: '3' } : {}
      const run = await kargo.run(1, { env })
      fake.faults.splice(0)
      expect(run.code, run.stdout).toBe(0)
      const said = run.annotations.map(({ message }) => message).filter((one) => one.includes('run-unanswered'))
      expect(said).toEqual([expect.stringContaining('the runs of build.yml of acme/web could not be read')])
      // What the registry says is committed all the same, and the next run asks again.
      expect(await digestsIn(kargo)).not.toEqual([base])
      expect(await kargo.rebuilds()).toEqual([])
      await kargo.run(2)
      expect(await kargo.rebuilds()).toMatchObject([{ reason: 'base', result: 'started' }])
      expect(fake.requests.filter(({ method, path }) => method === 'POST' && path.includes('/actions/'))).toEqual([])
      await git(fake.repositories.get(STATE).gitDir, ['update-ref', 'refs/heads/main', before])
      fake.runs.splice(0)
    })
  }
})

async function digestsIn({ fake }: RebuildFactory): Promise<readonly string[]> {
  const files = [...(await fake.readFiles(STATE, 'main'))].filter(([path]) => path.startsWith('base-images/'))
  return files.flatMap(([, text]) => /^currentDigest: (.*)$/m.exec(text)?.[1] ?? [])
}
