import { expect } from 'vitest'
import {
  type BakeStep,
  type BuildChoice,
  type BuildStep,
  chooseBuilds,
  DEFAULT_BUILD_FILES,
  displayPath,
  type FileReading,
  type FileReference,
  type FollowedBuilds,
  followBuilds,
  isKnown,
  readBuildFiles,
  readDefinition,
  readWorkflow,
  type Unreadable,
} from '../../../src/build-definition/index.js'
import { NO_SETTINGS } from './examples.js'

/** What is around a workflow. */
export interface Around {
  /** Texts of other files, by the path as people know it: `action/action.yml`, `org/ci/build/action.yml@v1`. */
  readonly files?: Readonly<Record<string, string>>
  readonly repo?: string
  readonly branch?: string | null
  /** What is sent when it is dispatched. */
  readonly inputs?: Readonly<Record<string, string>>
  /** Whether other files are still to be read, rather than not there. */
  readonly isPending?: boolean
  /** Those of which it is known that they are not there. */
  readonly missing?: ReadonlySet<string>
}

/** A step that builds one Dockerfile. */
export type DockerfileStep = Extract<BuildStep, { kind: 'build' }>

/** Where the workflow lies that is followed. */
export const PATH = '.github/workflows/build.yml'

/** Follows a workflow as a run of org/app that is dispatched on `main`, if it can be read. */
export function tryFollow(
  text: string,
  { files = {}, repo = 'org/app', branch = 'main', inputs = {}, isPending = false, missing = new Set() }: Around = {},
): FollowedBuilds | Unreadable {
  const read = readWorkflow(text, { file: PATH })
  if (!read.ok) return read
  const open = (reference: FileReference): FileReading => {
    const name = displayPath(reference)
    const found = Object.hasOwn(files, name) ? files[name] : undefined
    if (found !== undefined) return readDefinition(found, name)
    return isPending && !missing.has(name) ? { kind: 'pending' } : { kind: 'failed', message: 'there is no such file.' }
  }
  const reference = { repo: null, ref: null, path: PATH }
  const run = { repo, branch, inputs: new Map(Object.entries(inputs)) }
  return followBuilds({ facts: read.workflow, file: read.file, reference }, run, open)
}

/** The same of a workflow that must be readable. */
export function follow(text: string, around?: Around): FollowedBuilds {
  const followed = tryFollow(text, around)
  return 'ok' in followed ? expect.fail(`${followed.line}: ${followed.message}`) : followed
}

/** The builds of one Dockerfile each, all of which must be. */
export function stepsOf(text: string, around?: Around): DockerfileStep[] {
  return follow(text, around).builds.map((step) => (step.kind === 'build' ? step : expect.fail('it bakes')))
}

/** The builds that bake, all of which must. */
export function bakesOf(text: string, around?: Around): BakeStep[] {
  return follow(text, around).builds.map((step) => (step.kind === 'bake' ? step : expect.fail('it does not bake')))
}

/** What makes an image; bake and compose files are those among `files`. */
export function choose(
  text: string,
  dockerfile: string,
  { image = null, allow = [], ...around }: Around & { image?: string | null; allow?: readonly string[] } = {},
): BuildChoice {
  const files = around.files ?? {}
  return chooseBuilds(follow(text, around), { dockerfile, image, allow }, ({ files: named, environment, set }) => {
    const names = named.length === 0 ? DEFAULT_BUILD_FILES : named.filter(isKnown).map((value) => value.text)
    const texts = names.flatMap((file) => (Object.hasOwn(files, file) ? [{ file, text: files[file] ?? '' }] : []))
    const read = readBuildFiles(texts, { ...NO_SETTINGS, environment, set })
    if (!read.ok) return { ok: false, reason: read.message }
    return { ok: true, definition: read.definition, assumed: [] }
  })
}
