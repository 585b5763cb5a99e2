import { BRANCH } from '../../enrollment/grammar.js'
import { type Problem, problem } from '../../enrollment/problem.js'
import type { TrackedImage } from '../../state/model.js'
import { changesType } from '../constructs/expression.js'
import { dispatchTargetFaults } from '../dispatch-url.js'
import { type Bases, branchOf, type Factory } from '../factory.js'
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
function userTextFaults({ enrollment: { written: _written, ...data } }: TrackedImage): Fault[] {
  return evaluatedTexts(data).map(({ path, text }) => ({ key: path, fault: evaluatedFault(path, text) }))
}

function sourceFaults(image: TrackedImage, factory: Factory): Fault[] {
  const { source } = image.enrollment
  if (source?.provider !== 'github') return []
  const branch = branchOf(image, factory)
  return [
    ...dispatchTargetFaults(source),
    ...branchFaults(branch, { dispatched: source.workflow !== null }).map((fault) => ({ key: 'source.branch', fault })),
  ]
}

function branchFaults(branch: string, { dispatched }: { readonly dispatched: boolean }): string[] {
  if (!BRANCH.test(branch)) return [`Kargo does not accept ${branch} as a branch`]
  if (dispatched && changesType(branch))
    return [`Kargo would read the branch ${branch} as a number or boolean, and GitHub's API needs a text`]
  return []
}
