import { callsKo, koBases, koEnvironment, readKoConfig } from '../build-definition/index.js'
import { parseReference, withDefaultTag } from '../reference/index.js'
import type { BasesResult, BaseUse } from './bases.js'
import { inGeneral } from './remarks.js'
import { type FailedAnswer, type FileAnswer, type FileRequest, requestKey } from './source-file.js'

/** What to do about an answer of ours that is not the real one. */
export const KO_REMEDY = 'If it is built on another image, name that under `bases` and leave out `dockerfile`.'

/** The workflow that builds an image, among what was read. */
interface Builder {
  /** null: none is enrolled. */
  readonly request: FileRequest | null
  readonly answers: ReadonlyMap<string, FileAnswer>
}

/**
 * The base images of an image that ko builds: its entry names `.ko.yaml` in the place of a Dockerfile. Which import path
 * is built stands in no file that can be relied on, so every override counts.
 *
 * @param config ko's configuration.
 * @param workflow its environment goes before the configuration; where it was not read, the configuration decides.
 */
export function koUses(config: { readonly file: string; readonly text: string }, workflow: Builder): BasesResult {
  const { file, text } = config
  const read = readKoConfig(text, file)
  if (!read.ok) return { ok: false, line: read.line ?? 1, message: read.message }
  const environment = koEnvironment(textOf(workflow), workflow.request?.path ?? '')
  const { bases, assumed } = koBases(read, null, environment)
  const uses = bases.flatMap(({ ref, line }): BaseUse[] => {
    const parsed = parseReference(ref)
    if (!parsed.ok) return []
    const reference = withDefaultTag(parsed.reference)
    const all = { stage: '', reachable: true, runtime: true, platform: null, platforms: [], assumed: false }
    return [{ reference, kind: 'ko', file, line: line ?? 1, ...all }]
  })
  return { ok: true, uses, assumed: assumed.map(inGeneral), unnamed: [], usesDefaults: false, warnings: [] }
}

/** What to do about a Dockerfile that is not there: none is needed where the workflow calls ko. */
export function remedyWithoutDockerfile({ reason, remedy }: FailedAnswer, workflow: Builder): string {
  if (reason !== 'file' || !callsKo(textOf(workflow))) return remedy
  return 'If ko builds it, write dockerfile: .ko.yaml in its source, or name its base images under `bases`.'
}

function textOf({ request, answers }: Builder): string {
  const answer = request === null ? undefined : answers.get(requestKey(request))
  return answer?.kind === 'found' ? answer.text : ''
}
