/** What the state repository's workflow is told. */
import { expect } from 'vitest'
import type { Builds, Run } from '../support/builds.ts'
import { pause, until } from '../support/cluster.ts'
import { hasEnded } from '../support/objects.ts'
import type { Scenario, Suite } from '../support/suite.ts'
import type { Change, TestImage } from '../support/test-image.ts'
import { TELLING, UNTOLD } from './factories.ts'

/** Reasons that the workflow was started for, of those about base images. */
function reasons(state: Builds): string[] {
  const all = state.asked('dispatch').map(({ body }) => (body.inputs as { readonly reason: string }).reason)
  return all.filter((reason) => reason.startsWith('base image'))
}

const BASES = ['told-one', 'told-two', 'told-three']

async function tellsOfBases(image: TestImage, suite: Suite): Promise<void> {
  const state = suite.forge.workflow('acme/state', 'image-factory.yml')
  expect(reasons(state), 'of what was there from the start').toEqual([])

  const first = await image.change(0)
  await until('it is told', () => (reasons(state).length > 0 ? true : undefined))
  expect(reasons(state)[0]).toContain(image.factory.repository('told-one'))
  await image.succeeds(first)
  expect(reasons(state), 'of one change once').toHaveLength(1)
  const undisturbed = secondsToDispatch(image, first, 0)

  const together = await Promise.all(BASES.map((_, index) => image.change(index)))
  for (const change of together) await image.succeeds(change)
  expect(reasons(state).length - 1, 'three changes at once').toBeGreaterThan(0)
  expect(reasons(state).length - 1, 'three changes at once').toBeLessThan(3)

  // A run that waits to start will see what changes in the meantime.
  const input = reasons(state).length
  state.queuedSeconds = 90
  state.listedAfterSeconds = 0
  const second = await image.change(0)
  await until('it is told', () => (reasons(state).length > input ? true : undefined))
  const others = [await image.change(1), await image.change(2)]
  for (const change of [second, ...others]) await image.succeeds(change)
  await until('all runs have started', () => (state.runs.every(hasStarted) ? true : undefined), { seconds: 120 })
  expect(reasons(state), 'of changes while a run waits once').toHaveLength(input + 1)

  state.queuedSeconds = 1
  state.fails({ question: 'dispatch', answer: { status: 503, body: { message: 'down' } } })
  state.fails({ question: 'runs', answer: { status: 503, body: { message: 'down' } } })
  const dispatches = image.builds.counts().dispatch
  const before = reasons(state).length
  const last = await image.change(0)
  await image.succeeds(last)
  const disturbed = secondsToDispatch(image, last, dispatches)
  expect(disturbed, 'a notice that fails holds nothing up').toBeLessThan(undisturbed + 45)
  expect(reasons(state).length, 'a notice that fails is sent once').toBeLessThanOrEqual(before + 1)
}

/** How long after it was seen a change was dispatched. */
function secondsToDispatch(image: TestImage, { freight }: Change, index: number): number {
  const [dispatch] = image.builds.asked('dispatch').slice(index)
  return (dispatch?.at ?? Number.NaN) / 1000 - (image.observedAt(freight) ?? 0)
}

function hasStarted({ waitsUntil }: Run): boolean {
  return waitsUntil < Date.now()
}

async function tellsOfSource({ factory }: TestImage, suite: Suite): Promise<void> {
  const state = suite.forge.workflow('acme/state', 'image-factory.yml')
  const input = () => state.asked('dispatch').filter(({ body }) => JSON.stringify(body).includes(SOURCE)).length
  const look = () => suite.cluster.refresh('warehouses.kargo.akuity.io', factory.namespace, 'source-acme-told')
  const before = input()
  await suite.forge.git.commit('acme/told', { Dockerfile: 'FROM scratch AS other\n' })
  await look()
  await until('it is told', () => (input() > before ? true : undefined))
  await suite.forge.git.commit('acme/told', { 'README.md': 'Nothing that is built.\n' })
  await look()
  await pause(20)
  expect(input(), 'of files that are built from, and no others').toBe(before + 1)
}

/** Without the Secret the notice alone is lost, and what GitHub itself is asked to build; with it, both work. */
async function rebuildsUntold([onGitLab, onGitHub]: readonly TestImage[], suite: Suite): Promise<void> {
  if (onGitLab === undefined || onGitHub === undefined) return
  const state = suite.forge.workflow('acme/state-untold', 'image-factory.yml')
  const change = await onGitLab.change()
  await onGitLab.succeeds(change)
  expect(onGitLab.builds.counts(), 'GitLab has its own Secret').toMatchObject({ dispatch: 1 })
  const refused = await onGitHub.change()
  const failed = await onGitHub.fails(refused)
  expect(failed.status?.message).toContain('Bad credentials')
  expect(onGitHub.builds.runs, 'nothing is built').toEqual([])
  await until('two notices are sent', () => (state.asked('dispatch').length > 1 ? true : undefined))
  expect(new Set(state.requests.map(({ status }) => status))).toEqual(new Set([401]))
  for (const [image, { freight, base }] of [[onGitLab, change] as const, [onGitHub, refused] as const]) {
    const soak = image.factory.soakStage(base)
    const observed = await until('the base image is observed', () => image.promotions(freight, soak).find(hasEnded))
    expect(observed.status, 'a notice that is refused fails nothing').toMatchObject({ phase: 'Succeeded' })
  }

  await onGitHub.factory.addSecrets(['github-dispatch'])
  await onGitHub.succeeds(await onGitHub.change())
  await until('it is told', () => (state.runs.length > 0 ? true : undefined))
  expect(onGitHub.builds.runs, 'and GitHub builds').toHaveLength(1)
}

const SOURCE = 'source acme/told changed'

/** Every row about the state repository. */
export const TELLINGS: readonly Scenario[] = [
  {
    title: 'the state repository is told of changes',
    factory: TELLING.name,
    images: [{ name: 'told', bases: BASES, entry: { rebuildDelay: '0' } }],
    repositories: { 'acme/told': { Dockerfile: 'FROM scratch\n' } },
    run: async ([image], suite) => {
      if (image === undefined) return
      await tellsOfSource(image, suite)
      await tellsOfBases(image, suite)
    },
  },
  {
    title: 'without the Secret, rebuilds elsewhere go on and the state repository is not told',
    factory: UNTOLD.name,
    images: [
      { name: 'untold-gitlab', provider: 'gitlab', repo: 'acme/platform/untold', entry: { rebuildDelay: '0' } },
      { name: 'untold-github', entry: { rebuildDelay: '0' } },
    ],
    run: rebuildsUntold,
  },
]
