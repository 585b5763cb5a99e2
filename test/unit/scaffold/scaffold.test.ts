import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse, parseDocument } from 'yaml'
import { parseImagesFile } from '../../../src/enrollment/index.js'
import { ACTION, type Answers, answerFault, PUBLISHED, scaffold, WORKFLOW_FILE } from '../../../src/scaffold/index.js'
import { workflowFaults } from '../../support/workflow-check.js'

const EXAMPLE = '../../../examples/state-repo'
const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')

const ENTRY = {
  name: 'web',
  registry: 'ghcr.io',
  repository: 'acme/web',
  source: { repo: 'acme/web', dockerfile: 'Dockerfile', workflow: 'build.yml' },
}

const answers = (more: Partial<Answers> = {}): Answers => ({
  repository: 'craigedmunds/image-factory-state',
  branch: 'main',
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

  it('enroll nothing where there is no image, which is an error until there is one', () => {
    const text = textOf('images.yaml', { entry: null })
    expect(parse(text)).toEqual({ settings: { namespace: 'image-factory' }, images: [] })
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
      })
    })
    await fc.assert(property, { numRuns: 60 })
  })

  it('images.yaml is read back as it was meant', () => {
    fc.assert(
      fc.property(anyAnswers, (more) => {
        const document = parseDocument(textOf(more.imagesFile, more))
        expect([...document.errors, ...document.warnings]).toEqual([])
        const { enrolled, problems } = parseImagesFile(document.toString(), 'images.yaml')
        expect(problems.length).toBe(more.entry === null ? 1 : 0)
        if (enrolled !== null) expect(enrolled.settings.namespace).toBe(more.namespace)
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
