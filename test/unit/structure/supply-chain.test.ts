/** What the project is made of and built with: pinned, licensed, and checked by nobody's word but a hash. */
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const read = (path: string) => readFileSync(`${ROOT}${path}`, 'utf8')

interface Package {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly license?: string
  readonly link?: boolean
  readonly dev?: boolean
  readonly hasInstallScript?: boolean
}
const lock = JSON.parse(read('package-lock.json')) as { lockfileVersion: number; packages: Record<string, Package> }
const packages = Object.entries(lock.packages).filter(([path]) => path !== '')
const nameOf = (path: string) => path.replace(/^.*node_modules\//, '')

describe('the lockfile', () => {
  it('pins every package to a version and a hash, and names no place to fetch it from', () => {
    // Packages that another one brings inside of itself are covered by its hash.
    const loose = packages.filter(([path]) => !/\/node_modules\/.*\/node_modules\//.test(`/${path}`))
    expect(loose.length).toBeGreaterThan(100)
    for (const [path, one] of loose) {
      expect(one.version, path).toMatch(/^\d+\.\d+\.\d+/)
      expect(one.integrity, path).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/)
    }
    expect(packages.filter(([, one]) => one.resolved !== undefined || one.link === true)).toEqual([])
  })

  it('runs no script at install, but that of Node itself for the tools', () => {
    const scripts = packages.filter(([, one]) => one.hasInstallScript === true)
    expect(scripts.map(([path, one]) => [path, one.dev])).toEqual([['node_modules/node', true]])
  })
})

describe('npx from the repository', () => {
  const { bin, scripts, files } = JSON.parse(read('package.json')) as {
    readonly bin: Readonly<Record<string, string>>
    readonly scripts: Readonly<Record<string, string>>
    readonly files: readonly string[]
  }

  it('runs the committed bundle, with the folders that commands read', () => {
    expect(bin).toEqual({ 'image-factory': 'dist/index.js' })
    expect(files).toEqual(['dist', 'examples', 'schema'])
  })

  it('builds nothing: npm runs these scripts of a package from git', () => {
    const atInstall = [
      'preinstall',
      'install',
      'postinstall',
      'prepublish',
      'preprepare',
      'prepare',
      'postprepare',
      'prepack',
    ]
    expect(Object.keys(scripts).filter((name) => atInstall.includes(name))).toEqual([])
  })
})

/** Licences that ask for nothing but to be named (SPDX). */
const ALLOWED = ['MIT', 'Apache-2.0', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD']

describe('the bundle', () => {
  const lines = read('dist/licenses.txt').split('\n')
  const known = new Set(packages.map(([path]) => nameOf(path)))
  const licences = new Map(
    lines.flatMap((line, at) => {
      const licence = lines[at + 1] ?? ''
      return known.has(line) && /^[A-Z0-9][A-Za-z0-9.-]*$/.test(licence) ? [[line, licence] as const] : []
    }),
  )

  it('names the licence of each package in it, one that we may pass on', () => {
    const inside = new Set(
      [...read('dist/index.js').matchAll(/node_modules\/((?:@[a-z0-9._-]+\/)?[a-z0-9._-]+)\//g)].map(
        ([, name]) => name,
      ),
    )
    expect(inside.size).toBeGreaterThan(20)
    expect([...inside].filter((name) => !licences.has(name ?? ''))).toEqual([])
    expect([...licences].filter(([, licence]) => !ALLOWED.includes(licence))).toEqual([])
  })

  it('says of each package what the lockfile says', () => {
    for (const [name, licence] of licences) {
      const locked = packages.filter(([path, one]) => nameOf(path) === name && one.license !== undefined)
      expect(
        locked.map(([, one]) => one.license),
        name,
      ).toContain(licence)
    }
  })
})

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}
interface Job {
  readonly permissions?: unknown
  readonly 'timeout-minutes'?: number
  readonly steps?: readonly Step[]
  readonly uses?: string
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>> | string | readonly string[]
  readonly permissions?: unknown
  readonly jobs: Readonly<Record<string, Job>>
}

const WORKFLOWS = globSync(['.github/workflows/*.yml', 'examples/**/.github/workflows/*.yml'], { cwd: ROOT })
  .filter((path) => !path.startsWith('examples/sources/'))
  .sort()

describe.each(WORKFLOWS)('%s', (path) => {
  const workflow = parse(read(path)) as Workflow
  const jobs = Object.values(workflow.jobs)
  const steps = jobs.flatMap((job) => job.steps ?? [])

  it('gives no permission to all its jobs, to each what it needs, and time that ends', () => {
    expect(workflow.permissions).toEqual({})
    for (const job of jobs) {
      expect(job.permissions).toBeDefined()
      if (job.uses === undefined) expect(job['timeout-minutes']).toBeLessThanOrEqual(60)
    }
  })

  it('runs with other people’s code on no event that has secrets', () => {
    const events = typeof workflow.on === 'string' ? [workflow.on] : Object.keys(workflow.on)
    expect(events).not.toContain('pull_request_target')
  })

  it('restores nothing that another run left in a cache', () => {
    expect(steps.filter(({ uses }) => /^actions\/cache|^[^@]*\/cache@/.test(uses ?? ''))).toEqual([])
    const nodes = steps.filter(({ uses }) => uses?.startsWith('actions/setup-node@'))
    expect(nodes.map((step) => step.with?.['package-manager-cache'])).toEqual(nodes.map(() => false))
  })
})

describe('what workflows and documents use', () => {
  const files = [...WORKFLOWS, ...globSync(['*.md', 'docs/*.md', 'examples/*.md'], { cwd: ROOT })]
  const uses = files.flatMap((path) =>
    [...read(path).matchAll(/^\s*(?:- )?uses: *(\S+)(.*)$/gm)].map(([, name = '', rest = '']) => ({
      path,
      name,
      rest,
    })),
  )
  const isOwn = (name: string) => /^(?:\.\/|\$\/|craigedmunds\/image-factory-action@)/.test(name)

  it('is pinned to a commit, with its version beside it', () => {
    expect(uses.length).toBeGreaterThan(8)
    const loose = uses.filter(({ name, rest }) => !isOwn(name) && !(/@[0-9a-f]{40}$/.test(name) && /# v\d/.test(rest)))
    expect(loose).toEqual([])
  })

  it('is one commit of each wherever it is used', () => {
    const commits = new Map<string, Set<string>>()
    for (const { name } of uses.filter((one) => !isOwn(one.name))) {
      const [action = '', commit = ''] = name.split('@')
      const known = commits.get(action) ?? new Set()
      commits.set(action, known.add(commit))
    }
    expect([...commits].filter(([, known]) => known.size > 1).map(([action]) => action)).toEqual([])
  })
})
