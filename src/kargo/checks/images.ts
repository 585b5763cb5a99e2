import { BRANCH } from '../../enrollment/grammar.js'
import { type Problem, problem } from '../../enrollment/problem.js'
import type { TrackedImage } from '../../state/model.js'
import { changesType } from '../constructs/expression.js'
import { isPathPattern } from '../constructs/warehouse.js'
import { dispatchTargetFaults } from '../dispatch-url.js'
import { type Bases, branchOf, type Factory } from '../factory.js'
import { watchedFiles } from '../sources.js'
import { evaluatedFault, evaluatedTexts } from './text.js'

/** What in an enrolment cannot become a manifest, each at the place of its entry. */
export function imageProblems(image: TrackedImage, bases: Bases, factory: Factory): Problem[] {
  const { name, line, column, lineOf } = image.enrollment
  const at = (key: string) => ({
    file: factory.imagesFile ?? null,
    line: lineOf(key) ?? line,
    column: lineOf(key) === null ? column : null,
    image: name,
  })
  return [
    ...userTextFaults(image).map(({ key, fault }) => problem('error', fault, at(key))),
    ...sourceFaults(image, factory).map(({ key, fault }) => problem('error', fault, at(key))),
    ...patternFaults(image, factory).map(({ key, fault }) =>
      problem('error', fault, { ...at(key), remedy: PATTERN_REMEDY }),
    ),
    ...image.bases
      .filter((base) => !bases.has(base))
      .map((base) => problem('error', `image ${name} is built on ${base}, which is not tracked`, at('name'))),
  ]
}

interface Fault {
  readonly key: string
  readonly fault: string
}

/** The entry as written is left out: whatever of it reaches a manifest is in the other fields. */
function userTextFaults({ enrollment }: TrackedImage): Fault[] {
  const keys = Object.keys(enrollment) as (keyof typeof enrollment)[]
  const data = new Map(keys.filter((key) => key !== 'written').map((key) => [key, enrollment[key]]))
  return evaluatedTexts(data).map(({ path, text }) => ({ key: path, fault: evaluatedFault(path, text) }))
}

function sourceFaults(image: TrackedImage, factory: Factory): Fault[] {
  const { source } = image.enrollment
  if (source === null) return []
  const api = source.provider === 'github' ? "GitHub's" : "GitLab's"
  const isBuilt = source.provider === 'gitlab' || source.workflow !== null
  return [
    ...dispatchTargetFaults(source),
    ...branchFaults(branchOf(image, factory), isBuilt ? api : null).map((fault) => ({ key: 'source.branch', fault })),
  ]
}

/** @param api that is sent the branch; null: it is sent nowhere. */
function branchFaults(branch: string, api: string | null): string[] {
  if (!BRANCH.test(branch)) return [`Kargo does not accept ${branch} as a branch`]
  if (api !== null && changesType(branch))
    return [`Kargo would read the branch ${branch} as a number or boolean, and ${api} API needs a text`]
  return []
}

const PATTERN_REMEDY = 'Build it from a path that does not begin with glob:, regex: or regexp:.'

/** Only watched files reach Kargo, and only `settings.stateWorkflow` has them watched. */
function patternFaults({ enrollment: { source } }: TrackedImage, { settings }: Factory): Fault[] {
  if (source === null || settings.stateWorkflow === null) return []
  return watchedFiles(source)
    .filter(({ path }) => isPathPattern(path))
    .map(({ key, path }) => ({ key, fault: `Kargo would take ${key} ${path} for a pattern, not for a file` }))
}
