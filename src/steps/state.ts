import type { ImagesFile, Override, Problem } from '../enrollment/index.js'
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
import type { Loaded, RunSetting, StateFolder } from './job.js'

export async function lookUp(enrolled: ImagesFile, folder: StateFolder, job: RunSetting): Promise<Discovered> {
  const discovered = await discover(enrolled.images, job.read, fromTop(folder.path, folder.imagesFile))
  const read = [...discovered.images.values()].filter((one) => one.kind === 'failed' || one.file !== null)
  const failed = read.filter((one) => one.kind === 'failed').length
  job.say(`${read.length} Dockerfiles looked up, ${failed} of them without success.`)
  return discovered
}

export function link(enrolled: ImagesFile, discovered: Discovered, loaded: Loaded, folder: StateFolder): LinkedState {
  const imagesFile = fromTop(folder.path, folder.imagesFile)
  const { images: enrollments, settings } = enrolled
  const { allowedRegistries } = settings
  return linkState({ enrollments, discovered, before: loaded.state, imagesFile, allowedRegistries })
}

export async function observe(
  linked: LinkedState,
  enrolled: ImagesFile,
  loaded: Loaded,
  folder: StateFolder,
  problems: Problem[],
  job: RunSetting,
): Promise<Observations> {
  const { registries } = job
  if (registries === null) return NOTHING_OBSERVED
  const imagesFile = fromTop(folder.path, folder.imagesFile)
  const asking = { linked, before: loaded.state, imagesFile }
  const client = registries(enrolled.settings.allowedRegistries)
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
  job: RunSetting,
): MergedState {
  const overridden = new Set(overrides.map(({ digest }) => digest))
  const state = writtenState(linked, { before: loaded.state, now: job.now, writes: job.writes, observed, overridden })
  job.say(`${state.bases.length} base images are tracked.`)
  return state
}
