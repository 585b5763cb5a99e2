import { type EnrolledImage, parseImagesFile } from '../../../src/enrollment/index.js'
import { formatReference } from '../../../src/reference/index.js'
import {
  type Discovered,
  discover,
  type FileAnswer,
  type FileRequest,
  failed,
  requestKey,
  type SourceReader,
} from '../../../src/sources/index.js'

/** Texts by `REPO/PATH`, or by path for every repository; what is not there is not there. */
export type Files = Readonly<Record<string, string | FileAnswer>>

/** The images of an images file that has no mistake. */
export function enrolledIn(text: string): readonly EnrolledImage[] {
  const { enrolled, problems } = parseImagesFile(text, 'images.yaml')
  if (enrolled === null) throw new Error(JSON.stringify(problems))
  return enrolled.images
}

/** Reads these files, and keeps what it was asked for, round by round; a branch that is not named is `branch`. */
export function readerOf(files: Files, { isComplete = true, branch = 'main' as string | null } = {}) {
  const rounds: FileRequest[][] = []
  const answerTo = (one: FileRequest): FileAnswer => {
    const file = files[`${one.repo}/${one.path}`] ?? files[one.path]
    if (file === undefined) return failed('file', `there is no ${one.path}.`, 'Correct it.')
    return typeof file === 'string' ? { kind: 'found', text: file, branch: one.branch ?? branch } : file
  }
  const read: SourceReader['read'] = async (requests) => {
    rounds.push([...requests])
    return new Map(requests.map((one) => [requestKey(one), answerTo(one)] as const))
  }
  return { reader: { read, isComplete }, rounds }
}

/** Discovers the images of an images file among these files. */
export async function discoverIn(text: string, files: Files, options: Parameters<typeof readerOf>[1] = {}) {
  const { reader, rounds } = readerOf(files, options)
  const discovered = await discover(enrolledIn(text), reader, 'images.yaml', () => true)
  return { ...discovered, rounds, app: discovered.images.get('app') }
}

/** What an image was found to be built on. */
export function usesOf(found: Discovered['images'] extends ReadonlyMap<string, infer One> ? One | undefined : never) {
  return found?.kind === 'found' ? found.uses : (found?.named ?? [])
}

/** Each use in short: `docker.io/library/node:22 from Dockerfile:1`. */
export function shortUses(found: Parameters<typeof usesOf>[0]): string[] {
  return usesOf(found).map(({ reference, kind, file, line }) => `${formatReference(reference)} ${kind} ${file}:${line}`)
}
