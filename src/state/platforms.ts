import { isDataMap } from '../enrollment/data-map.js'
import type { EnrolledImage } from '../enrollment/images-file.js'
import type { TrackedImage } from './model.js'
import { digestOf, type StateRecord } from './record.js'

/** The machine that builds, and what is built where an entry names no platforms. */
const BUILDER = 'linux/amd64'

/**
 * The platforms in which a base image matters: those of the enabled images built on it, and the builder's, for stages
 * that run there whatever is built.
 */
export function wantedPlatforms(users: readonly TrackedImage[]): readonly string[] {
  return [...new Set([BUILDER, ...users.flatMap(({ enrollment }) => platformsBuilt(enrollment))])].sort()
}

function platformsBuilt({ build }: EnrolledImage): readonly string[] {
  return build.platforms ?? [BUILDER]
}

/** What a record says of the platforms of its current digest; null where it says nothing. */
export function platformsOf(record: StateRecord | undefined): ReadonlyMap<string, string> | null {
  const metadata = record?.metadata
  const platforms = isDataMap(metadata) ? metadata.platforms : null
  if (!isDataMap(platforms)) return null
  return new Map(
    Object.keys(platforms).flatMap((name) => {
      const digest = digestOf(platforms, name)
      return digest === null ? [] : [[name, digest] as const]
    }),
  )
}

/** Whether an index kept the image of every wanted platform. What is not known of one of them is a change. */
export function isSamePlatform(
  before: ReadonlyMap<string, string> | null,
  after: ReadonlyMap<string, string> | null,
  wanted: readonly string[],
): boolean {
  if (before === null || after === null) return false
  const [was, is] = [byUsualName(before), byUsualName(after)]
  return wanted.map(usualName).every((name) => was.has(name) && was.get(name) === is.get(name))
}

function byUsualName(platforms: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...platforms].map(([name, digest]) => [usualName(name), digest]))
}

/** `linux/arm64/v8` is `linux/arm64`, `linux/arm` is `linux/arm/v7` (containerd's platform normalisation). */
function usualName(platform: string): string {
  if (platform.endsWith('/arm64/v8')) return platform.slice(0, -'/v8'.length)
  return platform.endsWith('/arm') ? `${platform}/v7` : platform
}
