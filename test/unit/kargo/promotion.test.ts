import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EnrolledImage, Environment } from '../../../src/enrollment/images-file.js'
import { type Factory, synthesize } from '../../../src/kargo/index.js'
import { readObjects } from '../../support/kargo-schemas.js'
import { environmentsNamed, MARK } from './arbitrary.js'
import { environment, exampleFactory, image, KUSTOMIZE, textOf } from './fixtures.js'

interface Step {
  readonly uses: string
  readonly as?: string
  readonly if?: string
  readonly retry?: unknown
  readonly config: Record<string, unknown>
}

interface StageObject {
  readonly metadata: { name: string; labels: Record<string, string> }
  readonly spec: {
    vars: { name: string; value: string }[]
    requestedFreight: [
      { origin: { name: string }; sources: { stages?: string[]; direct?: boolean; requiredSoakTime?: string } },
    ]
    promotionTemplate: { spec: { steps: Step[] } }
  }
}

function promoting(environments: readonly Environment[], enrollment: Partial<EnrolledImage> = {}): Factory {
  return exampleFactory({ images: [image({ environments, ...enrollment }, [])], bases: [] })
}

function stagesOf(factory: Factory): StageObject[] {
  return readObjects(textOf(synthesize(factory), 'image-backstage.k8s.yaml'))
    .filter(({ kind }) => kind === 'Stage')
    .map((stage) => stage as unknown as StageObject)
}

const stepsOf = (factory: Factory, environmentName = '1') =>
  stagesOf(factory).find(({ metadata }) => metadata.name.endsWith(`-${environmentName}`))?.spec.promotionTemplate.spec
    .steps ?? []

test.each([
  ['apps', './repo/apps'],
  ['apps/', './repo/apps'],
  ['./apps//web', './repo/apps/web'],
  ['apps/kustomization.yaml', './repo/apps'],
  ['apps/kustomization.yml', './repo/apps'],
  ['apps/Kustomization', './repo/apps'],
  ['kustomization.yaml', './repo'],
  ['my-kustomization.yaml', './repo/my-kustomization.yaml'],
])('the kustomization of %s is in %s', (path, folder) => {
  const [, set] = stepsOf(promoting([environment('1', { updates: [{ ...KUSTOMIZE, path }] })]))
  expect(set?.config.path).toBe(folder)
})

test('an environment of more branches than a Stage can change is refused, with the remedy', () => {
  const of = (count: number) =>
    promoting([
      environment('1', {
        updates: Array.from({ length: count }, (_, index) => ({ ...KUSTOMIZE, branch: `b${index}` })),
      }),
    ])
  expect(stepsOf(of(16)).filter(({ uses }) => uses === 'git-push')).toHaveLength(16)
  expect(() => synthesize(of(17))).toThrow(
    'images.yaml:5:3: error: image backstage: the environment 1 changes 17 branches, and one Stage can change 16; make several environments of it',
  )
})

const environments = environmentsNamed(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/)

test('whatever the environments: they follow each other, each as it was asked for', () => {
  fc.assert(
    fc.property(environments, (all) => {
      const stages = stagesOf(promoting(all))
      const names = stages.map(({ metadata }) => metadata.name)
      const promotions = stages.filter(({ metadata }) => metadata.name.startsWith('promote-'))
      expect(promotions.map(({ metadata }) => metadata.labels['image-factory.io/environment'])).toEqual(
        all.map(({ name }) => name),
      )
      let upstream = 'analyze-backstage'
      promotions.forEach(({ metadata, spec }, index) => {
        const [{ origin, sources }] = spec.requestedFreight
        expect(origin.name).toBe('backstage')
        expect(sources).not.toHaveProperty('direct')
        expect(sources.stages).toEqual([upstream])
        expect(names).toContain(upstream)
        expect(sources.requiredSoakTime === undefined).toBe(all[index]?.soak.seconds === 0)
        expect(metadata.labels['image-factory.io/auto-promotion']).toBe(String(all[index]?.auto))
        upstream = metadata.name
      })
    }),
  )
})

test('whatever the environments: no text of people is in an expression, and every one is there as it is', () => {
  fc.assert(
    fc.property(environments, (all) => {
      const stages = stagesOf(promoting(all))
      for (const { name, updates } of all) {
        const texts = textsOf(stages.find(({ metadata }) => metadata.labels['image-factory.io/environment'] === name))
        for (const text of texts) if (/\$\{[{%]/.test(text)) expect(text).not.toContain(MARK)
        for (const { key, branch } of updates) {
          expect(texts).toContain(branch)
          if (key !== null) expect(texts).toContain(key)
        }
      }
    }),
  )
})

test('whatever the environments: every step has a name of its own and every clone is committed and delivered once', () => {
  fc.assert(
    fc.property(
      environments.filter((all) => all.length > 0).map(([one]) => one as Environment),
      (one) => {
        const steps = stepsOf(promoting([one]), one.name)
        const aliases = steps.flatMap(({ as }) => (as === undefined ? [] : [as]))
        expect(new Set(aliases).size).toBe(aliases.length)
        const count = (uses: string) => steps.filter((step) => step.uses === uses).length
        const branches = new Set(one.updates.map(({ provider, repo, branch }) => `${provider} ${repo} ${branch}`)).size
        for (const uses of ['git-clone', 'git-commit', 'git-push']) expect(count(uses)).toBe(branches)
        for (const uses of ['git-open-pr', 'git-wait-for-pr']) expect(count(uses)).toBe(one.pullRequest ? branches : 0)
        expect(count('kustomize-set-image') + count('yaml-update')).toBe(one.updates.length)
      },
    ),
  )
})

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : []
}
