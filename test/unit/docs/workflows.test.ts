import { afterEach, describe, expect, it, vi } from 'vitest'
import { parse, parseDocument } from 'yaml'
import { readInputs } from '../../../src/action/inputs.js'
import { NO_OUTPUTS, setOutputs } from '../../../src/action/outputs.js'
import { parseImagesFile } from '../../../src/enrollment/index.js'
import { codeBlocks, PAGES, readDocument, WORKFLOWS } from '../../support/documents.js'
import { workflowFaults } from '../../support/workflow-check.js'

const read = readDocument
const action = parse(read('action.yml')) as {
  readonly name: string
  readonly description: string
  readonly author: string
  readonly branding: { readonly icon: string; readonly color: string }
  readonly inputs: Readonly<Record<string, { readonly default?: unknown }>>
  readonly outputs: Readonly<Record<string, unknown>>
}

describe('action.yml', () => {
  afterEach(() => vi.restoreAllMocks())

  it('is what the Marketplace takes: a name, a short description, an icon in one of its colors', () => {
    const { name, description, author, branding } = action
    expect(name).toBe('Image Factory Action')
    // Longer ones are refused when a release is published there.
    expect(description.length).toBeLessThan(125)
    expect(author).not.toBe('')
    const colors = ['white', 'black', 'yellow', 'blue', 'green', 'orange', 'red', 'purple', 'gray-dark']
    expect(colors).toContain(branding.color)
    expect(branding.icon).toBe('refresh-cw')
  })

  /** What is read from an environment, and what it was asked for. */
  function reading(env: NodeJS.ProcessEnv) {
    const asked = new Set<string>()
    const watched = new Proxy(env, {
      get: (target, name: string) => {
        if (name.startsWith('INPUT_')) asked.add(name.slice('INPUT_'.length).toLowerCase())
        return target[name]
      },
    })
    vi.spyOn(process, 'env', 'get').mockReturnValue(watched)
    return { inputs: readInputs(), asked: [...asked].sort() }
  }

  it('has the inputs that are read, and no other', () => {
    expect(reading({}).asked).toEqual(Object.keys(action.inputs).sort())
  })

  it('has the defaults that are taken where nothing is set', () => {
    const defaults = Object.entries(action.inputs).map(([name, input]) => {
      // What is an expression comes from the runner.
      const value = String(input.default ?? '')
      return [`INPUT_${name.toUpperCase()}`, value.includes('${{') ? '' : value]
    })
    expect(reading(Object.fromEntries(defaults)).inputs).toEqual(reading({}).inputs)
  })

  it('has the outputs that are set, and no other', () => {
    let said = ''
    vi.stubEnv('GITHUB_OUTPUT', '')
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      said += String(text)
      return true
    })
    setOutputs(NO_OUTPUTS)
    vi.unstubAllEnvs()
    const names = [...said.matchAll(/^::set-output name=([^:]+)::/gm)].map(([, name = '']) => name)
    expect(names.sort()).toEqual(Object.keys(action.outputs).sort())
  })
})

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}
interface Job {
  readonly needs?: string | readonly string[]
  readonly permissions?: Readonly<Record<string, string>>
  readonly 'timeout-minutes'?: number
  readonly environment?: string
  readonly steps: readonly Step[]
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>
  readonly permissions: unknown
  readonly jobs: Readonly<Record<string, Job>>
}
const OURS = /^(?:\.\/$|craigedmunds\/image-factory-action@)/
const LOCAL = /^\.\//

describe.each(WORKFLOWS)('%s', (path) => {
  const document = parseDocument(read(path))
  const workflow = document.toJS() as Workflow
  const jobs = Object.values(workflow.jobs)
  const steps = jobs.flatMap((job) => job.steps)

  it('is one that GitHub takes, without a warning', async () => {
    expect([...document.errors, ...document.warnings]).toEqual([])
    expect(await workflowFaults(path, read(path))).toEqual([])
  })

  it('says of every permission why', () => {
    const granted = read(path).match(/^ {6}[a-z-]+: (?:read|write)\b.*$/gm) ?? []
    expect(granted.filter((line) => !/ # \S/.test(line))).toEqual([])
    expect(granted.length).toBe(jobs.flatMap(({ permissions = {} }) => Object.keys(permissions)).length)
  })

  it('pins actions by their full SHA and leaves no credentials behind', () => {
    const pinned = steps.flatMap(({ uses }) => (uses === undefined || LOCAL.test(uses) ? [] : [uses]))
    for (const uses of pinned) expect(uses).toMatch(/^[\w./-]+@[0-9a-f]{40}$/)
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'))
    for (const checkout of checkouts) expect(checkout.with?.['persist-credentials']).toBe(false)
  })

  it('gives our action only inputs it has', () => {
    const ours = steps.filter(({ uses }) => OURS.test(uses ?? ''))
    for (const step of ours) for (const name of Object.keys(step.with ?? {})) expect(action.inputs).toHaveProperty(name)
  })

  it('puts no expression into a script', () => {
    expect(steps.filter(({ run }) => run?.includes('${{'))).toEqual([])
  })
})

describe('test.yml', () => {
  const { jobs } = parse(read('.github/workflows/test.yml')) as Workflow

  it('test-ok waits for every other job', () => {
    const others = Object.keys(jobs).filter((name) => name !== 'test-ok')
    expect([...(jobs['test-ok']?.needs ?? [])].sort()).toEqual(others.sort())
  })

  it('builds the bundle again, and holds it against the committed one', () => {
    const [built = '', compared = ''] = (jobs.dist?.steps ?? []).flatMap(({ run }) => run ?? []).slice(-2)
    expect(built).toMatch(/^rm -rf dist\nnpm run build\n$/)
    expect(compared).toMatch(/git status --porcelain -- dist\b[\s\S]*\n {2}exit 1\n/)
  })
})

describe('nightly.yml', () => {
  const { jobs } = parse(read('.github/workflows/nightly.yml')) as Workflow

  it('tries the bundle on each system and each Node that it promises', () => {
    const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } }
    const { strategy } = jobs.bundle as unknown as { strategy: { matrix: { os: string[]; node: string[] } } }
    expect(strategy.matrix.os.map((os) => os.split('-')[0])).toEqual(['ubuntu', 'windows', 'macos'])
    const [lowest = 0] = strategy.matrix.node.map(Number)
    expect(engines.node).toBe(`>=${lowest}`)
    expect(strategy.matrix.node).toContain(read('.node-version').trim())
  })

  it('runs tests that are there', () => {
    const named = read('.github/workflows/nightly.yml').match(/test\/acceptance\/[\w./-]+/g) ?? []
    expect(named.length).toBeGreaterThan(2)
    for (const path of named) expect(() => read(path.endsWith('.ts') ? path : `${path}/enroll.test.ts`)).not.toThrow()
  })

  it('runs everything, random cases by the thousand, and takes each protection away', () => {
    const commands = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []))
    expect(commands).toEqual(expect.arrayContaining(['.ci/run --full', 'npm run fuzz', 'npm run protections']))
  })
})

describe('release.yml', () => {
  const { on, jobs } = parse(read('.github/workflows/release.yml')) as Workflow

  it('is started by hand, verifies first, and publishes only after an approval', () => {
    expect(Object.keys(on)).toEqual(['workflow_dispatch'])
    expect(jobs.draft?.needs).toBe('verify')
    expect(jobs.publish).toMatchObject({ needs: 'draft', environment: 'release' })
    expect(jobs.verify?.permissions).toEqual({ contents: 'read' })
  })
})

it('synth.yml runs on what the modes are for, and takes a reason', () => {
  const { on } = parse(read('examples/state-repo/.github/workflows/synth.yml')) as Workflow
  expect(Object.keys(on).sort()).toEqual(['pull_request', 'push', 'schedule', 'workflow_dispatch'])
  expect(on.workflow_dispatch).toMatchObject({ inputs: { reason: { type: 'string', required: false } } })
})

describe('YAML in the documents', () => {
  const blocks = PAGES.flatMap(codeBlocks).filter(({ language }) => language === 'yaml')

  it.each(blocks.map((block) => [`${block.page}:${block.line}`, block] as const))('%s can be read', (_, { text }) => {
    const { errors, warnings } = parseDocument(text)
    expect([...errors, ...warnings]).toEqual([])
  })

  it('has images.yaml files that are valid, on the page that others copy from', () => {
    const files = blocks.filter(({ page, text }) => page === 'docs/best-practices.md' && /^images:/m.test(text))
    expect(files).toHaveLength(2)
    expect(files.flatMap(({ page, text }) => parseImagesFile(text, page).problems)).toEqual([])
  })

  const whole = blocks.filter(({ text }) => /^on:/m.test(text) && /^jobs:/m.test(text))

  it('has whole workflows', () => expect(whole.length).toBeGreaterThanOrEqual(3))

  it.each(whole.map((block) => [`${block.page}:${block.line}`, block] as const))(
    '%s is a workflow',
    async (at, block) => {
      expect(await workflowFaults(at, block.text)).toEqual([])
    },
  )

  it('gives our action only inputs it has', () => {
    const steps = blocks.flatMap(({ text }) => stepsIn(parse(text)))
    const ours = steps.filter(({ uses }) => OURS.test(uses ?? ''))
    expect(ours.length).toBeGreaterThan(5)
    for (const step of ours) for (const name of Object.keys(step.with ?? {})) expect(action.inputs).toHaveProperty(name)
  })
})

/** Steps anywhere in a piece of a workflow. */
function stepsIn(data: unknown): Step[] {
  if (Array.isArray(data)) return data.flatMap(stepsIn)
  if (typeof data !== 'object' || data === null) return []
  return 'uses' in data ? [data as Step] : Object.values(data).flatMap(stepsIn)
}
