import type { Enrolment, Override, Problem } from '../enrollment/index.js'
import { type Discovered, discover } from '../sources/index.js'
import {
  fromTop,
  type LinkedState,
  linkState,
  lookUp as lookUpDigests,
  type MergedState,
  NOTHING_OBSERVED,
  type Observations,
  writtenState,
} from '../state/index.js'
import type { Job, Loaded, StateFolder } from './job.js'

export async function lookUp(enrolment: Enrolment, folder: StateFolder, job: Job): Promise<Discovered> {
  const discovered = await discover(enrolment.images, job.read, fromTop(folder.path, folder.imagesFile))
  const read = [...discovered.images.values()].filter((one) => one.kind === 'failed' || one.file !== null)
  const failed = read.filter((one) => one.kind === 'failed').length
  job.say(`${read.length} Dockerfiles looked up, ${failed} of them without success.`)
  return discovered
}

export function link(enrolment: Enrolment, discovered: Discovered, loaded: Loaded, folder: StateFolder): LinkedState {
  const imagesFile = fromTop(folder.path, folder.imagesFile)
  const { images: enrollments, settings } = enrolment
  const { allowedRegistries } = settings
  return linkState({ enrollments, discovered, before: loaded.state, imagesFile, allowedRegistries })
}

export async function observe(
  linked: LinkedState,
  enrolment: Enrolment,
  loaded: Loaded,
  folder: StateFolder,
  problems: Problem[],
  job: Job,
): Promise<Observations> {
  const { registries } = job
  if (registries === null) return NOTHING_OBSERVED
  const imagesFile = fromTop(folder.path, folder.imagesFile)
  const asking = { linked, before: loaded.state, imagesFile }
  const client = registries(enrolment.settings.allowedRegistries)
  const seen = await job.step('Look up digests', () => lookUpDigests(asking, client))
  problems.push(...seen.problems)
  const { bases, images, answered } = seen.asked
  job.say(`${bases} base images and ${images} published images looked up, ${answered} of them answered for.`)
  return seen.observed
}

export function merge(
  linked: LinkedState,
  observed: Observations,
  overrides: readonly Override[],
  loaded: Loaded,
  job: Job,
): MergedState {
  const overridden = new Set(overrides.map(({ digest }) => digest))
  const state = writtenState(linked, { before: loaded.state, now: job.now, writes: job.writes, observed, overridden })
  job.say(`${state.bases.length} base images are tracked.`)
  return state
}
