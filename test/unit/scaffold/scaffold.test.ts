import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse, parseDocument } from 'yaml'
import { parseImagesFile } from '../../../src/enrollment/index.js'
import { ACTION, type Answers, answerFault, PUBLISHED, scaffold, WORKFLOW_FILES } from '../../../src/scaffold/index.js'
import { runs } from '../../support/full.js'
import { workflowFaults } from '../../support/workflow-check.js'

const EXAMPLE = '../../../examples/state-repo'
const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')

const WORKFLOW_FILE = WORKFLOW_FILES.kargo

const ENTRY = {
  name: 'web',
  registry: 'ghcr.io',
  repository: 'acme/web',
  source: { repo: 'acme/web', dockerfile: 'Dockerfile', workflow: 'build.yml' },
}

const answers = (more: Partial<Answers> = {}): Answers => ({
  repository: 'craigedmunds/image-factory-state',
  branch: 'main',
  engine: 'kargo',
  applicationFolder: null,
  hasDashboard: false,
  namespace: 'image-factory',
  owners: ['@craigedmunds'],
  action: PUBLISHED,
  imagesFile: 'images.yaml',
  outputDir: 'dist',
  entry: ENTRY,
  ...more,
})

const textOf = (path: string, more: Partial<Answers> = {}) => scaffold(answers(more)).get(path) ?? ''

describe('the files of a new state repository', () => {
  it('are five', () => {
    expect([...scaffold(answers()).keys()]).toEqual([
      'images.yaml',
      WORKFLOW_FILE,
      'CODEOWNERS',
      '.gitattributes',
      'README.md',
    ])
  })

  // Rewrite the example after a change here: npm exec -- vitest run --project unit test/unit/scaffold -u
  it.each([WORKFLOW_FILE, 'CODEOWNERS', '.gitattributes', 'README.md'])(
    'are those of the example: %s',
    async (path) => {
      await expect(textOf(path)).toMatchFileSnapshot(`${EXAMPLE}/${path}`)
    },
  )

  it('name the schema for editors as the example does', () => {
    const [first] = textOf('images.yaml').split('\n')
    expect(read('examples/state-repo/images.yaml').split('\n')[0]).toBe(first)
  })

  it('enroll the first image', () => {
    const { enrolled, problems } = parseImagesFile(textOf('images.yaml'), 'images.yaml')
    expect(problems).toEqual([])
    expect(enrolled?.images).toMatchObject([{ name: 'web', registry: 'ghcr.io', repository: 'acme/web' }])
    expect(enrolled?.settings.namespace).toBe('image-factory')
  })

  it('have Kargo start their own workflow, with an input it takes', () => {
    const { enrolled, problems } = parseImagesFile(textOf('images.yaml', { branch: '1.0' }), 'images.yaml')
    expect(problems).toEqual([])
    expect(enrolled?.settings.stateWorkflow).toEqual({
      repo: 'craigedmunds/image-factory-state',
      workflow: 'synth.yml',
      ref: '1.0',
    })
    const { on } = parse(textOf(WORKFLOW_FILE)) as { on: { workflow_dispatch: { inputs: Record<string, object> } } }
    expect(on.workflow_dispatch.inputs.reason).toMatchObject({ type: 'string', required: false })
  })

  it('name nothing of Kargo where there is no cluster', () => {
    for (const text of scaffold(answers({ engine: 'actions' })).values())
      expect(text).not.toMatch(/stateWorkflow|github-dispatch/)
  })

  it('enroll nothing where there is no image, which is an error until there is one', () => {
    const text = textOf('images.yaml', { entry: null })
    expect(parse(text)).toMatchObject({ settings: { namespace: 'image-factory' }, images: [] })
    const [found, ...more] = parseImagesFile(text, 'images.yaml').problems
    expect(found?.message).toBe('no image is enrolled.')
    expect(more).toEqual([])
  })

  it('show an entry that is good once it is no comment any more', () => {
    const [, commented = ''] = textOf('images.yaml', { entry: null }).split('looks like this:\n#\n')
    const entry = commented.replace(/^# {3}/gm, '').replace('images: []\n', '')
    expect(parseImagesFile(entry, 'images.yaml').problems).toEqual([])
  })

  it('refuse an entry that is no good', () => {
    expect(() => scaffold(answers({ entry: { name: 'A' } }))).toThrow(/images\.yaml:\d+/)
  })
})

const name = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9._/-]{0,20}$/)
const good = (kind: Parameters<typeof answerFault>[0], text: fc.Arbitrary<string>) =>
  text.filter((one) => answerFault(kind, one) === null)

const anyAnswers = fc.record({
  repository: good('repository', fc.stringMatching(/^[A-Za-z0-9-]{1,10}\/[A-Za-z0-9._-]{1,12}$/)),
  branch: fc.oneof(good('branch', name), fc.constantFrom('1.0', 'on', 'null', '0x10', '1e3', 'release/2026-11', '007')),
  namespace: fc.oneof(good('namespace', fc.stringMatching(/^[a-z0-9-]{1,20}$/)), fc.constantFrom('on', 'y', '12', '0')),
  owners: fc.array(good('owner', fc.stringMatching(/^@[A-Za-z0-9-]{1,8}(?:\/[A-Za-z0-9._-]{1,8})?$/)), {
    minLength: 1,
    maxLength: 3,
  }),
  imagesFile: fc.constantFrom('images.yaml', 'factory/images.yml', 'on'),
  outputDir: fc.constantFrom('dist', 'out/k8s', 'out put', '12'),
  entry: fc.constantFrom(ENTRY, null),
})

interface Synth {
  readonly on: Readonly<Record<'pull_request' | 'push', { readonly branches: readonly string[] }>>
  readonly jobs: { readonly synth: { readonly steps: readonly { readonly uses: string; readonly with?: object }[] } }
}

describe('whatever is answered', () => {
  it('GitHub takes the workflow, and reads in it what was answered', async () => {
    const property = fc.asyncProperty(anyAnswers, async (more) => {
      const text = textOf(WORKFLOW_FILE, more)
      expect(await workflowFaults(WORKFLOW_FILE, text)).toEqual([])
      const { on, jobs } = parse(text) as Synth
      expect([...on.push.branches, ...on.pull_request.branches]).toEqual([more.branch, more.branch])
      const step = jobs.synth.steps.at(-1)
      expect(step?.uses).toBe(`${ACTION}@${PUBLISHED.sha}`)
      const { imagesFile, outputDir } = more
      expect(step?.with).toEqual({
        'commit-method': 'api',
        ...(imagesFile === 'images.yaml' ? {} : { 'images-file': imagesFile }),
        ...(outputDir === 'dist' ? {} : { 'output-dir': outputDir }),
        'max-deletions': '${{ inputs.max-deletions }}',
      })
    })
    await fc.assert(property, { numRuns: runs(60, 15) })
  })

  it('images.yaml is read back as it was meant', () => {
    fc.assert(
      fc.property(anyAnswers, (more) => {
        const document = parseDocument(textOf(more.imagesFile, more))
        expect([...document.errors, ...document.warnings]).toEqual([])
        const { enrolled, problems } = parseImagesFile(document.toString(), 'images.yaml')
        expect(problems.length).toBe(more.entry === null ? 1 : 0)
        if (enrolled === null) return
        const stateWorkflow = { repo: more.repository, ref: more.branch }
        expect(enrolled.settings).toMatchObject({ namespace: more.namespace, stateWorkflow })
      }),
    )
  })

  it('nothing is left to be filled in', () => {
    fc.assert(
      fc.property(anyAnswers, (more) => {
        for (const text of scaffold(answers(more)).values()) expect(text).not.toMatch(/(?<!\$)\{\{|undefined/)
      }),
    )
  })
})

const SHAPES = [
  ['a repository of its own', 'state-repository', { repository: 'acme/image-factory-state' }],
  ["the application's own repository", 'application', { repository: 'acme/web', applicationFolder: 'image-factory' }],
] as const

interface Actions {
  readonly on: {
    readonly push: { readonly branches: readonly string[]; readonly paths: readonly string[] }
    readonly pull_request: { readonly branches: readonly string[]; readonly paths?: readonly string[] }
  }
  readonly permissions: object
  readonly jobs: {
    readonly 'image-factory': {
      readonly permissions: Readonly<Record<string, string>>
      readonly steps: readonly { readonly uses: string; readonly with?: Readonly<Record<string, string>> }[]
    }
  }
}

describe.each(SHAPES)('without a cluster, in %s', (_, golden, shape) => {
  const pin = { sha: '0123456789abcdef0123456789abcdef01234567', name: 'v1.2.3' }
  const all = { engine: 'actions', owners: ['@acme/platform'], ...shape } as const
  const file = WORKFLOW_FILES.actions
  const workflowOf = (more: Partial<Answers> = {}) => parse(textOf(file, { ...all, ...more })) as Actions

  it('the files are those', async () => {
    for (const [path, text] of scaffold(answers({ ...all, action: pin }))) {
      await expect(text, path).toMatchFileSnapshot(
        `../../golden/scaffold/${golden}/${path.replace('.github', 'github')}`,
      )
    }
    const top = golden === 'application' ? 'image-factory/' : ''
    const names = [
      `${top}images.yaml`,
      file,
      ...(top === '' ? ['CODEOWNERS'] : []),
      `${top}.gitattributes`,
      `${top}README.md`,
    ]
    expect([...scaffold(answers(all)).keys()]).toEqual(names)
  })

  it('images.yaml is valid, with the engine and the image', () => {
    const text = [...scaffold(answers(all)).values()][0] ?? ''
    const { enrolled, problems } = parseImagesFile(text, 'images.yaml')
    expect(problems).toEqual([])
    expect(enrolled?.settings.engine).toBe('actions')
    expect(enrolled?.images).toMatchObject([{ name: 'web' }])
  })

  it('a token can do what it is for, and no more', () => {
    const { permissions, jobs } = workflowOf()
    const { permissions: granted, steps } = jobs['image-factory']
    expect(permissions).toEqual({})
    const own = { contents: 'write', 'pull-requests': 'write' }
    expect(granted).toEqual(golden === 'application' ? { ...own, actions: 'write', packages: 'read' } : own)
    const login = steps.find(({ uses }) => uses.startsWith('docker/login-action@'))
    if (golden === 'application')
      expect(login?.with).toMatchObject({ registry: 'ghcr.io', password: '${{ github.token }}' })
    else expect(login).toBeUndefined()
    const app = steps.find(({ uses }) => uses.startsWith('actions/create-github-app-token@'))
    if (golden === 'application') expect(app).toBeUndefined()
    else
      expect(app?.with).toMatchObject({ owner: 'acme', 'permission-contents': 'read', 'permission-actions': 'write' })
    const token = golden === 'application' ? undefined : '${{ steps.app.outputs.token }}'
    expect(steps.at(-1)?.with?.['source-token']).toBe(token)
  })

  it('logs in to no registry but ghcr.io', () => {
    const entry = { name: 'web', registry: 'docker.io', repository: 'acme/web' }
    const text = [...scaffold(answers({ ...all, entry })).values()][1] ?? ''
    expect(text).not.toMatch(/login-action|packages:/)
  })

  it('says of every permission why', () => {
    const granted = textOf(file, all).match(/^ {6}[a-z-]+: write\b.*$/gm) ?? []
    expect(granted.filter((line) => !/ # \S/.test(line))).toEqual([])
  })

  it('nothing that a run commits starts another one', () => {
    const { on } = workflowOf()
    const top = golden === 'application' ? 'image-factory/' : ''
    expect(on.push.paths).toEqual([`${top}images.yaml`, `${top}overrides.yaml`, file])
    expect(on.pull_request.paths).toEqual(golden === 'application' ? on.push.paths : undefined)
  })

  it('GitHub takes the workflow, whatever is answered', async () => {
    const folders =
      shape.repository === 'acme/web' ? fc.constantFrom('.', 'a b', 'on', 'c++/[x]', '!x') : fc.constant(null)
    const property = fc.asyncProperty(anyAnswers, folders, async (more, applicationFolder) => {
      const text = textOf(file, { ...more, engine: 'actions', applicationFolder })
      expect(await workflowFaults(file, text)).toEqual([])
      const { on, jobs } = parse(text) as Actions
      expect(on.push.branches).toEqual([more.branch])
      const below = applicationFolder === null || applicationFolder === '.' ? '' : `${applicationFolder}/`
      expect(on.push.paths[0]?.replaceAll('\\', '')).toBe(`${below}${more.imagesFile}`)
      const given = jobs['image-factory'].steps.at(-1)?.with
      expect(given?.['state-path']).toBe(below === '' ? undefined : applicationFolder)
      expect(given).toMatchObject({ rebuild: '${{ inputs.rebuild }}', 'max-deletions': '${{ inputs.max-deletions }}' })
      for (const one of scaffold(answers({ ...more, engine: 'actions', applicationFolder })).values())
        expect(one).not.toMatch(/(?<!\$)\{\{|undefined/)
    })
    await fc.assert(property, { numRuns: runs(40, 10) })
  })
})

it('the App is installed where the first image is built, if that is GitHub', () => {
  const ownerOf = (entry: Answers['entry']) =>
    /^ +owner: (\S+)/m.exec(textOf(WORKFLOW_FILES.actions, { engine: 'actions', repository: 'acme/state', entry }))?.[1]
  expect(ownerOf({ ...ENTRY, source: { ...ENTRY.source, repo: 'other/web' } })).toBe('other')
  expect(ownerOf({ ...ENTRY, source: { provider: 'gitlab', repo: 'group/sub/web', dockerfile: 'Dockerfile' } })).toBe(
    'acme',
  )
  expect(ownerOf(null)).toBe('acme')
})

describe('answers', () => {
  it.each([
    ['repository', ['acme/state', 'a/b.c_d'], ['acme', 'acme/a/b', 'acme/..', 'a b/c', '/x', '']],
    ['branch', ['main', 'release/1.0'], ['', 'a b', '-x', 'a..b', 'refs/heads/main', 'HEAD', 'x.lock', '${{ x }}']],
    ['namespace', ['image-factory', '1'], ['', 'A', 'a.b', '-a', 'a'.repeat(64)]],
    ['owner', ['@acme', '@acme/platform', 'a@b.example'], ['acme', '@', '@a/b/c', '@a @b', '', '@acme\n*']],
  ] as const)('%s', (kind, goodOnes, badOnes) => {
    for (const text of goodOnes) expect(answerFault(kind, text), text).toBeNull()
    for (const text of badOnes) expect(answerFault(kind, text), text).not.toBeNull()
  })
})

describe('with a dashboard', () => {
  const SHAPES_OF_ALL = [
    ['kargo', {}, WORKFLOW_FILES.kargo],
    ['actions', { engine: 'actions' }, WORKFLOW_FILES.actions],
    [
      'application',
      { engine: 'actions', repository: 'acme/web', applicationFolder: 'image-factory' },
      WORKFLOW_FILES.actions,
    ],
  ] as const

  it.each(SHAPES_OF_ALL)(
    '%s: GitHub takes the workflow, which listens to boxes and may write issues',
    async (golden, shape, file) => {
      const text = textOf(file, { ...shape, hasDashboard: true })
      await expect(text).toMatchFileSnapshot(`../../golden/scaffold/dashboard/${golden}.yml`)
      expect(await workflowFaults(file, text)).toEqual([])
      const { on, jobs } = parse(text) as {
        on: { issues: object }
        jobs: Record<string, { if: string; permissions: object }>
      }
      expect(on.issues).toEqual({ types: ['edited'] })
      expect(Object.values(jobs).map((job) => job.permissions)).toMatchObject([{ issues: 'write' }])
      expect(Object.values(jobs)[0]?.if).toContain("github.event_name != 'issues' ||")
      expect(text).toMatch(/group: .*github\.event_name == 'issues' && github\.run_id \|\|/)
      expect(text.match(/^ {6}[a-z-]+: write\b(?! # \S).*$/gm)).toBeNull()
    },
  )

  it.each(SHAPES_OF_ALL)('%s: images.yaml asks for it, and not without', (_, shape) => {
    const settingsOf = (hasDashboard: boolean) => {
      const [text = ''] = scaffold(answers({ ...shape, hasDashboard })).values()
      const { enrolled, problems } = parseImagesFile(text, 'images.yaml')
      expect(problems).toEqual([])
      return enrolled?.settings.dashboard
    }
    expect([settingsOf(true), settingsOf(false)]).toEqual([
      { issue: true, notify: [] },
      { issue: false, notify: [] },
    ])
  })
})
