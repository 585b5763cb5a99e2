import fc from 'fast-check'
import { expect, test } from 'vitest'
import { synthesize } from '../../../src/kargo/index.js'
import { readObjects } from '../../support/kargo-schemas.js'
import { github, gitlab, image, TELLING } from './fixtures.js'

/** Names that lose something as they become names of objects, or do so only together. */
const anySource = fc.record({
  provider: fc.constantFrom('github', 'gitlab'),
  repo: fc.oneof(
    fc.constantFrom('a/b', 'A/B', 'a/b-c', 'a-b/c', 'a/b.c', 'a/b_c', 'a/.github', 'a/b-', `a/${'x'.repeat(100)}`),
    fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/),
  ),
  branch: fc.constantFrom('main', 'Main', 'c', 'release/2', 'release-2', 'release.2', 'x'.repeat(100)),
})

test('every repository and branch is watched once, under a name of its own that fits', () => {
  fc.assert(
    fc.property(fc.array(anySource, { maxLength: 12 }), (given) => {
      const built = given.map(({ provider, ...from }, index) =>
        image({ name: `app-${index}`, source: provider === 'github' ? github(from) : gitlab(from) }, []),
      )
      const objects = synthesize({ settings: TELLING, images: built, bases: [] })
        .filter(({ path }) => path.startsWith('source-'))
        .flatMap((file) => readObjects(file.text))
      const watching = objects.filter(({ kind }) => kind === 'Warehouse')
      const distinct = new Set(given.map(({ provider, repo, branch }) => `${provider} ${repo.toLowerCase()} ${branch}`))
      expect(watching).toHaveLength(distinct.size)
      expect(new Set(watching.map(({ metadata }) => nameOf(metadata))).size).toBe(distinct.size)
      for (const { metadata } of watching) {
        expect(nameOf(metadata)).toMatch(/^source-[a-z0-9][a-z0-9-]*[a-z0-9]$/)
        expect(nameOf(metadata).length).toBeLessThanOrEqual(61)
      }
    }),
  )
})

const nameOf = (metadata: unknown) => (metadata as { name: string }).name

test.each([
  ['plain names', [['a/b', 'main']], ['source-a-b']],
  ['a branch of its own', [['a/b', 'next']], ['source-a-b-next']],
  [
    'names that only together are ambiguous',
    [
      ['a/b-c', 'main'],
      ['a-b/c', 'main'],
    ],
    ['source-a-b-c-a49ef155', 'source-a-b-c-d7179105'],
  ],
] as const)('sources are called after repository and branch: %s', (_, given, names) => {
  const built = given.map(([repo, branch], index) =>
    image({ name: `app-${index}`, source: github({ repo, branch }) }, []),
  )
  const paths = synthesize({ settings: TELLING, images: built, bases: [] }).map(({ path }) => path)
  expect(paths.filter((path) => path.startsWith('source-'))).toEqual(names.map((name) => `${name}.k8s.yaml`))
})

const WORKFLOW = '.github/workflows/backstage.yml'
test.each([
  ['its workflow, where no Dockerfile is read', github({ repo: 'a/b', dockerfile: null }), [WORKFLOW]],
  ['its pipeline', gitlab({ repo: 'a/b', dockerfile: null }), ['.gitlab-ci.yml']],
  // Kargo would take a Warehouse without paths for one of the whole repository.
  ['nothing, where there is no workflow either', github({ repo: 'a/b', dockerfile: null, workflow: null }), null],
])('of a source is watched: %s', (_, source, paths) => {
  const files = synthesize({ settings: TELLING, images: [image({ source }, [])], bases: [] })
  const found = files.filter(({ path }) => path.startsWith('source-')).flatMap(({ text }) => readObjects(text))
  const watched = found.filter(({ kind }) => kind === 'Warehouse').map(({ spec }) => spec)
  const git = expect.objectContaining({ includePaths: paths })
  expect(watched).toEqual(paths === null ? [] : [expect.objectContaining({ subscriptions: [{ git }] })])
})
