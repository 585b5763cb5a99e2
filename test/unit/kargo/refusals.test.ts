// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what Kargo would evaluate.
import { describe, expect, test } from 'vitest'
import type { EnrolledImage, Update } from '../../../src/enrollment/images-file.js'
import { type Problem, Refusal } from '../../../src/enrollment/problem.js'
import { type Factory, synthesize } from '../../../src/kargo/index.js'
import {
  environment,
  exampleFactory,
  external,
  github,
  gitlab,
  image,
  NODE,
  SETTINGS,
  TELLING,
  YAML,
} from './fixtures.js'

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
const withSource = (source: Parameters<typeof github>[0]) => image({ source: github(source) })

const updating = (change: Partial<Update>) => ({
  environments: [environment('1', { updates: [{ ...YAML, ...change }] })],
})

describe('text that Kargo would evaluate is refused, whatever the checks before let through', () => {
  const hostile = ["${{ secret('github-dispatch').token }}", '${% quote(1) %}', 'x${{']

  test.each(hostile)('wherever an entry holds it: %s', (text) => {
    const entries: Partial<EnrolledImage>[] = [
      { registry: text },
      { repository: text },
      { shard: text },
      { source: github({ repo: text }) },
      { source: github({ dockerfile: text }) },
      { source: github({ inputs: new Map([['reason', text]]) }) },
      { source: github({ inputs: new Map([[text, 'value']]) }) },
      { tags: { strategy: 'SemVer', constraint: text, allow: [] } },
      { tags: { strategy: 'Lexical', constraint: null, allow: [text] } },
      updating({ repo: text }),
      updating({ branch: text }),
      updating({ path: text }),
      updating({ key: text }),
    ]
    for (const entry of entries) {
      const [problem] = problemsOf(exampleFactory({ settings: TELLING, images: [image(entry)] }))
      expect(problem, JSON.stringify(entry)).toMatchObject({
        message: expect.stringContaining('would evaluate') as string,
        severity: 'error',
        file: 'images.yaml',
        line: 5,
        column: 3,
        image: 'backstage',
      })
    }
  })

  test.each(hostile)('wherever a base, branch or setting holds it: %s', (text) => {
    const receiver = { name: 'github', type: 'github', secret: text, virtualRepoName: null } as const
    const factories: Factory[] = [
      exampleFactory({ bases: [{ ...NODE, baselineDigest: text }], images: [image({}, [NODE.name])] }),
      exampleFactory({ images: [{ ...image(), runs: { kind: 'title', title: text } }] }),
      exampleFactory({ settings: { ...SETTINGS, secrets: { ...SETTINGS.secrets, github: text } } }),
      exampleFactory({
        settings: { ...SETTINGS, secrets: { ...SETTINGS.secrets, gitlab: text } },
        images: [image({ source: gitlab() })],
      }),
      exampleFactory({ settings: { ...SETTINGS, shard: text } }),
      exampleFactory({ settings: { ...SETTINGS, webhookReceivers: [receiver] } }),
      exampleFactory({ settings: { ...TELLING, stateWorkflow: { repo: 'a/b', workflow: 'c.yml', ref: text } } }),
      exampleFactory({ overrides: [{ digest: `sha256:${'a'.repeat(64)}`, reason: text }] }),
      exampleFactory({ servers: { gitlab: `https://${text}` }, images: [image({ source: gitlab() })] }),
      exampleFactory({ servers: { githubApi: `https://${text}` } }),
      exampleFactory({ images: [withSource({ branch: null })], branches: new Map([['backstage', text]]) }),
    ]
    for (const factory of factories) expect(messagesOf(factory).join('\n')).toMatch(/would evaluate/)
  })
})

describe('a default branch, as the forge names it', () => {
  const named = (branch: string, source: EnrolledImage['source'] = github({ branch: null })) =>
    exampleFactory({ images: [image({ source })], branches: new Map([['backstage', branch]]) })

  test.each(['main', 'release/2.x', 'a_b', '2024-01-release', 'v1.0', '1.2.3', 'true-north', 'e5', 'x0', 'nano'])(
    '%s is good',
    (branch) => {
      expect(messagesOf(named(branch))).toEqual([])
    },
  )

  test.each(['', 'feature+x', 'a@{u}', '-x', 'x/', 'x'.repeat(256)])('%s is none that Kargo takes', (branch) => {
    expect(messagesOf(named(branch))).toEqual([`Kargo does not accept ${branch} as a branch`])
  })

  test.each(['22', '1.0', '1e5', 't', 'F', 'true', 'null', 'Infinity', 'inf', 'nan', 'NaN', '0x1F', '0x1p-2', '1_000'])(
    '%s is refused, which an expression would turn into something else',
    (branch) => {
      const message = (api: string) =>
        `Kargo would read the branch ${branch} as a number or boolean, and ${api} API needs a text`
      expect(messagesOf(named(branch))).toEqual([message("GitHub's")])
      expect(messagesOf(named(branch, gitlab({ branch: null })))).toEqual([message("GitLab's")])
      expect(messagesOf(named(branch, github({ branch: null, workflow: null })))).toEqual([])
    },
  )

  test('stands at its key, or at the entry where that has no line', () => {
    const at = (written: string | null) => {
      const lineOf = (key: string) => (key === written ? 12 : null)
      return problemsOf(exampleFactory({ images: [image({ source: github({ branch: '22' }), lineOf })] }))
    }
    expect(at('source.branch')).toMatchObject([{ file: 'images.yaml', line: 12, column: null, image: 'backstage' }])
    expect(at(null)).toMatchObject([{ file: 'images.yaml', line: 5, column: 3, image: 'backstage' }])
  })
})

test.each([
  ['source.dockerfile', github({ dockerfile: 'glob:**' })],
  ['source.dockerfile', github({ dockerfile: './regex:.*' })],
  ['source.pipeline', gitlab({ pipeline: 'regexp:ci.yml' })],
])('a watched %s that Kargo takes for a pattern is refused', (key, source) => {
  const lineOf = (asked: string) => (asked === key ? 12 : null)
  const factory = exampleFactory({ images: [image({ source, lineOf })] })
  expect(problemsOf(factory)).toEqual([])
  expect(problemsOf({ ...factory, settings: TELLING })).toMatchObject([
    {
      message: expect.stringMatching(`^Kargo would read ${key} .* as a pattern, not as a file$`) as string,
      remedy: 'Build it from a path that does not begin with glob:, regex: or regexp:.',
      file: 'images.yaml',
      line: 12,
      image: 'backstage',
    },
  ])
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

  test('two environments that would be one Stage are refused', () => {
    const images = [
      image({ name: 'a', environments: [environment('b-c')] }),
      image({ name: 'a-b', environments: [environment('c')] }),
    ]
    expect(messagesOf(exampleFactory({ images })).join()).toContain(
      'its Stage promote-a-b-c is already that of image a',
    )
  })

  test('two images of one name are refused', () => {
    expect(messagesOf(exampleFactory({ images: [external(), external({ line: 20 })] })).join()).toContain(
      'is already that of image postgres',
    )
  })
})

test('all problems are reported at once', () => {
  const images = [
    image({ repository: 'a/${{ x }}', source: github({ branch: '22' }), environments: [] }),
    external({ name: 'other', shard: '${% y %}' }),
    external({ name: 'off', enabled: false, shard: '${% y %}' }),
  ]
  const named = problemsOf(exampleFactory({ images })).map(({ image: name }) => name)
  expect(new Set(named)).toEqual(new Set(['backstage', 'other']))
})
