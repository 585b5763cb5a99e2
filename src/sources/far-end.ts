import { checkDispatch } from '../build-definition/index.js'
import type { Enrollment, GitHubSource } from '../enrollment/enrollment.js'
import { type Problem, problem } from '../enrollment/problem.js'
import type { WorkflowReading } from './workflow-build.js'

/** Something at the far end that will make a rebuild fail or mislead it. */
export interface FarEndProblem {
  readonly problem: Problem
  /**
   * GitHub would refuse the dispatch, or nobody could tell whose build it is: an error where it is found before the
   * entry is merged.
   */
  readonly isRefusal: boolean
}

/**
 * Holds what we will ask of a workflow against the workflow: it exists, can be dispatched, takes what we send, and a
 * good run of it built the image.
 *
 * @param isComplete whether a workflow that is not found is not there.
 * @param imagesFile name of the enrolment file; problems point at the key in it that causes them.
 */
export function checkFarEnd(
  image: Enrollment,
  source: GitHubSource,
  reading: WorkflowReading,
  { isComplete, imagesFile }: { readonly isComplete: boolean; readonly imagesFile: string },
): FarEndProblem[] {
  const at = (key: string, message: string, remedy: string, isRefusal: boolean): FarEndProblem => {
    const line = image.lineOf(`source.${key}`) ?? image.lineOf('source') ?? image.line
    const about = { file: imagesFile, line, image: image.name, remedy }
    return { problem: problem('warning', `${image.name}: ${message}`, about), isRefusal }
  }
  if (reading.kind === 'missing') {
    if (!isComplete) return []
    const message = `there is no workflow ${source.workflow} in ${source.repo}: no rebuild can be dispatched.`
    return [at('workflow', message, 'Correct source.workflow, or add the workflow.', false)]
  }
  if (reading.kind === 'unreadable') return [at('workflow', reading.message, 'Correct the workflow.', false)]
  if (reading.kind === 'unknown') return []
  const refusals = checkDispatch(reading.facts, source.inputs)
  const { conditionalJobs } = reading.facts
  const misled = source.builds === 'any' && conditionalJobs.length > 0
  const jobs = conditionalJobs.slice(0, 3).join(', ')
  return [
    ...refusals.map(({ key, message, remedy }) => at(key, message, remedy, true)),
    ...(misled
      ? [
          at(
            'workflow',
            `the job ${jobs} of ${source.workflow} has a condition: a good run that built nothing would count as a build.`,
            'Say builds: dispatched, or build in every run.',
            false,
          ),
        ]
      : []),
  ]
}
