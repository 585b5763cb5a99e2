import { isDataMap } from '../enrollment/data-map.js'
import { type Problem, problem } from '../enrollment/problem.js'
import { builtSince, rebuildEligibleAt } from '../policy/index.js'
import { formatReference } from '../reference/index.js'
import { addArchive } from './archive.js'
import { baseFile } from './base-file.js'
import { enrolledSeconds, enrollmentTimes, timesOf } from './enrolled-at.js'
import { imageFile } from './image-file.js'
import type { LinkedState } from './merge.js'
import { FOLDERS, type StateFiles, type TrackedBase, type TrackedImage } from './model.js'
import { type Observations, observeBase, observeImage } from './observe.js'
import { wantedPlatforms } from './platforms.js'
import { baseDigestOf, digestOf, type StateRecord } from './record.js'
import { recordWarnings } from './record-warnings.js'

/** The state after a run. */
export interface MergedState extends Omit<LinkedState, 'facts' | 'own'> {
  /** Text of every state file there shall be, by its path relative to the state folder; all others go. */
  readonly files: ReadonlyMap<string, string>
  /** Digests of bases that changed, since when every image that is rebuilt for it was built. */
  readonly builtSince: ReadonlySet<string>
}

/** What the state is written from, beside its links. */
export interface Writing {
  readonly before: StateFiles
  /** ISO 8601; lands only in files whose result changed. */
  readonly now: string
  /** Whether the files are written: only then is `now` when a new image was enrolled. */
  readonly writes: boolean
  readonly observed: Observations
  /** Digests of bases whose rebuilds wait for nothing. */
  readonly overridden: ReadonlySet<string>
}

/**
 * The state files after a run: everything that was found out at run time is kept, what registries said is added, and
 * what is no longer enrolled or used moves to `_archive/`, from where it comes back with its history.
 */
export function writtenState(linked: LinkedState, writing: Writing): MergedState {
  const { before, now, observed } = writing
  const files = new Map<string, string>()
  const records = new Map<string, StateRecord | undefined>()
  const { facts, own, ...state } = linked
  for (const one of facts) {
    const { name } = one.enrollment
    const seen = observed.images.get(name)
    const known = own.get(name)?.record
    const record = seen === undefined ? known : observeImage(known, seen, now)
    const times = enrollmentTimes(own.get(name), now)
    records.set(name, { ...record, ...times })
    files.set(`${FOLDERS.images}/${name}.yaml`, imageFile(one, record, times, now))
  }
  const images = writing.writes ? withEnrollment(linked, now) : state.images
  const users = usersOf(images)
  const looked = state.bases.map((base) => lookedAt(base, users.get(base.name) ?? [], writing))
  for (const { base, record } of looked) {
    const eligible = eligibility(record, users.get(base.name) ?? [], records, writing)
    files.set(`${FOLDERS.bases}/${base.name}.yaml`, baseFile(base, { ...record, ...eligible }, now))
  }
  const changed = looked.map(({ base, record }) => {
    const rebuilt = users.get(base.name) ?? []
    return { ...baseDigestOf(record), images: rebuilt.map((image) => rebuiltImage(image, records)) }
  })
  const taken = [...own.values(), ...state.bases.flatMap(({ name }) => baseRecord(name, before) ?? [])]
  addArchive(before, files, new Set(taken.map(({ path }) => path)))
  const problems = [...state.problems, ...looked.flatMap((one) => one.problems)]
  return { ...state, images, bases: looked.map(({ base }) => base), files, builtSince: builtSince(changed), problems }
}

/** The images with the times that their files say from now on: those of new ones too. */
function withEnrollment({ images, own }: LinkedState, now: string): TrackedImage[] {
  return images.map((image) => {
    const times = enrollmentTimes(own.get(image.enrollment.name), now)
    return { ...image, enrolledAt: enrolledSeconds(times) }
  })
}

/** The enabled images built on each base, by its name. */
function usersOf(images: readonly TrackedImage[]): Map<string, TrackedImage[]> {
  const users = new Map<string, TrackedImage[]>()
  for (const image of images.filter(({ enrollment }) => enrollment.enabled)) {
    for (const base of new Set(image.bases)) {
      const known = users.get(base)
      if (known === undefined) users.set(base, [image])
      else known.push(image)
    }
  }
  return users
}

/** The record a base goes on from, and its file. */
function baseRecord(name: string, before: StateFiles): { readonly record: StateRecord; readonly path: string } | null {
  for (const folder of ['bases', 'archivedBases'] as const) {
    const record = before[folder].get(name)
    if (record !== undefined) return { record, path: `${FOLDERS[folder]}/${name}.yaml` }
  }
  return null
}

interface LookedAt {
  readonly base: TrackedBase
  readonly record: StateRecord | undefined
  readonly problems: readonly Problem[]
}

function lookedAt(base: TrackedBase, users: readonly TrackedImage[], { before, now, observed }: Writing): LookedAt {
  const known = baseRecord(base.name, before)?.record
  const insane = known === undefined ? [] : recordWarnings(`${FOLDERS.bases}/${base.name}.yaml`, known, now)
  const facts = observed.bases.get(base.name)
  if (facts === undefined) return { base, record: known, problems: insane }
  const wanted = wantedPlatforms(users)
  const { record, event } = observeBase(known, facts, { now, wanted })
  const problems = event === 'returned' ? [...insane, returned(base, facts.digest)] : insane
  return { base: { ...base, baselineDigest: digestOf(record, 'baselineDigest') }, record, problems }
}

/** A tag that goes back is a mistake of its publisher, or an attack: nobody rebuilds for it. */
function returned(base: TrackedBase, digest: string): Problem {
  const name = formatReference({ ...base, digest: null })
  const message = `${name} went back to ${digest}, which it had before: nothing is rebuilt for that.`
  const file = `${FOLDERS.bases}/${base.name}.yaml`
  return problem('warning', message, {
    file,
    remedy: 'Ask its publisher; promote by hand if the older image is right.',
  })
}

function rebuiltImage({ enrollment }: TrackedImage, records: ReadonlyMap<string, StateRecord | undefined>) {
  return { policy: enrollment, times: timesOf(records.get(enrollment.name)) }
}

/** When each image may be rebuilt for this base; nothing is said of a base that never changed. */
function eligibility(
  record: StateRecord | undefined,
  users: readonly TrackedImage[],
  records: ReadonlyMap<string, StateRecord | undefined>,
  { overridden }: Writing,
): StateRecord {
  if (record?.lastUpdated === undefined || record.lastUpdated === null) return {}
  const base = baseDigestOf(record)
  const isOverridden = base.digest !== null && overridden.has(base.digest)
  const due = users.map((image) => {
    const { policy, times } = rebuiltImage(image, records)
    return [policy.name, rebuildEligibleAt(policy, base, times, { isOverridden })] as const
  })
  // What older files say for all images at once is nobody's, and stays.
  const old = isDataMap(record.rebuildEligibleAt) ? record.rebuildEligibleAt.default : null
  const all = old === null || old === undefined ? {} : { default: old }
  return due.length === 0 ? {} : { rebuildEligibleAt: { ...all, ...Object.fromEntries(due) } }
}
