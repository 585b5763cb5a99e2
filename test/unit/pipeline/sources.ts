import { failed, requestKey, type SourceReader } from '../../../src/sources/index.js'

/** A reader for which every repository has these files, by their path. */
export function readerOf(files: Readonly<Record<string, string>>): SourceReader {
  const answer = (path: string) => {
    const text = files[path]
    return text === undefined
      ? failed('file', 'it is not there.', 'Add it.')
      : ({ kind: 'found', text, branch: 'main' } as const)
  }
  return {
    isComplete: true,
    read: async (requests) => new Map(requests.map((request) => [requestKey(request), answer(request.path)] as const)),
  }
}
