import { type BuildChoice, checkDispatch, type FollowedBuilds } from '../build-definition/index.js'
import type { EnrolledImage, WorkflowSource } from '../enrollment/images-file.js'
import { type Problem, problem } from '../enrollment/problem.js'
import type { WarningCode } from '../enrollment/problem-codes.js'
import type { WorkflowReading } from './workflow-build.js'

/** A problem in an image's workflow that will break a rebuild or make it misleading. */
export interface WorkflowProblem {
  readonly problem: Problem
  /** There is nothing to start, or GitHub would refuse to start it: an error when found before the entry is merged. */
  readonly isRefusal: boolean
}

/**
 * Checks a workflow against the requests we will make of it: it exists, can be dispatched, accepts our inputs, and a
 * successful run builds and publishes the image.
 *
 * @param imagesFile name of the images file; problems point at the key in it that causes them.
 */
export function checkWorkflow(
  image: EnrolledImage,
  source: WorkflowSource,
  {
    reading,
    followed,
    choice,
  }: {
    readonly reading: WorkflowReading
    readonly followed: FollowedBuilds | null
    readonly choice: BuildChoice | null
  },
  imagesFile: string,
): WorkflowProblem[] {
  const at = ({ code, key, message, remedy }: Remark, isRefusal: boolean): WorkflowProblem => {
    const line = image.lineOf(`source.${key}`) ?? image.lineOf('source') ?? image.line
    const about = { file: imagesFile, line, image: image.name, remedy }
    return { problem: problem(code, `${image.name}: ${message}`, about), isRefusal }
  }
  if (reading.kind === 'missing') {
    const message = `workflow ${source.workflow} not found in ${source.repo}: rebuilds cannot be started.`
    const remedy = 'Correct source.workflow, or add the workflow.'
    return [at({ code: 'workflow-missing', key: 'workflow', message, remedy }, true)]
  }
  if (reading.kind === 'unreadable') {
    const { message } = reading
    return [at({ code: 'workflow-unreadable', key: 'workflow', message, remedy: 'Correct the workflow.' }, true)]
  }
  if (reading.kind === 'unknown') return []
  const refusals = checkDispatch(reading.facts, source.inputs)
  const seen = [...conditionRemarks(source, followed), ...publishingRemarks(image, source, choice)]
  const isSeen = followed?.runsNothing !== true || seen.some(({ code }) => code === 'build-skipped')
  const remarks = isSeen ? seen : [leftOut(source)]
  return [...refusals.map((one) => at(one, true)), ...remarks.map((one) => at(one, false))]
}

const LET_RUN = "Make its `if` true for github.event_name == 'workflow_dispatch'."

function leftOut({ workflow }: WorkflowSource): Remark {
  const message = `no job of ${workflow} runs when it is dispatched (every \`if\` is false then): a rebuild would build nothing.`
  return { code: 'build-skipped', key: 'workflow', message, remedy: LET_RUN }
}

interface Remark {
  readonly code: WarningCode
  readonly key: string
  readonly message: string
  readonly remedy: string
}

/** A successful run that built nothing would count as a build. */
function conditionRemarks({ builds, workflow }: WorkflowSource, followed: FollowedBuilds | null): Remark[] {
  const jobs = followed?.conditionalJobs.slice(0, 3) ?? []
  if (builds !== 'any' || jobs.length === 0) return []
  const message = `the job ${jobs.join(', ')} of ${workflow} has a condition: a successful run that built nothing would count as a build.`
  return [
    {
      code: 'build-conditional',
      key: 'workflow',
      message,
      remedy: 'Write `builds: dispatched`, or build in every run.',
    },
  ]
}

/** Compares what the workflow builds and publishes with the enrolled image; unknowns are not reported. */
function publishingRemarks(image: EnrolledImage, source: WorkflowSource, choice: BuildChoice | null): Remark[] {
  if (choice === null) return []
  const key = 'workflow'
  if (!choice.ok) {
    if (choice.others.length === 0) return []
    const message = `${choice.others.slice(0, 3).join(', ')} builds a different Dockerfile than ${source.dockerfile}: a rebuild would not build this image.`
    return [
      {
        code: 'dockerfile-other',
        key,
        message,
        remedy: 'Fix source.dockerfile, or set source.workflow to the one that builds it.',
      },
    ]
  }
  const [first] = choice.steps
  const place = first === undefined ? (source.workflow ?? '') : `${first.file}:${first.line}`
  const published = `${image.registry}/${image.repository}`
  if (choice.steps.every(({ runs }) => runs === false)) {
    const message = `the build in ${place} is left out when ${source.workflow} is dispatched (its \`if\` is false then): a rebuild would build nothing.`
    return [
      {
        code: 'build-skipped',
        key,
        message,
        remedy: LET_RUN,
      },
    ]
  }
  if (choice.namesImage === false) {
    const names = [...new Set(choice.tags.map(repositoryOfTag))].slice(0, 3).join(', ')
    const message = `the build in ${place} publishes ${names}, not ${published}.`
    return [
      {
        code: 'image-other',
        key,
        message,
        remedy: 'Fix registry and repository, or set source.workflow to the one that publishes it.',
      },
    ]
  }
  if (choice.publishes === false && choice.assumed.length === 0) {
    const message = `the build in ${place} publishes nothing: a rebuild would not reach ${published}.`
    return [
      {
        code: 'build-unpublished',
        key,
        message,
        remedy: 'Write `push: true` there, or set source.workflow to the one that publishes it.',
      },
    ]
  }
  return tagRemarks(image, choice, place)
}

/** By default Kargo selects version tags; it never sees a build that publishes none. */
function tagRemarks({ tags }: EnrolledImage, choice: Extract<BuildChoice, { ok: true }>, place: string): Remark[] {
  const given = choice.tags.map((tag) => tag.slice(tag.lastIndexOf(':') + 1))
  const isFixed = choice.areTagsKnown && given.length > 0 && given.every((tag) => /^[a-z][\w.-]*$/i.test(tag))
  if (tags.strategy !== 'SemVer' || tags.allow.length > 0 || !isFixed || given.some((tag) => /^v\d/.test(tag)))
    return []
  const shown = [...new Set(given)].slice(0, 3)
  const message = `the build in ${place} publishes only ${shown.join(', ')}, and tags.strategy SemVer looks for versions: no published image would be found.`
  return [
    {
      code: 'tags-unversioned',
      key: 'tags',
      message,
      remedy: `Write \`tags: {strategy: Digest, constraint: ${shown[0]}}\`.`,
    },
  ]
}

function repositoryOfTag(tag: string): string {
  return tag.replace(/:[^/]*$/, '')
}
