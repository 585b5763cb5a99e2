import { type FileAnswer, type FileRequest, failed, requestKey, type SourceReader } from './source-file.js'

type Provider = FileRequest['provider']

/** A reader for each provider; null where there is nothing to read it with. */
export type ReadersByProvider = Readonly<Record<Provider, SourceReader | null>>

const NAMES: Readonly<Record<Provider, string>> = { github: 'GitHub', gitlab: 'GitLab' }
const INPUTS: Readonly<Record<Provider, string>> = { github: 'source-token', gitlab: 'gitlab-token' }

/** Reads every file from its own provider, from both at the same time. */
export function readFromBoth(readers: ReadersByProvider): SourceReader {
  const read: SourceReader['read'] = async (requests) => {
    const parts = (['github', 'gitlab'] as const).map((provider) => {
      const own = requests.filter((request) => request.provider === provider)
      const reader = readers[provider]
      if (own.length === 0) return new Map<string, FileAnswer>()
      return reader === null ? new Map(own.map((one) => [requestKey(one), withoutReader(one)])) : reader.read(own)
    })
    return new Map((await Promise.all(parts)).flatMap((answers) => [...answers]))
  }
  return { read, isComplete: Object.values(readers).every((reader) => reader?.isComplete ?? true) }
}

function withoutReader({ provider, repo }: FileRequest): FileAnswer {
  const message = `${repo} is on ${NAMES[provider]}, and there is nothing to read it with.`
  return failed('unreachable', message, `Set ${INPUTS[provider]}, or give its checkout in sources-dir.`)
}
