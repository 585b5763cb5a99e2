/** Runs the generated rebuild tasks in a simulated cluster: histories end as a live Kargo ended them. */
import { describe, expect, test } from 'vitest'
import { parseDuration } from '../../../src/enrollment/grammar.js'
import {
  BUILD_SECONDS,
  type ForeignRun,
  HISTORIES,
  type History,
  type HistoryEnd,
  POLL_SECONDS,
  RETRY_PAUSE_SECONDS,
  WORDS,
  wrongStarts,
} from '../../support/histories.js'
import { START } from '../../support/kargo/cluster.js'
import { NODE, PYTHON } from './fixtures.js'
import { FORGES, type ForgeName, RebuildWorld } from './rebuild-world.js'

/** When the first base moves, in seconds since the cluster began. */
const FIRST = 600

const span = (text: string) => parseDuration(text) ?? { text, seconds: 0 }

function worldOf(
  forge: ForgeName,
  { entry = {}, conclusions = ['success'], buildSeconds = BUILD_SECONDS, watched }: History,
): RebuildWorld {
  const { rebuildDelay = '90s', minimumReleaseAge = '0', autoRebuild = true } = entry
  const it = new RebuildWorld({
    forge,
    image: { rebuildDelay: span(rebuildDelay), minimumReleaseAge: span(minimumReleaseAge), autoRebuild },
    settings: { retryPause: span(`${RETRY_PAUSE_SECONDS}s`), pollInterval: span(`${POLL_SECONDS}s`) },
  })
  const ends = Array.from({ length: watched }, (_, index) => conclusions[index] ?? conclusions.at(-1) ?? '')
  it.forge.plan.seconds = buildSeconds
  it.forge.plan.conclusions = ends.map(WORDS[forge])
  return it
}

function play(forge: ForgeName, history: History): { readonly starts: readonly number[]; readonly end: HistoryEnd } {
  const it = worldOf(forge, history)
  const foreign = new Set<number>()
  let digest = ''
  const build = ({ event, branch = 'main', conclusion = 'success', seconds = BUILD_SECONDS }: ForeignRun) => {
    const now = START + it.cluster.now
    const isDispatched = event === 'workflow_dispatch'
    const words = { event: WORDS[forge](event), conclusion: WORDS[forge](conclusion) }
    foreign.add(it.build({ ...words, isDispatched, branch, endsAt: now + seconds }).id)
  }
  for (const event of history.events) {
    it.cluster.at(FIRST + event.at, () => {
      if (event.what === 'base moves') digest = it.change(event.base === 1 ? PYTHON : NODE).image.digest
      else if (event.what === 'run') build(event)
      // What has expired is in no ConfigMap.
      else if (event.what === 'override') it.override(event.isExpired === true ? '' : digest)
      else if (event.what === 'forge accepts') it.forge.recovers()
      else it.forge.fails({ on: 'dispatch', times: 1000, answer: { status: 403, body: { message: 'no' } } })
    })
  }
  it.cluster.run(FIRST + history.watched)
  const starts = it.forge.builds.flatMap(({ id, startedAt }) => (foreign.has(id) ? [] : [startedAt - START - FIRST]))
  return { starts, end: endOf(it) }
}

function endOf({ rebuilds }: RebuildWorld): HistoryEnd {
  const last = rebuilds.at(-1)
  if (last === undefined) return 'waits'
  if (last.phase === 'Succeeded') return 'built'
  if (last.phase !== 'Failed') throw new Error(`the last Promotion is ${last.phase}`)
  return last.message.includes('refused') ? 'refused' : 'failed'
}

describe.each(FORGES)('on Kargo, with %s', (forge) => {
  test.each(HISTORIES)('$title', (history) => {
    const { starts, end } = play(forge, history)
    expect(wrongStarts(starts, history, 2 * POLL_SECONDS), 'when builds were started').toBeNull()
    expect(end).toBe(history.end)
  })
})
