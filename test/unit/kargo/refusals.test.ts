// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what Kargo would evaluate.
import { describe, expect, test } from 'vitest'
import type { EnrolledImage, Settings } from '../../../src/enrollment/images-file.js'
import { type Problem, Refusal } from '../../../src/enrollment/problem.js'
import { type Factory, synthesize } from '../../../src/kargo/index.js'
import { exampleFactory, external, github, gitlab, image, NODE, SETTINGS, TELLING } from './fixtures.js'

function problemsOf(factory: Factory): readonly Problem[] {
  try {
    synthesize(factory)
  } catch (error) {
    if (error instanceof Refusal) return error.problems
    throw error
  }
  return []
}

const messagesOf = (factory: Factory) => problemsOf(factory).map(({ message }) => message)
const RECEIVER = { name: 'github', type: 'github', secret: 'github-webhook', virtualRepoName: null } as const
const withSource = (source: Parameters<typeof github>[0]) => image({ source: github(source) })

describe('text that Kargo would evaluate is refused', () => {
  const hostile = ["${{ secret('github-dispatch').token }}", '${% quote(1) %}', 'x${{']

  test.each(hostile)('wherever an entry holds it: %s', (text) => {
    const entries: [string, Partial<EnrolledImage>][] = [
      ['registry', { registry: text }],
      ['repository', { repository: text }],
      ['source.repo', { source: github({ repo: text }) }],
      ['source.branch', { source: github({ branch: text }) }],
      ['source.workflow', { source: github({ workflow: text }) }],
      ['source.dockerfile', { source: github({ dockerfile: text }) }],
      ['source.inputs.reason', { source: github({ inputs: new Map([['reason', text]]) }) }],
      ['source.inputs', { source: github({ inputs: new Map([[text, 'value']]) }) }],
      ['tags.constraint', { tags: { strategy: 'SemVer', constraint: text, allow: [] } }],
      ['tags.allow.0', { tags: { strategy: 'Lexical', constraint: null, allow: [text] } }],
    ]
    for (const [path, entry] of entries) {
      const lineOf = (key: string) => (key === path ? 12 : null)
      const evaluated = problemsOf(exampleFactory({ images: [image({ ...entry, lineOf })] })).filter(({ message }) =>
        message.includes('would evaluate'),
      )
      expect(evaluated, path).toHaveLength(1)
      expect(evaluated[0]).toMatchObject({
        severity: 'error',
        file: 'images.yaml',
        line: 12,
        column: null,
        image: 'backstage',
      })
    }
  })

  test.each(hostile)('wherever a base, branch or setting holds it: %s', (text) => {
    const factories: Factory[] = [
      exampleFactory({ bases: [{ ...NODE, baselineDigest: text }], images: [image({}, [NODE.name])] }),
      exampleFactory({ settings: { ...SETTINGS, githubTokenSecret: text } }),
      exampleFactory({ settings: { ...SETTINGS, gitlabTokenSecret: text }, images: [image({ source: gitlab() })] }),
      exampleFactory({ settings: { ...SETTINGS, shard: text } }),
      exampleFactory({ settings: { ...SETTINGS, webhookReceivers: [{ ...RECEIVER, secret: text }] } }),
      exampleFactory({ settings: { ...TELLING, stateWorkflow: { repo: 'a/b', workflow: 'c.yml', ref: text } } }),
      exampleFactory({ overrides: [{ digest: `sha256:${'a'.repeat(64)}`, reason: text }] }),
      exampleFactory({ gitlab: { url: `https://${text}` }, images: [image({ source: gitlab() })] }),
      exampleFactory({ github: { apiUrl: `https://${text}` } }),
      exampleFactory({ images: [withSource({ branch: null })], branches: new Map([['backstage', text]]) }),
    ]
    for (const factory of factories) expect(messagesOf(factory).join('\n')).toMatch(/would evaluate|does not accept/)
  })

  test('the problem stands at the entry where its key has no line', () => {
    const [problem] = problemsOf(exampleFactory({ images: [image({ repository: 'a/${{ x }}', line: 7 })] }))
    expect(problem).toMatchObject({ file: 'images.yaml', line: 7, column: 3, image: 'backstage' })
  })
})

describe('what Kargo or Kubernetes refuses', () => {
  test.each(['a--b', 'a-', '', 'Org/app:1.0', 'org//app'])('as an image repository: ghcr.io/%s', (repository) => {
    expect(messagesOf(exampleFactory({ images: [image({ repository })] }))).toEqual([
      `image backstage: Kargo does not accept ghcr.io/${repository} as an image repository`,
    ])
  })

  test.each(['main', 'release/2.x', 'a_b', '2024-01-release', 'v1.0'])('not the branch %s', (branch) => {
    expect(messagesOf(exampleFactory({ images: [withSource({ branch })] }))).toEqual([])
  })

  test.each(['', 'feature+x', 'a@{u}', '-x', 'x/', 'x'.repeat(256)])('the branch %s', (branch) => {
    expect(messagesOf(exampleFactory({ images: [withSource({ branch })] }))).toContain(
      `Kargo does not accept ${branch} as a branch`,
    )
  })

  test.each(['22', '1.0', '1e5', 't', 'F', 'true', 'null', 'Infinity', 'nan', '0x1F', '1_000'])(
    'the branch %s, which an expression would turn into something else',
    (branch) => {
      expect(messagesOf(exampleFactory({ images: [withSource({ branch })] })).join()).toContain(
        'as a number or boolean',
      )
    },
  )

  test.each(['', '.', '..', 'a/b.yml', 'a\nb.yml', '\ud800.yml'])('the workflow %j', (workflow) => {
    expect(messagesOf(exampleFactory({ images: [withSource({ workflow })] }))).toEqual([
      `source.workflow ${workflow} is no file name`,
    ])
  })

  test.each(['owner', 'a/b/c', '../app', 'owner/..', '/app'])('the repository %s as a source', (repo) => {
    expect(messagesOf(exampleFactory({ images: [withSource({ repo })] }))).toEqual([
      `source.repo ${repo} is not OWNER/REPO`,
    ])
  })

  test.each(['project', '../app', 'group//project', 'group/.', ''])('the GitLab project %s', (repo) => {
    expect(messagesOf(exampleFactory({ images: [image({ source: gitlab({ repo }) })] }))).toEqual([
      `source.repo ${repo} is not GROUP/PROJECT`,
    ])
  })

  test('a branch on GitLab that an expression would turn into something else', () => {
    expect(messagesOf(exampleFactory({ images: [image({ source: gitlab({ branch: '1.0' }) })] }))).toEqual([
      "Kargo would read the branch 1.0 as a number or boolean, and GitLab's API needs a text",
    ])
  })

  test.each([
    ['source.dockerfile', github({ dockerfile: 'glob:**' })],
    ['source.dockerfile', github({ dockerfile: './regex:.*' })],
    ['source.pipeline', gitlab({ pipeline: 'regexp:ci.yml' })],
  ])('a watched %s that Kargo takes for a pattern', (key, source) => {
    const lineOf = (asked: string) => (asked === key ? 12 : null)
    const factory = exampleFactory({ images: [image({ source, lineOf })] })
    expect(problemsOf(factory)).toEqual([])
    expect(problemsOf({ ...factory, settings: TELLING })).toMatchObject([
      {
        message: expect.stringMatching(`^Kargo would take ${key} .* for a pattern, not for a file$`) as string,
        remedy: 'Build it from a path that does not begin with glob:, regex: or regexp:.',
        file: 'images.yaml',
        line: 12,
        image: 'backstage',
      },
    ])
  })

  test('a watched path that leaves the repository', () => {
    const factory = exampleFactory({ settings: TELLING, images: [withSource({ dockerfile: '../Dockerfile' })] })
    expect(messagesOf(factory)).toEqual([
      'source craigedmunds/argocd-eda: "../Dockerfile" names no file from the top of https://github.com/craigedmunds/argocd-eda',
    ])
  })

  test('a source that is wrong is said once, also where it is watched', () => {
    const factory = exampleFactory({ settings: TELLING, images: [withSource({ repo: 'a/b/c', branch: 'x+y' })] })
    expect(messagesOf(factory)).toEqual([
      'source.repo a/b/c is not OWNER/REPO',
      'Kargo does not accept x+y as a branch',
    ])
  })

  test('a state workflow that leads elsewhere', () => {
    const stateWorkflow = { repo: 'acme', workflow: '../x.yml', ref: 'a..+' }
    expect(messagesOf(exampleFactory({ settings: { ...SETTINGS, stateWorkflow } }))).toEqual([
      'settings: settings.stateWorkflow.repo acme is not OWNER/REPO',
      'settings: settings.stateWorkflow.workflow ../x.yml is no file name',
      'settings: settings.stateWorkflow.ref a..+ is no branch',
    ])
  })

  test.each(['', 'sha256:abc', 'a'.repeat(64), `sha512:${'a'.repeat(64)}`])('an override of %s', (digest) => {
    expect(messagesOf(exampleFactory({ overrides: [{ digest, reason: 'x' }] }))).toContain(
      `settings: the override of ${JSON.stringify(digest)} names no digest: sha256: and 64 hexadecimal digits`,
    )
  })

  test.each<[Partial<Settings['webhookReceivers'][number]>, string]>([
    [{ name: 'Git_Hub' }, 'the webhook receiver Git_Hub has no Kubernetes name'],
    [{ name: 'a'.repeat(254) }, `the webhook receiver ${'a'.repeat(254)} has no Kubernetes name`],
    [{ secret: '' }, 'the webhook receiver github needs a Secret, and "" is no name of one'],
    [{ type: 'svn' as 'github' }, 'the webhook receiver github is of a type that Kargo does not know: svn'],
    [{ virtualRepoName: 'x' }, 'the webhook receiver github has a virtualRepoName, which only artifactory knows'],
    [{ type: 'artifactory', virtualRepoName: '' }, 'the webhook receiver github has an empty virtualRepoName'],
  ])('a webhook receiver %j', (change, fault) => {
    const settings = { ...SETTINGS, webhookReceivers: [{ ...RECEIVER, ...change }] }
    expect(messagesOf(exampleFactory({ settings }))).toEqual([`settings: ${fault}`])
  })

  test('two webhook receivers of one name', () => {
    const settings = { ...SETTINGS, webhookReceivers: [RECEIVER, { ...RECEIVER, type: 'quay' as const }] }
    expect(messagesOf(exampleFactory({ settings }))).toEqual(['settings: two webhook receivers are named github'])
  })

  test('a Digest strategy without a tag', () => {
    const tags = { strategy: 'Digest', constraint: null, allow: [] } as const
    expect(messagesOf(exampleFactory({ images: [external({ tags })] }))).toEqual([
      'image postgres: the strategy Digest needs the tag to watch as its constraint, and "" is none',
    ])
  })

  test('names that are none, in entries and settings', () => {
    const messages = messagesOf(
      exampleFactory({ images: [external({ name: 'Data_Base' })], settings: { ...SETTINGS, namespace: 'a.b' } }),
    )
    expect(messages).toContain('image Data_Base: Data_Base is no Kubernetes name of at most 63 characters')
    expect(messages).toContain('settings: the namespace a.b is no DNS label')
  })
})

describe('names', () => {
  test('an image called as a base image is refused, naming both', () => {
    const factory = exampleFactory({ images: [image(), external({ name: NODE.name, line: 9 })] })
    expect(problemsOf(factory)).toMatchObject([
      {
        message: `image ${NODE.name}: its Warehouse ${NODE.name} is already that of base image docker.io/library/node:22-bookworm-slim; one of them needs another name`,
        line: 9,
        image: NODE.name,
      },
    ])
  })

  test('an image whose file would be that of the factory is refused', () => {
    expect(messagesOf(exampleFactory({ images: [external({ name: 'factory' })] })).join()).toContain(
      'its file image-factory.k8s.yaml is already that of settings',
    )
  })

  test('two images of one name are refused', () => {
    expect(messagesOf(exampleFactory({ images: [external(), external({ line: 20 })] })).join()).toContain(
      'is already that of image postgres',
    )
  })

  test('a base that is not tracked is refused', () => {
    expect(messagesOf(exampleFactory({ images: [image({}, ['gone'])] }))).toEqual([
      'image backstage is built on gone, which is not tracked',
    ])
  })
})

test('all problems are reported at once', () => {
  const images = [
    image({ repository: 'a--b', source: github({ branch: '22', workflow: '..' }) }),
    external({ name: 'other', repository: 'x--y' }),
    external({ name: 'off', enabled: false, repository: 'z--z' }),
  ]
  expect(problemsOf(exampleFactory({ images })).map(({ image: name }) => name)).toEqual([
    'backstage',
    'backstage',
    'backstage',
    'other',
  ])
})
