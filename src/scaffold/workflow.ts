import { ACTION } from '../enrollment/action-pin.js'
import { ACTIONS_WORKFLOW, application, stateRepository } from './actions-workflow.js'
import type { Answers } from './answers.js'
import { dashboardParts } from './dashboard-parts.js'
import { filled, scalar } from './template.js'

/** The input that permits a run to exceed the limit for deletions. */
const MAX_DELETIONS = `      max-deletions:
        description: How many generated resources this run may delete, if a previous run was blocked (a number, or 25%)
        type: string
        required: false
`

const WORKFLOW = `# Runs image-factory-action for this state repository: a preview on every pull request, a commit on {{branchName}}.
name: synth
# A run started by hand, or by Kargo, can give a reason, which the run list shows.
run-name: \${{ inputs.reason }}

on:
  pull_request:
    branches: [{{branch}}]
  push:
    branches: [{{branch}}]
  schedule:
    # Once a day: Dockerfiles can change when {{images}} does not.
    - cron: '17 5 * * *'
  workflow_dispatch:
    inputs:
      reason:
        description: Why this run was started
        type: string
        required: false
{{maxDeletions}}{{issueEvent}}
permissions: {}

# Runs on a branch wait for each other, and a commit is never interrupted. A newer push to a pull request cancels the
# preview that is still running.{{group}}
concurrency:
  group: image-factory-\${{ {{isIssue}}github.ref }}
  cancel-in-progress: \${{ github.event_name == 'pull_request' }}

jobs:
  synth:
{{onlyBoxes}}    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      contents: write # commit state and manifests to {{branchName}} (a preview writes nothing)
      pull-requests: write # write the comment
{{issues}}    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false # the action uses its own token and leaves none behind
{{boxToken}}      - uses: {{action}}
        with:
`

/** The workflow of a state repository, or of an application's own. */
export function workflow(answers: Answers): string {
  const { branch, engine, applicationFolder, imagesFile } = answers
  const values = {
    branch: scalar(branch),
    branchName: branch,
    images: imagesFile,
    maxDeletions: MAX_DELETIONS,
    action: `${ACTION}@${answers.action.sha} # ${answers.action.name}`,
    ...dashboardParts(answers),
  }
  if (engine === 'kargo') return filled(WORKFLOW, values) + inputsOf(answers)
  const shape = applicationFolder === null ? stateRepository(answers) : application(applicationFolder, answers)
  return filled(ACTIONS_WORKFLOW, { ...values, ...shape }) + inputsOf(answers)
}

function inputsOf({ engine, applicationFolder, hasDashboard, imagesFile, outputDir }: Answers): string {
  const inputs = [
    'commit-method: api # commits signed by GitHub',
    ...(applicationFolder === null || applicationFolder === '.' ? [] : [`state-path: ${scalar(applicationFolder)}`]),
    ...(imagesFile === 'images.yaml' ? [] : [`images-file: ${scalar(imagesFile)}`]),
    ...(outputDir === 'dist' ? [] : [`output-dir: ${scalar(outputDir)}`]),
    ...(engine === 'actions' && applicationFolder === null
      ? ['source-token: ${{ steps.app.outputs.token }} # reads sources, and starts builds']
      : []),
    ...(engine === 'kargo' && hasDashboard
      ? ['dispatch-token: ${{ steps.app.outputs.token }} # starts the builds requested by ticked boxes']
      : []),
    ...(engine === 'actions' ? ['rebuild: ${{ inputs.rebuild }}'] : []),
    'max-deletions: ${{ inputs.max-deletions }}',
  ]
  return inputs.map((line) => `          ${line}\n`).join('')
}
