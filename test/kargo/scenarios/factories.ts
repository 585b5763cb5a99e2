/** The factories that the scenarios run in: settings that one factory can have only one of. */
import { RETRY_PAUSE_SECONDS } from '../../support/histories.ts'
import type { FactorySpec } from '../support/factory.ts'

/** Builds that fail are tried once more, soon. */
export const MAIN: FactorySpec = { name: 'main', settings: { retryPause: '15s' } }

/** Builds are tried once; every image waits for its turn. */
export const ONCE: FactorySpec = { name: 'once', settings: { retries: 0, stagger: '4m' } }

/** A failed build is tried again after a while that lets something else happen. */
export const SLOW: FactorySpec = { name: 'slow', settings: { retryPause: '90s' } }

/** The state repository is told of changes. */
export const TELLING: FactorySpec = {
  name: 'telling',
  settings: { retryPause: '15s', stateWorkflow: { repo: 'acme/state', workflow: 'image-factory.yml' } },
}

/** The state repository is to be told, and the Secret for it is missing. */
export const UNTOLD: FactorySpec = {
  name: 'untold',
  settings: { retryPause: '15s', stateWorkflow: { repo: 'acme/state-untold', workflow: 'image-factory.yml' } },
  secrets: ['gitlab-dispatch'],
}

/** Images that were behind when they were enrolled; what that changes in the shared tasks, no other factory has. */
export const ENROLLING: FactorySpec = { name: 'enrolling', settings: { retryPause: '15s' } }

/** Histories are played on as much as they are elsewhere. */
export const REPLAYED: FactorySpec = { name: 'replayed', settings: { retryPause: `${RETRY_PAUSE_SECONDS}s` } }

export const FACTORIES = [MAIN, ONCE, SLOW, TELLING, UNTOLD, ENROLLING, REPLAYED] as const

/** How often anything is asked again; no poll is more often. */
export const POLL_SECONDS = 10

/** How long a poll may take on a machine that has a lot to do. */
export const SLACK_SECONDS = 15
