import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse, parseDocument } from 'yaml'
import { generatedParts, withParts } from '../../../scripts/readme-tables.js'

const root = new URL('../../../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')
const readme = read('README.md')
const action = parse(read('action.yml')) as {
  readonly inputs: Readonly<Record<string, unknown>>
  readonly outputs: Readonly<Record<string, unknown>>
}
const DOCS = ['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'docs/images-yaml.md', 'docs/install.md']
const PAGES = [...DOCS, 'docs/forks.md', 'docs/explain.md', 'docs/permissions.md', 'examples/README.md']

describe('README.md', () => {
  it('has the tables, the workflow and the comment that the script makes', () => {
    expect(readme, 'rewrite it: npm exec -- node scripts/readme-tables.ts').toBe(withParts(readme, generatedParts()))
  })

  it('shows the workflow of the example byte for byte', () => {
    expect(readme).toContain(`\`\`\`yaml\n${read('examples/state-repo/.github/workflows/synth.yml')}\`\`\`\n`)
  })

  it('names the commands that --help names, and no others', () => {
    const help = execFileSync(process.execPath, ['dist/index.js', '--help'], { cwd: root, encoding: 'utf8' })
    const [, listed = ''] = help.split('Commands:')
    const known = [...listed.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name)
    const [, section = ''] = readme.split('## Command line')
    const named = [...(section.split('| Exit code')[0] ?? '').matchAll(/^\| `([a-z]+)/gm)].map(([, name]) => name)
    expect(known.length).toBeGreaterThan(0)
    expect(named.sort()).toEqual(known.sort())
  })

  it('quotes error messages as the source has them', () => {
    const source = globSync('src/**/*.ts', { cwd: root }).map(read).join('\n')
    const [, section = ''] = readme.split('## Troubleshooting')
    const messages = [...section.matchAll(/^\| `(.+?)` \| /gm)].map(([, message = '']) => message)
    expect(messages.length).toBeGreaterThan(10)
    const parts = messages.flatMap((message) => message.split('…').map((part) => part.replace(/^[.:\s]+|\s+$/g, '')))
    expect(parts.filter((part) => !source.includes(part))).toEqual([])
  })
})

describe('action.yml', () => {
  it.each(Object.keys(action.inputs))('input %s is read in src/action/inputs.ts', (name) => {
    expect(read('src/action/inputs.ts')).toContain(`('${name}'`)
  })

  it.each(Object.keys(action.outputs))('output %s is set in src/action/outputs.ts', (name) => {
    expect(read('src/action/outputs.ts')).toContain(`setOutput('${name}'`)
  })

  it('is all that the source reads and sets', () => {
    const names = (path: string, call: RegExp) => [...read(path).matchAll(call)].map(([, name = '']) => name)
    const reads = names('src/action/inputs.ts', /(?:read\.\w+|getInput)\(\s*'([a-z-]+)'/g)
    expect([...new Set(reads)].sort()).toEqual(Object.keys(action.inputs).sort())
    expect(names('src/action/outputs.ts', /setOutput\('([a-z-]+)'/g).sort()).toEqual(Object.keys(action.outputs).sort())
  })
})

interface Step {
  readonly uses?: string
  readonly with?: Readonly<Record<string, unknown>>
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>
  readonly permissions: unknown
  readonly jobs: Readonly<Record<string, { readonly needs?: readonly string[]; readonly steps: readonly Step[] }>>
}
const WORKFLOWS = ['.github/workflows/test.yml', 'examples/state-repo/.github/workflows/synth.yml']
const OURS = /^(?:\.\/|craigedmunds\/image-factory-action@v1)$/

describe.each(WORKFLOWS)('%s', (path) => {
  const document = parseDocument(read(path))
  const workflow = document.toJS() as Workflow
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps)

  it('is YAML without a warning, and gives no permissions at the top', () => {
    expect([...document.errors, ...document.warnings]).toEqual([])
    expect(workflow.permissions).toEqual({})
  })

  it('pins the actions of others by their full SHA and leaves no credentials behind', () => {
    const others = steps.filter(({ uses }) => uses !== undefined && !OURS.test(uses))
    expect(others.length).toBeGreaterThan(0)
    for (const { uses } of others) expect(uses).toMatch(/^[\w./-]+@[0-9a-f]{40}$/)
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'))
    expect(checkouts.length).toBeGreaterThan(0)
    for (const checkout of checkouts) expect(checkout.with?.['persist-credentials']).toBe(false)
  })

  it('gives our action only inputs it has', () => {
    const ours = steps.filter(({ uses }) => OURS.test(uses ?? ''))
    expect(ours.length).toBeGreaterThan(0)
    for (const step of ours) for (const name of Object.keys(step.with ?? {})) expect(action.inputs).toHaveProperty(name)
  })
})

it('synth.yml runs on what the modes are for, and takes a reason', () => {
  const { on } = parse(read(WORKFLOWS[1]!)) as Workflow
  expect(Object.keys(on).sort()).toEqual(['pull_request', 'push', 'schedule', 'workflow_dispatch'])
  expect(on.workflow_dispatch).toMatchObject({ inputs: { reason: { type: 'string', required: false } } })
})

it('ci-ok waits for every other job', () => {
  const { jobs } = parse(read(WORKFLOWS[0]!)) as Workflow
  const others = Object.keys(jobs).filter((name) => name !== 'ci-ok')
  expect([...(jobs['ci-ok']?.needs ?? [])].sort()).toEqual(others.sort())
})

it('every action is pinned to one commit, wherever it is named', () => {
  const pins = new Map<string, Set<string>>()
  for (const path of [...WORKFLOWS, ...PAGES]) {
    for (const [, name = '', pin = ''] of read(path).matchAll(/uses: ([\w-]+\/[\w./-]+)@(.+)/g)) {
      if (name !== 'craigedmunds/image-factory-action') pins.set(name, (pins.get(name) ?? new Set()).add(pin.trim()))
    }
  }
  for (const [name, found] of pins) expect([...found], name).toHaveLength(1)
})

describe.each(PAGES)('links of %s', (path) => {
  it('lead to files and headings that exist', () => {
    const anchors = (text: string) =>
      [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
        title
          .toLowerCase()
          .replace(/[^\w\s-]/g, '')
          .replaceAll(' ', '-'),
      )
    for (const [, target = ''] of read(path).matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
      const [file = '', anchor] = target.split('#')
      const url = file === '' ? new URL(path, root) : new URL(file, new URL(path, root))
      const text = readFileSync(url, 'utf8')
      if (anchor !== undefined) expect(anchors(text), target).toContain(anchor)
    }
  })
})
