/** What becomes of a published image: promotion by push and by pull request, and what can go wrong with git. */
import { expect } from 'vitest'
import { PATIENCE_SECONDS, pause, until } from '../support/cluster.ts'
import type { GitFault } from '../support/git-server.ts'
import { hasEnded, type Promotion, phaseOf } from '../support/objects.ts'
import type { Scenario, Suite } from '../support/suite.ts'
import type { TestImage } from '../support/test-image.ts'
import { MAIN } from './factories.ts'

interface PromotionCase {
  readonly title: string
  readonly name: string
  readonly isByPullRequest?: true
  /** Key that is set in values.yaml. */
  readonly key?: string
  readonly play: (target: Target) => Promise<void>
}

/** The repository that an image is promoted into, and what the scenario may do to it. */
interface Target {
  readonly image: TestImage
  readonly suite: Suite
  readonly repo: string
  /** Publishes a version, and gives the Promotion as soon as there is one. */
  readonly publish: (tag: string) => Promise<Promotion>
  /** A Promotion as it is now. */
  readonly now: (promotion: Promotion) => Promotion | undefined
  /** Waits until a Promotion has ended. */
  readonly ended: (promotion: Promotion, seconds?: number) => Promise<Promotion>
  /** A file of the repository as it is on main. */
  readonly read: (path: string) => Promise<string | null>
}

const VALUES = 'image:\n  repository: registry.example.com/app\n  tag: 0.0.0 # kept by the factory\n'

function promotion({ title, name, isByPullRequest, key = 'image.tag', play }: PromotionCase): Scenario {
  const repo = `acme/deploy-${name}`
  const updates = [
    { repo, path: 'app', type: 'kustomize-set-image' },
    { repo, path: 'values.yaml', type: 'yaml-update', key },
  ]
  const pullRequest = isByPullRequest === true
  return {
    title,
    factory: MAIN.name,
    images: [{ name, entry: { environments: [{ name: 'production', pullRequest, updates }] } }],
    repositories: { [repo]: { 'app/kustomization.yaml': 'resources: []\n', 'values.yaml': VALUES } },
    run: async ([image], suite) => {
      if (image !== undefined) await play(targetOf(image, suite, repo))
    },
  }
}

function targetOf(image: TestImage, suite: Suite, repo: string): Target {
  const stage = `promote-${image.spec.name}-production`
  const known = new Set<string>()
  return {
    image,
    suite,
    repo,
    publish: async (tag) => {
      await image.publish(tag)
      const made = await until(`${stage}: a Promotion to ${tag}`, () =>
        image.promotionsInto(stage).find(({ metadata }) => !known.has(metadata.name)),
      )
      known.add(made.metadata.name)
      return made
    },
    now: ({ metadata }) => image.promotionsInto(stage).find((one) => one.metadata.name === metadata.name),
    ended: ({ metadata }, seconds = PATIENCE_SECONDS) =>
      until(
        `${metadata.name} ends`,
        () => image.promotionsInto(stage).find((one) => one.metadata.name === metadata.name && hasEnded(one)),
        { seconds },
      ),
    read: (path) => suite.forge.git.read(repo, path),
  }
}

async function expectPromoted({ read }: Target, tag: string): Promise<void> {
  expect(await read('values.yaml')).toContain(`tag: ${tag}`)
  expect(await read('app/kustomization.yaml')).toContain(`newTag: ${tag}`)
}

/** Something is wrong with git for a while, and a promotion outlasts it. */
interface Outage extends Pick<PromotionCase, 'title' | 'name'> {
  readonly fault: GitFault
  /** Until when it lasts once it was met; left out: 25 seconds. */
  readonly lasts?: (target: Target, made: Promotion) => Promise<void>
}

const OUTAGES: readonly Outage[] = [
  { title: 'git is down for 25 seconds', name: 'git-down', fault: 'down' },
  { title: 'the push is refused for 25 seconds', name: 'push-refused', fault: 'refuses-pushes' },
  {
    title: 'the environment has no Secret, then it has',
    name: 'no-credentials',
    fault: 'asks-for-credentials',
    lasts: async (target, made) => {
      const waiting = await until('it says why it waits', () => {
        const now = target.now(made)
        return now?.status?.message ? now : undefined
      })
      expect(phaseOf(waiting)).toBe('Running')
      expect(waiting.status?.message).toMatch(/credentials|Username|[Aa]uthentication/)
      expect(waiting.status?.message).toContain(target.repo)
    },
  },
]

function outage({ title, name, fault, lasts = () => pause(25) }: Outage): PromotionCase {
  return {
    title,
    name,
    play: async (target) => {
      const { git } = target.suite.forge
      git.faults.set(target.repo, fault)
      const made = await target.publish('1.0.0')
      await until('git is asked in vain', () => git.failures.get(target.repo))
      await lasts(target, made)
      expect(await target.read('values.yaml'), 'nothing is pushed meanwhile').toBe(VALUES)
      git.faults.delete(target.repo)
      expect(phaseOf(await target.ended(made))).toBe('Succeeded')
      await expectPromoted(target, '1.0.0')
    },
  }
}

const pushes: readonly PromotionCase[] = [
  {
    title: 'promotion by push',
    name: 'pushed',
    play: async (target) => {
      for (const tag of ['1.0.0', '1.0.1']) {
        const ended = await target.ended(await target.publish(tag))
        expect(ended.status?.message ?? '').toBe('')
        expect(phaseOf(ended)).toBe('Succeeded')
        await expectPromoted(target, tag)
      }
      const [last] = await target.suite.forge.git.log(target.repo)
      expect(last?.message).toContain('1.0.1')
      expect(last?.message).toContain('sha256:')
    },
  },
  {
    title: 'the key is not there',
    name: 'no-such-key',
    key: 'image.version.tag',
    play: async (target) => {
      const ended = await target.ended(await target.publish('1.0.0'))
      expect(phaseOf(ended)).not.toBe('Succeeded')
      expect(ended.status?.message).toContain('image.version.tag')
      expect(await target.suite.forge.git.log(target.repo), 'nothing is pushed').toHaveLength(1)
    },
  },
]

const pullRequests: readonly PromotionCase[] = [
  {
    title: 'pull request merged',
    name: 'pull-merged',
    isByPullRequest: true,
    play: async (target) => {
      const made = await target.publish('1.0.0')
      const [pull] = await opened(target)
      expect(pull?.title).toContain('1.0.0')
      await pause(15)
      expect(await target.read('values.yaml'), 'nothing is merged by itself').toBe(VALUES)
      if (pull !== undefined) await target.suite.forge.pulls.merge(pull)
      expect(phaseOf(await target.ended(made))).toBe('Succeeded')
      await expectPromoted(target, '1.0.0')
    },
  },
  {
    title: 'pull request closed',
    name: 'pull-closed',
    isByPullRequest: true,
    play: async (target) => {
      const made = await target.publish('1.0.0')
      const [pull] = await opened(target)
      if (pull !== undefined) target.suite.forge.pulls.close(pull)
      const ended = await target.ended(made)
      expect(phaseOf(ended)).not.toBe('Succeeded')
      expect(ended.status?.message).toContain('closed')
      const next = await target.publish('1.0.1')
      await until('the next pull request', () => target.suite.forge.pulls.of(target.repo)[1])
      expect(phaseOf(next), 'the next version has one of its own').not.toBe('Failed')
    },
  },
]

function opened({ suite, repo }: Target) {
  return until(`a pull request in ${repo}`, () => {
    const pulls = suite.forge.pulls.of(repo)
    return pulls.length > 0 ? pulls : undefined
  })
}

/** Every row about promotion. */
export const PROMOTIONS: readonly Scenario[] = [...pushes, ...OUTAGES.map(outage), ...pullRequests].map(promotion)
