/** Runs the generated rebuild tasks in a simulated cluster: which builds are an image's own, and which are of others. */
import { describe, expect, test } from 'vitest'
import { START } from '../../support/kargo/cluster.js'
import { addressOf } from '../../support/kargo/dialects.js'
import { github, gitlab, image, NODE, PYTHON } from './fixtures.js'
import { DAY, enrolled, FORGES, type ForgeName, HOUR, MINUTE, ONE_DAY, RebuildWorld } from './rebuild-world.js'

const TITLED = { kind: 'title', title: 'Build app' } as const
const OWN = { kind: 'own' } as const

/** Two images of one workflow, whose runs are told apart by their titles. */
function twoImages(forge: ForgeName, titles: boolean) {
  return imagesOf(forge, { names: ['app', 'web'], bases: [NODE.name], titles })
}

/** Images of one workflow, built one by one. */
function imagesOf(
  forge: ForgeName,
  of: { readonly names: readonly string[]; readonly bases: readonly string[]; readonly titles: boolean },
) {
  const images = of.names.map((name) => {
    const inputs = new Map([['image', name]])
    const source = forge === 'GitHub' ? github({ inputs }) : gitlab({ inputs })
    const runs = of.titles ? { kind: 'title' as const, title: `Build ${name}` } : OWN
    return { ...image({ name, rebuildDelay: ONE_DAY, source }, of.bases), runs }
  })
  const it = new RebuildWorld({ forge, factory: { images } })
  it.forge.plan.title = ({ image: name }) => `Build ${name}`
  return it
}

test('pushes do not crowd out what was dispatched, where only that counts', () => {
  const it = new RebuildWorld({ source: { builds: 'dispatched' } })
  it.change()
  it.cluster.run()
  for (let push = 0; push < 30; push += 1) it.build({ isDispatched: false })
  it.change()
  it.cluster.run(20 * HOUR)
  expect(it.counts.dispatch, 'rebuildDelay is not over').toBe(1)
  it.cluster.run()
  expect(it.counts.dispatch).toBe(2)
})

test('a build that succeeded covers a change, whatever a newer one does', () => {
  const it = new RebuildWorld({ settings: { retries: 0 } })
  it.change()
  it.cluster.at(0, () => it.build({ endsAt: START }))
  it.cluster.at(0, () => it.build({ conclusion: 'failure' }))
  it.cluster.run()
  expect(it.outcomes).toEqual(['Succeeded'])
})

describe.each(FORGES)('on %s', (forge) => {
  const titled = (more = {}) => {
    const it = new RebuildWorld({ forge, tracked: { runs: TITLED }, ...more })
    it.forge.plan.title = () => 'Build app'
    return it
  }

  test('without anything else every build of the branch counts: it covers the change', () => {
    const it = new RebuildWorld({ forge })
    it.change()
    it.build({ isDispatched: false, title: 'a commit' })
    it.cluster.run()
    expect(it.counts.dispatch).toBe(0)
  })

  test('builds of another branch do not', () => {
    const it = new RebuildWorld({ forge })
    it.change()
    it.build({ branch: 'next' })
    it.cluster.run()
    expect(it.counts.dispatch).toBe(1)
  })

  test('nor does one of a proposal, whose branch may be called the same in a fork', () => {
    const proposal = { isDispatched: false, event: forge === 'GitHub' ? 'pull_request' : 'external_pull_request_event' }
    const it = new RebuildWorld({ forge })
    it.build({ ...proposal, startedAt: START - HOUR, endsAt: START - 1, visibleAt: 0 })
    it.change()
    it.build(proposal)
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    expect(it.asked('dispatch')).toEqual([0])
  })

  describe('with a title', () => {
    test.each([
      ['of another image', { title: 'Build web' }],
      ['of a push, which can have none', { title: 'a commit', isDispatched: false }],
    ])('a build %s neither delays a rebuild nor covers a change', (_, build) => {
      const it = titled()
      it.build({ ...build, startedAt: START - HOUR, endsAt: START - 1, visibleAt: 0 })
      it.change()
      it.build(build)
      it.cluster.run()
      expect(it.outcomes).toEqual(['Succeeded'])
      expect(it.asked('dispatch')).toEqual([0])
    })

    test('a build with it does both', () => {
      const it = titled()
      it.build({ startedAt: START - HOUR, endsAt: START - 1, visibleAt: 0 })
      it.change()
      it.cluster.at(2 * HOUR, () => it.build())
      it.cluster.run()
      expect(it.outcomes).toEqual(['Succeeded'])
      expect(it.counts).toMatchObject({ list: 2, dispatch: 0 })
    })

    test("a build of another image that fails is no try of this one's", () => {
      const it = titled()
      it.change()
      it.build({ title: 'Build web', conclusion: 'failure', endsAt: START })
      it.cluster.run()
      expect(it.outcomes).toEqual(['Succeeded'])
      expect(it.asked('dispatch')).toEqual([0])
    })

    test('a title is a text, whatever is in it', () => {
      const title = 'Build "app" <x> & }} %} #.id'
      const it = new RebuildWorld({ forge, tracked: { runs: { kind: 'title', title } } })
      it.change()
      it.build({ title })
      it.cluster.run()
      expect(it.outcomes).toEqual(['Succeeded'])
      expect(it.counts.dispatch).toBe(0)
    })
  })

  describe('where nothing tells its builds from those of others', () => {
    const own = () => new RebuildWorld({ forge, tracked: { runs: OWN } })

    test('none counts but what it started itself', () => {
      const it = own()
      it.build({ startedAt: START - HOUR, endsAt: START - 1, visibleAt: 0 })
      it.change()
      it.build()
      it.cluster.run()
      expect(it.outcomes).toEqual(['Succeeded'])
      expect(it.asked('dispatch')).toEqual([0])
      expect(it.outputOf('build')).toMatchObject({ run: { url: addressOf(it.forge.builds[2]!) } })
    })

    test('a dispatch whose answer was lost is sent again: rather one build too many than none', () => {
      const it = own()
      it.forge.fails({ on: 'dispatch', isServed: true, answer: 'dropped' })
      it.change()
      it.cluster.run()
      expect(it.outcomes).toEqual(['Succeeded'])
      expect(it.counts.dispatch).toBe(2)
    })

    test('a build that was taken without an answer of which it is, is looked for', () => {
      const it = own()
      it.forge.fails({ on: 'dispatch', isServed: true, answer: { status: 502 } })
      it.change()
      it.cluster.run()
      expect(it.outcomes).toEqual(['Succeeded'])
      expect(it.counts.dispatch).toBe(1)
    })
  })

  describe('two images, one workflow', () => {
    test.each([
      ['told apart by titles', true],
      ['told apart by nothing', false],
    ])('%s: one build each', (_, titles) => {
      const it = twoImages(forge, titles)
      it.change()
      it.cluster.run()
      expect(it.outcomes).toEqual(['Succeeded', 'Succeeded'])
      expect(it.forge.dispatched.map(({ inputs }) => inputs.image)).toEqual(['app', 'web'])
    })

    test('one build each, also when both answers are lost', () => {
      const it = twoImages(forge, true)
      it.forge.fails({ on: 'dispatch', isServed: true, times: 2, answer: 'dropped' })
      it.change()
      it.cluster.run()
      expect(it.outcomes).toEqual(['Succeeded', 'Succeeded'])
      expect(it.forge.dispatched.map(({ inputs }) => inputs.image)).toEqual(['app', 'web'])
      const urls = it.rebuilds.map(({ state }) => JSON.parse(state)['rebuild::build'].run.url)
      expect(urls).toEqual(it.forge.dispatched.map(addressOf))
    })

    test('so do forty images, each of which the others crowd out of a short list', () => {
      const names = Array.from({ length: 40 }, (_, index) => `image-${index}`)
      const it = imagesOf(forge, { names, bases: [NODE.name, PYTHON.name], titles: true })
      it.change(NODE)
      it.change(PYTHON)
      it.cluster.run()
      expect(it.counts.dispatch).toBe(40)
      it.cluster.at(2 * HOUR, () => it.change(NODE))
      it.cluster.run(20 * HOUR)
      expect(it.counts.dispatch, 'rebuildDelay is not over').toBe(40)
      it.cluster.run()
      expect(it.counts.dispatch).toBe(80)
    })

    test("each is told of its own build's end", () => {
      const it = twoImages(forge, true)
      it.forge.plan.conclusions = ['success', 'failed', 'failed']
      it.change()
      it.cluster.run()
      expect(it.rebuilds.map(({ phase }) => phase)).toEqual(['Succeeded', 'Failed'])
    })
  })
})

describe('a pipeline of GitLab', () => {
  const gitlabWorld = () => new RebuildWorld({ forge: 'GitLab', settings: { retries: 0 } })

  test('whose rest waits for a person is over, and good', () => {
    const it = gitlabWorld()
    it.forge.plan.conclusions = ['manual']
    it.change()
    it.cluster.run(DAY)
    expect(it.outcomes).toEqual(['Succeeded'])
  })

  test.each(['canceled', 'skipped'])('that ended as %s is not', (conclusion) => {
    const it = gitlabWorld()
    it.forge.plan.conclusions = [conclusion]
    it.change()
    it.cluster.run(DAY)
    expect(it.outcomes[0]).toContain(`the build ended as ${conclusion}`)
  })

  test('that is being cancelled covers no change', () => {
    const it = gitlabWorld()
    it.change()
    it.build({ isDispatched: false, state: 'canceling', conclusion: 'canceled' })
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    expect(it.counts.dispatch).toBe(1)
  })
})

test.each(['cancelled', 'skipped', 'timed_out', 'startup_failure'])(
  'a run of GitHub that ended as %s is not good',
  (conclusion) => {
    const it = new RebuildWorld({ settings: { retries: 0 } })
    it.forge.plan.conclusions = [conclusion]
    it.change()
    it.cluster.run(DAY)
    expect(it.outcomes[0]).toContain(`the build ended as ${conclusion}`)
  },
)

test('a run that was cancelled by a newer one, which is good, is no failure', () => {
  const it = new RebuildWorld()
  it.change()
  it.forge.plan.conclusions = ['cancelled']
  it.cluster.at(100, () => it.build())
  it.cluster.run()
  expect(it.outcomes).toEqual(['Succeeded'])
  expect(it.counts.dispatch).toBe(1)
})

describe('builds: dispatched', () => {
  const dispatched = () => new RebuildWorld({ source: { builds: 'dispatched' } })

  test('a push neither delays a rebuild nor covers a change', () => {
    const it = dispatched()
    it.builtBefore(HOUR)
    it.change()
    it.build({ isDispatched: false })
    it.cluster.run()
    expect(it.asked('dispatch')).toEqual([0])
  })

  test('a build that was dispatched does both', () => {
    const it = dispatched()
    it.build({ startedAt: START - HOUR, endsAt: START - 1, visibleAt: 0 })
    it.change()
    it.cluster.at(2 * HOUR, () => it.build())
    it.cluster.run()
    expect(it.counts).toMatchObject({ list: 2, dispatch: 0 })
  })
})

describe('builds: any, written in the entry, beside a title', () => {
  const any = () => {
    const plain = enrolled({ source: { builds: 'any' } })
    const enrollment = { ...plain.enrollment, lineOf: (key: string) => (key === 'source.builds' ? 9 : null) }
    const it = new RebuildWorld({ factory: { images: [{ ...plain, enrollment, runs: TITLED }] } })
    it.forge.plan.title = () => 'Build app'
    return it
  }

  test('a push counts', () => {
    const it = any()
    it.builtBefore(20 * HOUR)
    it.change()
    it.cluster.at(2 * HOUR, () => it.build({ isDispatched: false, title: 'a commit' }))
    it.cluster.run()
    expect(it.counts).toMatchObject({ list: 2, dispatch: 0 })
  })

  test('a build that was dispatched for another image does not', () => {
    const it = any()
    it.build({ title: 'Build web', startedAt: START - HOUR, endsAt: START - 1, visibleAt: 0 })
    it.change()
    it.cluster.at(MINUTE, () => it.build({ title: 'Build web' }))
    it.cluster.run(DAY)
    expect(it.asked('dispatch')).toEqual([0])
  })
})
