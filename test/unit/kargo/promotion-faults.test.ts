/** Runs the generated Stages of environments in a simulated cluster: what becomes of a promotion when git does not do well. */
import { describe, expect, test } from 'vitest'
import { synthesize } from '../../../src/kargo/index.js'
import { Cluster, START } from '../../support/kargo/cluster.js'
import type { StepResult } from '../../support/kargo/http-step.js'
import { readManifests } from '../../support/kargo/manifests.js'
import { dict } from '../../support/kargo/values.js'
import { environment, exampleFactory, image, KUSTOMIZE, SETTINGS } from './fixtures.js'
import { DAY, HOUR, MINUTE } from './rebuild-world.js'

const DOWN: StepResult = { status: 'Errored', error: { message: 'connection refused', isTerminal: false } }
const CLOSED: StepResult = { status: 'Failed', error: { message: 'pull request was closed', isTerminal: true } }
const OPEN: StepResult = { status: 'Running', again: 60 }
const GOOD: StepResult = {
  status: 'Succeeded',
  outputs: dict({ branch: 'b', commit: 'c', pr: dict({ id: 7 }) }),
}

const GIT = ['git-clone', 'kustomize-set-image', 'git-commit', 'git-push', 'git-open-pr', 'git-wait-for-pr']

/** Promotes into the environment of a factory, whose git steps are good but where something else is said. */
function promoting(pullRequest: boolean, repos: readonly string[] = ['acme/deployments']) {
  const updates = repos.map((repo) => ({ ...KUSTOMIZE, repo }))
  const files = synthesize(
    exampleFactory({
      settings: { ...SETTINGS, analysis: false },
      images: [image({ environments: [environment('prod', { pullRequest, updates })] })],
    }),
  )
  const cluster = new Cluster(readManifests(files), () => ({ status: 500 }))
  const done: string[] = []
  const results = new Map<string, () => StepResult>()
  for (const uses of GIT)
    cluster.steps.set(uses, ({ as }) => {
      done.push(as)
      return (results.get(as) ?? results.get(uses))?.() ?? GOOD
    })
  const promotion = cluster.promote('promote-backstage-prod', {
    name: 'f1f2f3',
    warehouse: 'backstage',
    image: { repoURL: 'ghcr.io/craigedmunds/backstage', tag: '1.10', digest: 'sha256:d' },
    metadata: new Map(),
  })
  return { cluster, promotion, done, results }
}

describe.each([
  ['git-clone', false],
  ['git-push', false],
  ['git-push', true],
  ['git-open-pr', true],
  ['git-wait-for-pr', true],
])('%s, by pull request: %s', (uses, pullRequest) => {
  test.each([25, 10 * MINUTE])('a server that is down for %i s changes nothing', (seconds) => {
    const { cluster, promotion, results } = promoting(pullRequest)
    results.set(uses, () => (cluster.now < seconds ? DOWN : GOOD))
    cluster.run()
    expect(promotion.phase).toBe('Succeeded')
    expect((promotion.finishedAt ?? 0) - START).toBeGreaterThanOrEqual(seconds)
  })

  test('one that refuses for ever ends it, and nothing comes after', () => {
    const { cluster, promotion, done, results } = promoting(pullRequest)
    results.set(uses, () => DOWN)
    cluster.run(10 * DAY)
    expect(promotion.phase).toBe('Errored')
    expect(promotion.message).toContain('connection refused')
    const failing = done.at(-1)
    expect(done.filter((as) => as === failing).length).toBeGreaterThan(10)
    expect(done.slice(0, done.indexOf(failing ?? ''))).toHaveLength(new Set(done).size - 1)
  })
})

describe('two repositories, by pull request', () => {
  const REPOS = ['acme/deployments', 'acme/more']

  test('it goes on when both are merged', () => {
    const { cluster, promotion, results } = promoting(true, REPOS)
    results.set('merged', () => (cluster.now < 3 * HOUR ? OPEN : GOOD))
    results.set('merged2', () => (cluster.now < 2 * HOUR ? OPEN : GOOD))
    cluster.run()
    expect([promotion.phase, promotion.finishedAt]).toEqual(['Succeeded', START + 3 * HOUR])
  })

  test('one that is closed ends it at once: nobody waits for the other', () => {
    const { cluster, promotion, done, results } = promoting(true, REPOS)
    results.set('merged', () => (cluster.now < HOUR ? OPEN : CLOSED))
    results.set('merged2', () => OPEN)
    cluster.run(30 * DAY)
    expect([promotion.phase, promotion.finishedAt]).toEqual(['Failed', START + HOUR])
    expect(promotion.message).toContain('pull request was closed')
    expect(done).not.toContain('merged2')
  })

  test('a file that cannot be changed ends it before anything is pushed', () => {
    const { cluster, promotion, done, results } = promoting(true, REPOS)
    results.set('set2', () => CLOSED)
    cluster.run()
    expect(promotion.phase).toBe('Failed')
    expect(done.filter((as) => /^(?:push|pr|merged)/.test(as))).toEqual([])
  })

  test('a commit without a change needs no pull request', () => {
    const { cluster, promotion, done, results } = promoting(true, REPOS)
    results.set('commit', () => ({ status: 'Skipped' }))
    cluster.run()
    expect(promotion.phase).toBe('Succeeded')
    expect(done.filter((as) => /^(?:push|pr|merged)/.test(as))).toEqual(['push2', 'pr2', 'merged2'])
  })
})
