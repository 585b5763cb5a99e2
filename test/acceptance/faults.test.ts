/**
 * What becomes of a run when GitHub fails: every request it makes, in every way there is, once and for ever; of each kind
 * of request one where not everything is tested. The table is test/golden/faults.md; what holds in each of its cells is
 * checked here as well.
 */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import pLimit from 'p-limit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FULL, isDue } from '../support/full.js'
import { WORKFLOW_TOKEN } from '../support/run-action.js'
import { removeTempFolders } from '../support/temp-folder.js'
import { stopFactory } from './factory.js'
import { type Asked, type Failure, faultOf, PASSING, REQUESTS, STAYING } from './faults/requests.js'
import { type Finished, type Scenario, Stage, type Written } from './faults/stage.js'

const LANES = 6
const stages: Stage[] = []
const waiting: Stage[] = []
const limit = pLimit(LANES)

beforeAll(async () => {
  stages.push(...(await Promise.all(Array.from({ length: LANES }, () => Stage.open()))))
  waiting.push(...stages)
})
afterAll(async () => {
  await Promise.all(stages.map(({ fake }) => stopFactory(fake)))
  await removeTempFolders()
})

interface Tried extends Finished {
  /** How often each request was made, by its place in REQUESTS. */
  readonly counts: readonly number[]
}

/** A run in which some requests fail. */
function attempt(
  scenario: Scenario,
  failing: readonly Asked[],
  failure: Failure | null,
  times: number,
): Promise<Tried> {
  return limit(async () => {
    const stage = waiting.pop()
    if (stage === undefined) throw new Error('more runs than stages')
    const { requests } = stage.fake
    const faults = failure === null ? [] : failing.map((asked) => faultOf(asked, failure, times, requests))
    const timeout = failure?.respond === 'timeout' ? '3' : '30'
    const quick = { IMAGE_FACTORY_PAUSE: '0.01', IMAGE_FACTORY_TIMEOUT: timeout }
    const env = { SOURCE_DATE_EPOCH: '1767225600', ...quick }
    const isCheckedOut = !failing.some(({ name }) => name.startsWith('git: the state'))
    const finished = await stage.run(scenario, { faults, env, isCheckedOut })
    const counts = REQUESTS.map(({ isIt }) => requests.filter((one, at) => isIt(one, requests.slice(0, at))).length)
    const shown = { ...finished, counts, run: { ...finished.run, annotations: annotations(finished, stage.fake.url) } }
    waiting.push(stage)
    return shown
  })
}

function annotations({ run }: Finished, url: string) {
  return run.annotations.map((one) => ({ ...one, message: plain(one.message, url) }))
}

function plain(text: string, url: string): string {
  return (
    text
      .replaceAll(url, 'https://github.example')
      .replaceAll(new URL(url).host, 'github.example')
      .replace(/\b[0-9a-f]{40}\b/g, 'SHA')
      // What git and curl say is worded otherwise in each version.
      .replace(
        /((?:fetching|the push to) .* (?:failed|was refused)): .*?\. (?=The s|Check|Run this again when|GitHub)/,
        '$1: GIT SAYS WHY. ',
      )
  )
}

/** What people read of a run, one line each; the verdict after an error says nothing new. */
function messages({ run }: Finished): string[] {
  return run.annotations
    .filter(({ level, message }) => level !== 'debug' && !message.startsWith('❌ Failed with'))
    .map(({ level, message }) => `${level}: ${message}`)
}

const notes: string[] = []

function note(lines: readonly string[]): string {
  const text = lines.join('\n   ')
  if (!notes.includes(text)) notes.push(text)
  return `${notes.indexOf(text) + 1}`
}

/** What holds in every cell, as far as it does not. */
function wrongs({ run, written }: Tried, extra: readonly string[], good: Written): string[] {
  const log = `${run.stdout}\n${run.stderr}`.replace(/^::add-mask::.*$/gm, '')
  const basic = Buffer.from(`x-access-token:${WORKFLOW_TOKEN}`).toString('base64')
  const wrong = (what: string, isWrong: boolean) =>
    isWrong ? [`${what}: ${[...extra, log.slice(-1000)].join('\n')}`] : []
  const common = [
    ...wrong('a stack trace', /^\s+at .+:\d+:\d+/m.test(log)),
    ...wrong('a token', log.includes(WORKFLOW_TOKEN) || log.includes(basic)),
    ...wrong(
      'no place',
      extra.some((line) => !/github\.example|acme\/|this pull request/.test(line)),
    ),
    ...wrong(
      'no remedy',
      extra.some((line) => !/\. (?:Run|Check|GitHub|The|Look|If|For) .*\.(?: \[[a-z-]+\])?$/.test(line)),
    ),
  ]
  if (run.code !== 0) {
    const isWritten = written.commits > 0 || !written.isOldComment
    return [
      ...common,
      ...wrong('written all the same', isWritten),
      ...wrong('not one error', extra.filter((line) => line.startsWith('error:')).length !== 1),
    ]
  }
  const isHalf = !written.isOldComment && written.comments !== good.comments
  return [
    ...common,
    ...wrong(`${written.commits} commits`, written.commits !== good.commits),
    ...wrong(`${written.comments} comments`, isHalf),
    ...wrong('half a comment, and nothing is said', extra.length === 0 && isHalf),
  ]
}

/** A cell of the table, once all that must hold in every cell was looked at. */
function cell(tried: Tried, asked: Asked, good: Tried): string {
  const { run, written, counts } = tried
  const extra = messages(tried).filter((line) => !messages(good).includes(line))
  for (const wrong of wrongs(tried, extra, good.written)) problems.push(`${asked.scenario}: ${asked.name}: ${wrong}`)
  if (run.code !== 0) return `fails ${note(extra)}`
  const isUntold = written.isOldComment && !good.written.isOldComment
  if (extra.length > 0) return `goes on${isUntold ? ', no comment' : ''} ${note(extra)}`
  if (isUntold) return 'no comment'
  if (written.withoutBase !== good.written.withoutBase) return 'goes on, told in the comment'
  const row = REQUESTS.indexOf(asked)
  return (counts[row] ?? 0) > (good.counts[row] ?? 0) ? 'retried, good' : 'good'
}

const problems: string[] = []

/** A table of the golden file, by scenario, request and failure. */
interface Table {
  readonly title: string
  readonly failures: readonly Failure[]
  readonly cells: ReadonlyMap<Asked, readonly string[]>
}

function printed({ title, failures, cells }: Table): string {
  const rows = [...cells].map(([{ name, scenario }, texts]) => [scenario, name, ...texts])
  const lines = [['Run', 'Request', ...failures.map(({ name }) => name)], ...rows]
  const [head = '', ...others] = lines.map((columns) => `| ${columns.join(' | ')} |`)
  return [title, '', head, `|${' --- |'.repeat(failures.length + 2)}`, ...others].join('\n')
}

/**
 * Each cell as `once | run | request | failure | what became of it`, with what people read in place of its number: a few
 * requests and failures have other numbers than all of them.
 */
function cellsOf(text: string): string[] {
  const [, list = ''] = text.split('## What people read\n\n')
  const read = list
    .split(/^\d+\. /m)
    .slice(1)
    .map((one) => one.trimEnd())
  const once = text.indexOf(STAYING_TITLE)
  let failures: readonly string[] = []
  return [...text.matchAll(/^\| (.*) \|$/gm)].flatMap(({ 1: row = '', index }) => {
    const [run = '', request = '', ...cells] = row.split(' | ')
    if (run === '---') return []
    if (run === 'Run') {
      failures = cells
      return []
    }
    const about = [index < once ? 'once' : 'always', run, request]
    const became = (one: string) => one.replace(/ (\d+)$/, (_, number: string) => ` ${read[Number(number) - 1]}`)
    return cells.map((one, at) => [...about, failures[at], became(one)].join(' | '))
  })
}

const PASSING_TITLE = '## Each request of a run fails once'
const STAYING_TITLE = '## One request fails every time'
const GOLDEN = fileURLToPath(new URL('../golden/faults.md', import.meta.url))

/** What a run makes of each failure of each of these requests. */
async function tablesOf(
  requests: readonly Asked[],
  onceFailures: readonly Failure[],
  alwaysFailures: readonly Failure[],
): Promise<Table[]> {
  const scenarios = [...new Set(requests.map(({ scenario }) => scenario))]
  const goodRuns = scenarios.map(async (scenario) => [scenario, await attempt(scenario, [], null, 0)] as const)
  const good = new Map(await Promise.all(goodRuns))
  for (const [scenario, { run }] of good) expect(run.code, `${scenario}\n${run.stdout}`).toBe(0)
  const goodOf = ({ scenario }: Asked) => good.get(scenario) as Tried
  // What waits longest comes first.
  const slowFirst = [...alwaysFailures].sort(
    (a, b) => Number(b.respond === 'timeout') - Number(a.respond === 'timeout'),
  )
  const stayed = new Map<Failure, readonly Tried[]>()
  const passed = new Map<Failure, ReadonlyMap<Scenario, Tried>>()
  const staying = slowFirst.map(async (failure) => {
    const tried = requests.map((asked) => attempt(asked.scenario, [asked], failure, Number.POSITIVE_INFINITY))
    stayed.set(failure, await Promise.all(tried))
  })
  const passing = onceFailures.map(async (failure) => {
    const tried = scenarios.map(async (scenario) => {
      const own = REQUESTS.filter((asked) => asked.scenario === scenario)
      return [scenario, await attempt(scenario, own, failure, 1)] as const
    })
    passed.set(failure, new Map(await Promise.all(tried)))
  })
  await Promise.all([...staying, ...passing])
  const once = requests.map((asked) => {
    return [
      asked,
      onceFailures.map((one) => cell(passed.get(one)?.get(asked.scenario) as Tried, asked, goodOf(asked))),
    ] as const
  })
  const always = requests.map((asked, at) => {
    return [asked, alwaysFailures.map((one) => cell(stayed.get(one)?.[at] as Tried, asked, goodOf(asked)))] as const
  })
  return [
    { title: PASSING_TITLE, failures: onceFailures, cells: new Map(once) },
    { title: STAYING_TITLE, failures: alwaysFailures, cells: new Map(always) },
  ]
}

function page(tables: readonly Table[]): string {
  const text = [
    '# What becomes of a run when GitHub fails',
    'Where a run fails, nothing is written. A number leads to what people read.',
    ...tables.map(printed),
    '## What people read',
    notes.map((lines, at) => `${at + 1}. ${lines}`).join('\n'),
  ]
  return `${text.join('\n\n')}\n`
}

test.skipIf(!FULL)('every request in every way', { timeout: 900_000 }, async () => {
  const text = page(await tablesOf(REQUESTS, PASSING, STAYING))
  expect.soft(problems.join('\n\n')).toBe('')
  await expect(text).toMatchFileSnapshot(GOLDEN)
})

test.skipIf(FULL)('a request of each kind in every eighth way', { timeout: 900_000 }, async () => {
  const usual = REQUESTS.filter(({ isUsual }) => isUsual === true)
  const due = (failures: readonly Failure[]) => failures.filter((_, index) => isDue(index, 8))
  const cells = cellsOf(page(await tablesOf(usual, due(PASSING), due(STAYING))))
  expect.soft(problems.join('\n\n')).toBe('')
  expect(cells.length).toBeGreaterThan(8)
  const golden = cellsOf(await readFile(GOLDEN, 'utf8'))
  expect(cells.filter((one) => !golden.includes(one))).toEqual([])
})
