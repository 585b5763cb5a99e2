/** The whole pipeline on a state repository at random: what comes out is refused, or holds all that must hold. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { isDue } from '../support/full.js'
import { files as enrollments } from '../unit/enrollment/json-schema-files.js'
import { mutated, RUNS } from './support/mutate.js'
import { planAndCheck, readerOf } from './support/plan.js'
import { withinStepsAsync } from './support/steps.js'

/** A state with one image of every kind, two of them with one workflow, small enough to be planned many times. */
const IMAGES = `settings:
  stateWorkflow: {repo: acme/state, workflow: synth.yml}
  stagger: 1h
images:
  - name: web
    registry: ghcr.io/acme
    repository: web
    source: {repo: acme/web, branch: main, workflow: build.yml, inputs: {base: "$(baseImage)"}}
    build: {args: {V: "22"}}
    rebuildDelay: 2d
    minimumReleaseAge: 1d
    environments: [{name: test, updates: [{repo: acme/deploy, path: web, type: kustomize-set-image}]}]
  - {name: ui, registry: ghcr.io/acme, repository: ui, source: {repo: acme/web, branch: main, workflow: build.yml, inputs: {name: ui}}}
  - {name: api, registry: registry.example.com, repository: acme/api, source: {provider: gitlab, repo: acme/a/api}}
  - {name: pg, repoURL: docker.io/library/postgres, allowTags: "^16"}
`
const DOCKERFILE = 'ARG V=20\nFROM node:$V AS build\nFROM gcr.io/distroless/nodejs22\nCOPY --from=build /app /app\n'
const WORKFLOW = `run-name: \${{ format('Build {0} on {1}', inputs.name || 'web', github.ref_name) }}
on:
  workflow_dispatch: {inputs: {base: {type: string}, name: {type: string}}}
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with: {context: ., file: Dockerfile, build-args: "V=22", target: build, push: true}
`

const reader = (dockerfile: string, workflow: string) =>
  readerOf(({ path }) => (path.startsWith('.github/workflows/') ? workflow : dockerfile))

/** Steps of one case, which is two plans and their reports; a tenth of it was seen. */
const BUDGET = 3_000_000
const options = { numRuns: Math.ceil(RUNS / 5) }
const check = (files: Readonly<Record<string, string>>, dockerfile = DOCKERFILE, workflow = WORKFLOW) =>
  withinStepsAsync(BUDGET, () => planAndCheck(files, reader(dockerfile, workflow)))

const words = lines(IMAGES)
function lines(text: string): string[] {
  return text.split('\n').map((line) => `${line}\n`)
}

test('the state it starts from is planned', async () => {
  expect((await check({ 'images.yaml': IMAGES })).refused).toBe(false)
})

test('an expression in the place of any value of images.yaml is refused, or evaluated by nobody', async () => {
  const values = [...IMAGES.matchAll(/(?<=[:,[] )"?[^\s"{}[\],]+"?/g)]
  expect(values.length).toBeGreaterThan(30)
  for (const { 0: value, index } of values.filter((_, at) => isDue(at))) {
    const text = `${IMAGES.slice(0, index)}'\${{ secret(1) }}'${IMAGES.slice(index + value.length)}`
    await check({ 'images.yaml': text })
  }
})

describe('with something at random', () => {
  test('images.yaml as text', async () => {
    const property = fc.asyncProperty(mutated([IMAGES], words), async (text) => {
      await check({ 'images.yaml': text })
    })
    await fc.assert(property, options)
  })

  test('images.yaml with values of every kind', async () => {
    const property = fc.asyncProperty(enrollments, async (data) => {
      await check({ 'images.yaml': stringify(data) })
    })
    await fc.assert(property, options)
  })

  test('Dockerfile and workflow', async () => {
    const texts = fc.record({
      dockerfile: mutated([DOCKERFILE], lines(DOCKERFILE)),
      workflow: fc.oneof(fc.constant(WORKFLOW), mutated([WORKFLOW], lines(WORKFLOW))),
    })
    const property = fc.asyncProperty(texts, async ({ dockerfile, workflow }) => {
      await check({ 'images.yaml': IMAGES }, dockerfile, workflow)
    })
    await fc.assert(property, options)
  })

  test('state files, manifests and overrides', async () => {
    const first = await check({ 'images.yaml': IMAGES })
    const known = [...first.files]
    const override = `- {base: node:22, digest: "sha256:${'a'.repeat(64)}", reason: CVE, expires: 2099-01-01}\n`
    const changes = fc.record({
      overrides: fc.oneof(fc.constant('[]\n'), mutated([override], ['base: a', 'expires: '])),
      damage: fc.array(
        fc.record({
          at: fc.nat({ max: 1000 }),
          text: mutated(
            known.map(([, text]) => text),
            words,
          ),
        }),
        { maxLength: 3 },
      ),
    })
    const property = fc.asyncProperty(changes, async ({ overrides, damage }) => {
      const files = new Map(known)
      for (const { at, text } of damage) files.set(known[at % known.length]?.[0] ?? '', text)
      await check({ ...Object.fromEntries(files), 'images.yaml': IMAGES, 'overrides.yaml': overrides })
    })
    await fc.assert(property, options)
  })
})
