// biome-ignore-all lint/suspicious/noTemplateCurlyInString: GitHub evaluates these.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { failed } from '../../../src/sources/index.js'
import { discoverIn, type Files } from './discovery.js'

const DISPATCH = 'on:\n  workflow_dispatch:\n    inputs:\n      image: {}\n      reason: {}\njobs: {}\n'
const workflow = (runName: string) => `run-name: ${JSON.stringify(runName)}\n${DISPATCH}`

const entry = (name: string, source: string) =>
  `- {name: ${name}, registry: ghcr.io, repository: org/${name}, source: {repo: org/apps, ${source}}}\n`
const built = (name: string, inputs: string, more = '') =>
  entry(name, `workflow: build.yml, inputs: {${inputs}}${more}`)

const UNREACHABLE = failed('unreachable', 'HTTP 502.', 'Try again.')

async function run(text: string, files: Files, options: Parameters<typeof discoverIn>[2] = {}) {
  const { runs, workflowProblems, rounds } = await discoverIn(text, { Dockerfile: 'FROM node:22\n', ...files }, options)
  return { runs: Object.fromEntries(runs), workflowProblems, rounds }
}

const TWO = built('api', 'image: api') + built('web', 'image: web')
const ALL = { kind: 'all' }
const OWN = { kind: 'own' }
const titled = (title: string) => ({ kind: 'title', title })

describe('images that share a workflow with different inputs', () => {
  it('are told apart by a run-name that uses what differs', async () => {
    const { runs, workflowProblems, rounds } = await run(TWO, {
      '.github/workflows/build.yml': workflow('Build ${{ inputs.image }}'),
    })
    expect(runs).toEqual({ api: titled('Build api'), web: titled('Build web') })
    expect(workflowProblems).toEqual([])
    expect(rounds).toHaveLength(1)
  })

  it.each([
    [
      'no run-name',
      DISPATCH,
      'it has no run-name',
      'Add `run-name: Build ${{ inputs.image }}` to .github/workflows/build.yml.',
    ],
    [
      'one that is the same for both',
      workflow('Build ${{ github.ref_name }}'),
      'its run-name comes out the same for all of them ("Build main")',
      'Write `run-name: Build ${{ inputs.image }}` in .github/workflows/build.yml.',
    ],
    [
      'one that is not known before',
      workflow('Build ${{ inputs.image }} #${{ github.run_number }}'),
      'its run-name uses github.run_number, which is known only when the workflow runs',
      'Write `run-name: Build ${{ inputs.image }}` in .github/workflows/build.yml.',
    ],
    [
      'one that GitHub refuses',
      workflow('Build ${{ inputs.image'),
      'its run-name cannot be evaluated: ${{ inputs.image is never closed',
      'Write `run-name: Build ${{ inputs.image }}` in .github/workflows/build.yml.',
    ],
  ])('are not by %s', async (_, text, why, remedy) => {
    const { runs, workflowProblems } = await run(TWO, { '.github/workflows/build.yml': text })
    expect(runs).toEqual({ api: OWN, web: OWN })
    const said = (name: string, other: string, line: number) => ({
      isRefusal: true,
      problem: {
        severity: 'warning',
        code: 'runs-mixed',
        file: 'images.yaml',
        line,
        column: null,
        image: name,
        message:
          `${name}: .github/workflows/build.yml also builds ${other}, with different inputs, and ${why}. ` +
          `Their runs cannot be told apart: only the ones the factory starts count as builds of ${name}.`,
        remedy,
      },
    })
    expect(workflowProblems).toEqual([said('api', 'web', 1), said('web', 'api', 2)])
  })

  it('are not by an input that the cluster fills in', async () => {
    const text = built('api', 'reason: $(baseImage) api') + built('web', 'reason: $(baseImage) web')
    const { runs, workflowProblems } = await run(text, {
      '.github/workflows/build.yml': workflow('${{ inputs.reason }}'),
    })
    expect(runs).toEqual({ api: OWN, web: OWN })
    expect(workflowProblems[0]?.problem).toMatchObject({
      message: expect.stringContaining('uses the input reason, which is different for every new base image'),
      remedy:
        'Send each image an input with its own fixed value, like inputs: {image: api}. Write `run-name: Build ${{ inputs.image }}` in .github/workflows/build.yml.',
    })
  })

  it('the remedy names what tells all of them apart', async () => {
    const three =
      built('a', 'image: x, reason: p') + built('b', 'image: x, reason: q') + built('c', 'image: y, reason: q')
    const { workflowProblems } = await run(three, { '.github/workflows/build.yml': DISPATCH })
    expect(workflowProblems.map(({ problem }) => problem.remedy)).toEqual(
      Array(3).fill('Add `run-name: Build ${{ inputs.image }} ${{ inputs.reason }}` to .github/workflows/build.yml.'),
    )
    expect(workflowProblems[0]?.problem.message).toContain('also builds b and c, with')
  })

  it('only those whose titles collide are, and they are few words even among many', async () => {
    const many = Array.from({ length: 9 }, (_, n) => built(`i${n}`, `image: same, reason: r${n}`)).join('')
    const { runs, workflowProblems } = await run(many + built('web', 'image: web'), {
      '.github/workflows/build.yml': workflow('Build ${{ inputs.image }}'),
    })
    expect(runs).toMatchObject({ i0: OWN, i8: OWN, web: titled('Build web') })
    expect(workflowProblems).toHaveLength(9)
    expect(workflowProblems[0]?.problem.message).toContain('also builds i1, i2, i3 and 5 more, with')
  })

  it('some may have equal inputs: they share a title', async () => {
    const text = `${TWO}${built('worker', 'image: web')}`
    const { runs, workflowProblems } = await run(text, {
      '.github/workflows/build.yml': workflow('Build ${{ inputs.image }}'),
    })
    expect(runs).toEqual({ api: titled('Build api'), web: titled('Build web'), worker: titled('Build web') })
    expect(workflowProblems).toEqual([])
  })

  it('the repository may be written in either case, and the default branch by its name', async () => {
    const text =
      built('api', 'image: api', ', branch: main') + built('web', 'image: web').replace('org/apps', 'Org/Apps')
    const { runs, workflowProblems } = await run(text, { '.github/workflows/build.yml': DISPATCH })
    expect(runs).toEqual({ api: OWN, web: OWN })
    expect(workflowProblems).toHaveLength(2)
  })

  it('a default branch without a name may be any', async () => {
    const text = built('api', 'image: api', ', branch: main') + built('web', 'image: web')
    const { runs } = await run(text, { '.github/workflows/build.yml': DISPATCH }, { branch: null, isComplete: false })
    expect(runs).toEqual({ api: OWN, web: OWN })
  })

  it.each([
    ['not there', undefined],
    ['not reachable', UNREACHABLE],
    ['not readable', 'run-name: ['],
    ['not to be dispatched', 'run-name: x\non: push\njobs: {}\n'],
  ])('a workflow that is %s is complained of once', async (_, text) => {
    const files: Files = text === undefined ? {} : { '.github/workflows/build.yml': text }
    const { runs, workflowProblems } = await run(TWO, files)
    expect(runs).toEqual({ api: null, web: null })
    expect(workflowProblems.filter(({ problem }) => problem.message.includes('told apart'))).toEqual([])
  })
})

describe('no complaint', () => {
  it.each([
    ['one image per workflow', built('api', 'image: api') + built('web', 'image: web').replace('build.yml', 'web.yml')],
    ['equal inputs', built('api', 'image: x') + built('web', 'image: x')],
    ['no inputs', built('api', '') + built('web', '')],
    ['another branch', built('api', 'image: api', ', branch: dev') + built('web', 'image: web')],
    ['another repository', built('api', 'image: api').replace('org/apps', 'org/api') + built('web', 'image: web')],
    [
      'an image that is switched off',
      built('api', 'image: api').replace('registry', 'enabled: false, registry') + built('web', 'image: web'),
    ],
    ['no workflow', entry('api', 'inputs: {image: api}') + entry('web', 'inputs: {image: web}')],
  ])('%s', async (_, text) => {
    const { runs, workflowProblems } = await run(text, {
      '.github/workflows/build.yml': DISPATCH,
      '.github/workflows/web.yml': DISPATCH,
    })
    for (const identity of Object.values(runs)) expect(identity).toEqual(ALL)
    expect(workflowProblems.filter(({ problem }) => problem.message.includes('told apart'))).toEqual([])
  })
})

const gitlab = (name: string, image: string, more = '') =>
  entry(name, `provider: gitlab, inputs: {IMAGE: ${image}}${more}`)

const UNREAD =
  "Correct .gitlab-ci.yml, or name the project's pipeline file in source.pipeline; write `name: Build $IMAGE` under `workflow:` in it."

describe('images that share a GitLab project', () => {
  const both = gitlab('api', 'api') + gitlab('web', 'web')

  it('are told apart by the names of their pipelines, with one file more', async () => {
    const { runs, workflowProblems, rounds } = await run(both, { '.gitlab-ci.yml': 'workflow: {name: Build $IMAGE}\n' })
    expect(runs).toEqual({ api: titled('Build api'), web: titled('Build web') })
    expect(workflowProblems).toEqual([])
    expect(rounds.map((round) => [...new Set(round.map(({ path }) => path))])).toEqual([
      ['Dockerfile'],
      ['.gitlab-ci.yml'],
    ])
  })

  it.each([
    ['build: {}\n', 'it has no workflow name', 'Add `name: Build $IMAGE` under `workflow:` to .gitlab-ci.yml.'],
    [
      'workflow: {name: $CI_COMMIT_REF_NAME}\n',
      'its workflow name uses $CI_COMMIT_REF_NAME, which is known only when the pipeline runs',
      'Write `name: Build $IMAGE` under `workflow:` in .gitlab-ci.yml.',
    ],
    ['- a\n', 'its workflow name cannot be read: the file is not a map', UNREAD],
    [undefined, 'its workflow name cannot be read: there is no such file', UNREAD],
  ])('are not by %j', async (text, why, remedy) => {
    const { runs, workflowProblems } = await run(both, text === undefined ? {} : { '.gitlab-ci.yml': text })
    expect(runs).toEqual({ api: OWN, web: OWN })
    expect(workflowProblems).toMatchObject([
      {
        isRefusal: true,
        problem: {
          message: `api: .gitlab-ci.yml also builds web, with different inputs, and ${why}. Their pipelines cannot be told apart: only the ones the factory starts count as builds of api.`,
          remedy,
          line: 1,
        },
      },
      { problem: { image: 'web', line: 2 } },
    ])
  })

  it('the file that the entry names is the one that counts', async () => {
    const text = gitlab('api', 'api', ', pipeline: ci/build.yml') + gitlab('web', 'web', ', pipeline: ci/build.yml')
    const { runs } = await run(text, { 'ci/build.yml': 'workflow: {name: $IMAGE}\n' })
    expect(runs).toEqual({ api: titled('api'), web: titled('web') })
  })

  it.each([{ '.gitlab-ci.yml': UNREACHABLE }, {}])('nothing is known where nothing was read: %j', async (files) => {
    const { runs, workflowProblems } = await run(both, files as Files, { isComplete: '.gitlab-ci.yml' in files })
    expect(runs).toEqual({ api: null, web: null })
    expect(workflowProblems).toEqual([])
  })

  it.each([
    ['equal inputs', gitlab('api', 'x') + gitlab('web', 'x')],
    ['another branch', gitlab('api', 'api', ', branch: dev') + gitlab('web', 'web')],
    ['one image', gitlab('api', 'api')],
  ])('nothing more is asked for %s', async (_, text) => {
    const { runs, workflowProblems, rounds } = await run(text, {})
    for (const identity of Object.values(runs)) expect(identity).toEqual(ALL)
    expect(workflowProblems).toEqual([])
    expect(rounds).toHaveLength(1)
  })
})

it('two images have titles of their own whenever their inputs differ, or none', async () => {
  const value = fc.constantFrom('a', 'b', 'ab', '$(baseImage)', '')
  const inputs = fc.record({ image: value, reason: value }, { requiredKeys: [] })
  const part = fc.constantFrom(
    '${{ inputs.image }}',
    '${{ inputs.reason }}',
    'x',
    '${{ github.event.inputs.image }}',
    '-',
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(inputs, { minLength: 2, maxLength: 5 }),
      fc.array(part, { maxLength: 3 }),
      async (sent, parts) => {
        const text = sent.map((one, n) => built(`i${n}`, JSON.stringify(one).slice(1, -1))).join('')
        const { runs, workflowProblems } = await run(text, { '.github/workflows/build.yml': workflow(parts.join('')) })
        const keys = sent.map((one) => JSON.stringify(Object.entries(one).sort()))
        const complaints = new Set(workflowProblems.map(({ problem }) => problem.image))
        for (const [n, key] of keys.entries()) {
          const mine = runs[`i${n}`]
          expect(mine?.kind === 'all').toBe(new Set(keys).size === 1)
          expect(mine?.kind === 'own').toBe(complaints.has(`i${n}`))
          for (const [m, other] of keys.entries()) {
            const theirs = runs[`i${m}`]
            if (mine?.kind !== 'title' || theirs?.kind !== 'title') continue
            expect(mine.title === theirs.title).toBe(key === other)
          }
        }
      },
    ),
    { numRuns: 60 },
  )
})
