/**
 * Scaffold: the initial files of a state repository, as text. Pure: `init` asks and writes. `workflow.ts` and
 * `readme.ts` have the texts, with a cluster (also used by the example's state repository) and without one.
 */
import { posix } from 'node:path'
import { schemaComment } from '../enrollment/action-pin.js'
import { addEntry } from '../enrollment/enroll.js'
import { Refusal } from '../enrollment/problem.js'
import { REBUILD_DEFAULTS } from '../policy/index.js'
import { type Answers, codeowners, filled, gitattributes, scalar, WORKFLOW_FILES } from './answers.js'
import { actionsReadme, readme } from './readme.js'
import { workflow } from './workflow.js'

export { ACTION, type ActionPin, PUBLISHED } from '../enrollment/action-pin.js'
export { type Answers, answerFault, type Engine, OWNER, WORKFLOW_FILES } from './answers.js'

/**
 * The files of a new state repository, or those added to an application's own: text by path relative to its top, in
 * reading order.
 *
 * @throws Refusal when the entry to enroll is invalid.
 */
export function scaffold(answers: Answers): ReadonlyMap<string, string> {
  const { engine, applicationFolder, imagesFile } = answers
  const below = (path: string) =>
    applicationFolder === null || applicationFolder === '.' ? path : `${applicationFolder}/${path}`
  return new Map([
    [below(imagesFile), images(answers)],
    [WORKFLOW_FILES[engine], workflow(answers)],
    // An application's repository already has its own.
    ...(applicationFolder === null ? [['CODEOWNERS', codeowners(answers)] as const] : []),
    [below('.gitattributes'), gitattributes(answers)],
    [below('README.md'), engine === 'kargo' ? readme(answers) : actionsReadme(answers)],
  ])
}

const HEAD = `{{schema}}
# The images this factory keeps fresh. To enroll another, open a pull request.
# Every key: https://github.com/craigedmunds/image-factory-action/blob/main/docs/images-yaml.md

settings:
{{settings}}

`

const EMPTY_LIST = `# An entry looks like this:
#
#   - name: web
#     registry: ghcr.io
#     repository: acme/web
#     source:
#       repo: acme/web
#       dockerfile: Dockerfile
#       workflow: build.yml # has workflow_dispatch; builds and publishes the image
#     rebuildDelay: ${REBUILD_DEFAULTS.rebuildDelay}
images: []
`

/**
 * The enrollment file, with the first entry if there is one.
 *
 * @throws Refusal when the entry is invalid.
 */
function images(answers: Answers): string {
  const { engine, hasDashboard, imagesFile, entry } = answers
  const engineSettings = engine === 'kargo' ? kargoSettings(answers) : ['engine: actions']
  const dashboard = hasDashboard
    ? ['dashboard: {issue: true} # add notify to mention people when something newly fails']
    : []
  const settings = [...engineSettings, ...dashboard].map((line) => `  ${line}`).join('\n')
  const head = filled(HEAD, { schema: schemaComment(answers.action), settings })
  if (entry === null) return head + EMPTY_LIST
  const added = addEntry(`${head}images: []\n`, entry, imagesFile)
  if (added.ok) return added.text
  throw new Refusal(added.problems)
}

/** Kargo starts the state repository's own workflow, so that sources are watched from the first day. */
function kargoSettings({ namespace, repository, branch }: Answers): string[] {
  return [
    `namespace: ${scalar(namespace)}`,
    '# Kargo starts this workflow when a Dockerfile or a base image changes. The token in the Secret github-dispatch needs',
    '# Actions: read and write on this repository too. Without it, the daily run finds the changes.',
    'stateWorkflow:',
    `  repo: ${scalar(repository)}`,
    `  workflow: ${posix.basename(WORKFLOW_FILES.kargo)}`,
    `  ref: ${scalar(branch)}`,
  ]
}
