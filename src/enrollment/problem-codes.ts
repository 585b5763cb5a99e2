/**
 * All kinds of problems: their codes, which are stable across releases, and what each means in one sentence, for
 * docs/troubleshooting.md. Problems that differ only in wording share a code; problems that users may want to accept
 * separately have different ones.
 */

/** Problems that stop the run. */
export const ERRORS = {
  'base-circle': 'Images are built on each other in a circle.',
  'base-invalid': 'A named base image is not a reference that can be followed.',
  'branch-moved': 'Others committed to the branch during every attempt to commit.',
  'build-unclear': 'It is unclear which build, image or Dockerfile an entry is for; set it with an option.',
  'character-unprintable': 'A file holds a character that no editor shows as it is.',
  'comment-refused': 'The forge refused the comment.',
  'commit-refused': 'The forge refused the commit or the push, or did not say whether it took it.',
  'container-deleted': 'The run would delete the Namespace or Project, and with it all Freight.',
  'data-invalid': "A report's data is not what this version writes.",
  'deletions-exceeded': 'The run would delete more resources than are allowed.',
  'engine-unsuitable': 'An entry or a setting asks for what settings.engine does not do.',
  'environment-variable-invalid': 'An environment variable is missing or holds a value that cannot be used.',
  'event-unsuitable': 'What is asked for is not possible on the event that started the run.',
  'file-exists': 'A file is there already, and nothing is written over it.',
  'file-foreign': 'A file in the output folder is not one of ours, and would be written over.',
  'file-missing': 'A file or folder is not there.',
  'file-unusable': 'A file cannot be used as it is: too large, not UTF-8, a pointer of Git LFS, not readable.',
  'git-failed': 'A git command failed.',
  'image-unknown': 'No enrolled image has that name.',
  'images-missing': 'images.yaml enrolls no image.',
  'input-invalid': 'An input of the action has a value that cannot be used.',
  'issue-refused': 'The forge refused the dashboard issue, or a comment on it.',
  'key-missing': 'A key that must be there is missing.',
  'key-unknown': 'The key does not exist.',
  'keys-conflicting': 'Keys exclude each other, or are duplicates.',
  'list-unwritable': 'The list of images is written in a way that no entry can be added to.',
  'manifest-impossible': 'No manifest that Kargo takes can be made of an entry.',
  'name-taken': 'Two things would have the same name.',
  'option-invalid': 'An option of the command line is missing, excludes another, or has a value that cannot be used.',
  'path-unsafe': 'A path is a link, leads out of its folder, or is where other files are kept.',
  'rebuild-impossible': 'An image that a rebuild is asked for cannot be rebuilt.',
  'registry-forbidden': 'An image is published in no allowed registry.',
  'repository-taken': 'Two entries publish to the same place.',
  'request-failed': 'A server did not answer as it should, and the run cannot go on without.',
  'secret-leaked': 'A file would hold a token of the run.',
  'state-invalid': 'A state file is not a map, or holds a value that cannot be used.',
  'token-missing': 'A token is missing or cannot be used.',
  'value-invalid': 'A value is none of those that its key takes.',
  'yaml-invalid': 'The file is not valid YAML, or uses what is not read.',
} as const

/** Problems that do not stop the run; an entry can accept them. */
export const WARNINGS = {
  'base-assumed': 'A base image is named by a value of the build that is assumed.',
  'base-forbidden': 'A base image is in no allowed registry and is not watched.',
  'base-missing': 'The registry says that a base image is not there.',
  'base-pinned': 'A base image is pinned to a digest, which never changes.',
  'base-unknown': 'An image that is pulled has no name that can be tracked.',
  'base-unwatchable': 'Kargo cannot watch a base image.',
  'bases-ignored': 'Named base images have no effect without a source.',
  'bases-unknown': 'Discovery failed for an image; the last known base images are kept.',
  'bases-untracked': 'A published image names more base images than are tracked.',
  'build-behind': 'The last build came after the last change of a base image and is still on an older digest.',
  'build-conditional': 'A job of the workflow has a condition, so a run may end well and build nothing.',
  'build-skipped': 'The build is left out when the workflow is dispatched.',
  'build-unpublished': 'The build publishes nothing.',
  'dispatch-impossible': 'The workflow has no workflow_dispatch trigger.',
  'dispatch-input': 'The workflow does not take the inputs that it would be sent.',
  'dockerfile-odd': 'Something in a Dockerfile is odd.',
  'dockerfile-other': 'The workflow builds another Dockerfile.',
  'image-other': 'The workflow publishes another image.',
  'rebuild-starved': 'A base image changes more often than minimumReleaseAge allows a rebuild.',
  'runs-mixed': 'Images share a workflow, and their runs cannot be told apart.',
  'source-unchecked': 'The source of an image could not be checked.',
  'source-unread': 'The source of a new image cannot be read: nothing is known about it yet.',
  'tags-ignored': 'A key of tags has no effect.',
  'tags-unmatched': 'No published tag is one that the entry lets through.',
  'tags-unversioned': 'The build publishes no version, and versions are looked for.',
  'workflow-missing': 'The workflow is not in its repository.',
  'workflow-unreadable': 'The workflow cannot be read.',
} as const

/** Warnings about a run, its builds or a base image rather than an entry: they cannot be accepted. */
export const RUN_WARNINGS = {
  'base-edited': 'The record of a base image holds what no run writes.',
  'base-returned': 'A tag went back to an earlier digest; nothing is rebuilt for that.',
  'base-unused': 'The file of a base image says nothing that can be watched.',
  'manifest-changed': 'Generated files were changed by hand.',
  'rebuild-failed': 'A build failed, and is not started again until a base image changes.',
  'rebuild-refused': 'The forge refused to start a build.',
  'registry-unanswered': 'A registry did not answer for some images.',
  'run-unanswered': 'The state of a build is not known.',
} as const

export const NOTICES = {
  'accept-unused': 'An accepted warning is not given any more.',
  'base-differs': 'A published image was built on a base image that its source does not pull.',
  'base-none': 'An image is built on no image.',
  'build-unread': "What the build passes is not known; the Dockerfile's defaults stand.",
  'dockerfile-unread': 'There is a Dockerfile that is not read, because bases is set.',
  'enrollment-behind': 'Images are on an older base image since before they were enrolled.',
  'form-foreign': 'A key is written as another tool writes it.',
  'image-unpublished': 'An image is not published yet.',
  'key-unused': 'A key is known and has no effect.',
  'override-done': 'An override has done its work.',
  'override-expired': 'An override has expired.',
  'tags-many': 'There are too many tags to look up the newest build.',
  'tags-unfiltered': 'The newest build is looked for among all tags, and the registry is asked about each.',
  'workflow-unnamed': 'Without a workflow an image is never rebuilt.',
} as const

export type ErrorCode = keyof typeof ERRORS
export type WarningCode = keyof typeof WARNINGS
export type ProblemCode = ErrorCode | WarningCode | keyof typeof RUN_WARNINGS | keyof typeof NOTICES

const ALL = { ...ERRORS, ...WARNINGS, ...RUN_WARNINGS, ...NOTICES }

export const PROBLEM_CODES = Object.keys(ALL).sort() as [ProblemCode, ...ProblemCode[]]

/** Codes that an entry can accept, sorted. */
export const WARNING_CODES = Object.keys(WARNINGS).sort() as WarningCode[]

/** Whether a word is the code of a problem. */
export function isProblemCode(word: string): word is ProblemCode {
  return Object.hasOwn(ALL, word)
}

/** Whether a word is the code of a warning that an entry can accept. */
export function isWarningCode(word: string): word is WarningCode {
  return Object.hasOwn(WARNINGS, word)
}

/** Default severity of a code. */
export function severityOf(code: ProblemCode): 'error' | 'warning' | 'notice' {
  if (Object.hasOwn(ERRORS, code)) return 'error'
  return Object.hasOwn(NOTICES, code) ? 'notice' : 'warning'
}
