/** The same policy with GitLab's pipelines. */
import { expect } from 'vitest'
import { runUrl } from '../support/builds.ts'
import type { Scenario } from '../support/suite.ts'
import { MAIN, SLACK_SECONDS } from './factories.ts'
import { endsAtOnce, endsWell, faulty, refusal } from './forge-faults.ts'
import { one, SEEN_BOTH } from './rebuild.ts'

const onGitLab = (name: string) => ({ name: `lab-${name}`, provider: 'gitlab', repo: `acme/platform/${name}` }) as const

const pipelines: readonly Scenario[] = [
  one(
    'GitLab: success',
    MAIN,
    { ...onGitLab('success'), inputs: { REASON: '$(baseImage) is now $(baseDigest)', NOTE: 'quote " \\ slash' } },
    async (image) => {
      const change = await image.change()
      const promotion = await image.succeeds(change)
      expect(image.builds.counts()).toMatchObject({ runs: 2, dispatch: 1 })
      const reason = `${image.factory.reference(change.base)} is now ${change.digest}`
      expect(image.builds.asked('dispatch')[0]?.body).toEqual({
        ref: 'main',
        variables: [
          { key: 'NOTE', value: 'quote " \\ slash' },
          { key: 'REASON', value: reason },
        ],
      })
      expect(JSON.stringify(promotion.status?.state)).toContain(runUrl(image.builds.runs[0] ?? { id: 0 }))
      await image.dispatchesNoMore(15)
    },
  ),
  one('GitLab: rebuildDelay', MAIN, { ...onGitLab('delay'), entry: { rebuildDelay: '2m' } }, async (image) => {
    const run = image.builds.start({ event: 'push', seconds: 1, ageSeconds: 5 })
    await image.succeeds(await image.change())
    const due = run.startedAt + 120_000
    const [dispatch] = image.builds.asked('dispatch')
    expect(image.builds.counts()).toMatchObject({ runs: 2, dispatch: 1 })
    expect(dispatch?.at).toBeGreaterThan(due - 1000)
    expect(dispatch?.at).toBeLessThan(due + SLACK_SECONDS * 1000)
  }),
  one(
    'GitLab: pipelines for a pull request, from a branch of the same name',
    MAIN,
    { ...onGitLab('proposal'), entry: { rebuildDelay: '2m' } },
    async (image) => {
      const proposal = { event: 'external_pull_request_event', seconds: 1 }
      image.builds.start({ ...proposal, ageSeconds: 5 })
      const change = await image.change()
      image.builds.start(proposal)
      await image.succeeds(change)
      expect(image.builds.counts(), 'they neither delay it nor cover the change').toMatchObject({
        runs: 2,
        dispatch: 1,
      })
      const [dispatch] = image.builds.asked('dispatch')
      expect((dispatch?.at ?? 0) / 1000).toBeLessThan((image.observedAt(change.freight) ?? 0) + 100)
    },
  ),
  one('GitLab: build fails, then succeeds', MAIN, onGitLab('flaky'), async (image) => {
    image.builds.conclusions = ['failed', 'success']
    await image.succeeds(await image.change())
    expect(image.builds.counts()).toMatchObject({ runs: 3, dispatch: 2 })
    await image.dispatchesNoMore(15)
  }),
  one('GitLab: build fails twice', MAIN, onGitLab('broken'), async (image) => {
    image.builds.conclusions = ['canceled', 'failed']
    const promotion = await image.fails(await image.change())
    expect(promotion.status?.message).toContain('failed')
    expect(promotion.status?.message).toContain(runUrl(image.builds.runs[0] ?? { id: 0 }))
    expect(image.builds.counts()).toMatchObject({ runs: 3, dispatch: 2 })
    await image.dispatchesNoMore(30)
  }),
  one(
    'GitLab: two bases at once',
    MAIN,
    { ...onGitLab('two'), bases: ['lab-two-one', 'lab-two-two'], entry: SEEN_BOTH },
    async (image) => {
      const changes = await Promise.all([image.change(0), image.change(1)])
      await Promise.all(changes.map((change) => image.succeeds(change)))
      expect(image.builds.counts()).toMatchObject({ runs: 4, dispatch: 1 })
    },
  ),
]

const faults: readonly Scenario[] = [
  ...[400, 401, 403, 404].map((status) =>
    faulty(
      `GitLab: POST answers ${status}`,
      onGitLab(`post-${status}`),
      [{ question: 'dispatch', answer: refusal(status) }],
      endsAtOnce(`The words that go with ${status}`, { runs: 2, dispatch: 1 }),
    ),
  ),
  ...[401, 403, 404].map((status) =>
    faulty(
      `GitLab: GET answers ${status}`,
      onGitLab(`get-${status}`),
      [{ question: 'runs', answer: refusal(status) }],
      endsAtOnce(`The words that go with ${status}`, { runs: 1, dispatch: 0 }),
    ),
  ),
  faulty(
    'GitLab: GET answers 5xx for a while',
    onGitLab('get-5xx'),
    [{ question: 'runs', answer: refusal(502), seconds: 25 }],
    endsWell(1),
  ),
  faulty(
    'GitLab: GET is dropped for a while',
    onGitLab('get-dropped'),
    [{ question: 'runs', answer: 'drop', seconds: 25 }],
    endsWell(1),
  ),
  faulty(
    'GitLab: POST is dropped, all the same it started',
    onGitLab('post-lost'),
    [{ question: 'dispatch', answer: 'drop', times: 1, starts: true }],
    endsWell(1),
  ),
  faulty(
    'GitLab: POST is dropped, nothing started',
    onGitLab('post-dropped'),
    [{ question: 'dispatch', answer: 'drop', times: 1 }],
    endsWell(2),
  ),
  faulty(
    'GitLab: POST: 429',
    onGitLab('post-429'),
    [{ question: 'dispatch', answer: { status: 429, body: { message: 'Retry later' } }, times: 1 }],
    endsWell(2),
  ),
]

/** The rows of GitHub that say something about GitLab. */
export const GITLAB: readonly Scenario[] = [...pipelines, ...faults]
