import { ACTION } from './action-pin.js'
import type { Answers } from './answers.js'
import { filled, scalar } from './template.js'

/** Where GitHub finds it. */
export const WORKFLOW_FILE = '.github/workflows/synth.yml'

const WORKFLOW = `# Runs image-factory-action for this state repository: a preview on every pull request, a commit on {{branchName}}.
name: synth
# Who starts a run by hand (or Kargo, by its token) can say why; the run list shows it.
run-name: \${{ inputs.reason }}

on:
  pull_request:
    branches: [{{branch}}]
  push:
    branches: [{{branch}}]
  schedule:
    # Once a day: Dockerfiles change without anybody touching {{images}}.
    - cron: '17 5 * * *'
  workflow_dispatch:
    inputs:
      reason:
        description: Why this run was started
        type: string
        required: false

permissions: {}

# Runs on a branch wait for each other, and a commit is never cut off. A newer push to a pull request replaces the
# preview that is still running.
concurrency:
  group: image-factory-\${{ github.ref }}
  cancel-in-progress: \${{ github.event_name == 'pull_request' }}

jobs:
  synth:
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      contents: write # commit state and manifests to {{branchName}} (a preview writes nothing)
      pull-requests: write # write the comment
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false # the action brings its token itself and leaves none behind
      - uses: {{action}}
        with:
          commit-method: api # commits signed by GitHub
`

/** The workflow of a state repository. */
export function workflow({ branch, action, imagesFile, outputDir }: Answers): string {
  const more = [
    ...(imagesFile === 'images.yaml' ? [] : [`          images-file: ${scalar(imagesFile)}\n`]),
    ...(outputDir === 'dist' ? [] : [`          output-dir: ${scalar(outputDir)}\n`]),
  ]
  const values = {
    branch: scalar(branch),
    branchName: branch,
    images: imagesFile,
    action: `${ACTION}@${action.sha} # ${action.name}`,
  }
  return filled(WORKFLOW, values) + more.join('')
}
