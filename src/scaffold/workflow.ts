import { ACTION } from '../enrollment/action-pin.js'
import { OVERRIDES_FILE } from '../enrollment/index.js'
import { jsonMap } from '../text/index.js'
import { type Answers, filled, scalar, WORKFLOW_FILES } from './answers.js'

/** Pinned, like every action of a workflow that is given a token. */
const CHECKOUT = `      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false # the action uses its own token and leaves none behind
`

const NO_DASHBOARD = { issueEvent: '', isIssue: '', group: '', onlyBoxes: '', issues: '', boxToken: '' }

const EVENT = `  # Someone ticks a box on the dashboard.
  issues:
    types: [edited]
`

const ONLY_BOXES = `    # Ignore all issues except the dashboard.
    if: github.event_name != 'issues' || contains(github.event.issue.body, 'image-factory:dashboard')
`

/** The parts of a factory's workflow for the boxes of its dashboard. */
function dashboardParts(answers: Answers): typeof NO_DASHBOARD {
  if (!answers.hasDashboard) return NO_DASHBOARD
  return {
    issueEvent: EVENT,
    // The beginning of an expression for the concurrency group of a run.
    isIssue: "github.event_name == 'issues' && github.run_id || ",
    group:
      answers.engine === 'kargo'
        ? ' A ticked box gets its own group: GitHub keeps only one waiting run per group.'
        : '',
    onlyBoxes: ONLY_BOXES,
    issues: '      issues: write # update the dashboard, and notify people there\n',
    boxToken: boxToken(ownerOf(answers.entry, answers.repository)),
  }
}

/** The owner of the first image's source repository, where the App is installed. */
function ownerOf(entry: Answers['entry'], repository: string): string {
  const source = jsonMap(entry?.source)
  const repo = (source?.provider ?? 'github') === 'github' ? source?.repo : null
  return (typeof repo === 'string' ? repo : repository).split('/')[0] ?? ''
}

/** Kargo starts rebuilds with a token in the cluster; rebuilds requested by boxes are started from here. */
function boxToken(owner: string): string {
  return `      # A GitHub App token to start the builds requested by ticked boxes. Until the variable is set, boxes can only start
      # workflows of this repository.
      - uses: actions/create-github-app-token@bcd2ba49218906704ab6c1aa796996da409d3eb1 # v3.2.0
        if: github.event_name == 'issues' && vars.FACTORY_APP_CLIENT_ID != ''
        id: app
        with:
          client-id: \${{ vars.FACTORY_APP_CLIENT_ID }}
          private-key: \${{ secrets.FACTORY_APP_PRIVATE_KEY }}
          owner: ${scalar(owner)} # where the App is installed
          permission-actions: write # start builds
`
}

/** The workflow of a factory without a cluster, without the parts that depend on its repository. */
const ACTIONS_WORKFLOW = `# The image factory: checks base images once an hour and starts the builds that are due. Pull requests get a preview.
name: image-factory
# A run started by hand can give a reason, which the run list shows.
run-name: \${{ inputs.rebuild && format('Rebuild {0}', inputs.rebuild) || inputs.reason }}

on:
  pull_request:
    branches: [{{branch}}]
{{pullRequestPaths}}  push:
    branches: [{{branch}}]
    # The files that people edit. The factory's own commits never change them, so a run never triggers another one.
    paths:
{{paths}}  schedule:
    # Not on the hour, when GitHub is busiest and delays scheduled runs.
    - cron: '23 * * * *'
  workflow_dispatch:
    inputs:
      rebuild:
        description: Images to rebuild now, regardless of their delay (names, or all-stale)
        type: string
        required: false
{{maxDeletions}}      reason:
        description: Why this run was started
        type: string
        required: false
  # Anything else can trigger a run: gh api repos/{{repository}}/dispatches -f event_type=image-factory
  repository_dispatch:
    types: [image-factory]
  # A package of this repository was published. A push with github.token triggers no event: the next scheduled run
  # finds it.
  registry_package:
    types: [published]
{{issueEvent}}
permissions: {}

# Runs on a branch wait for each other, and a commit is never interrupted. GitHub keeps only the newest waiting run of a
# group, so a run that was asked to rebuild images gets its own group and is never dropped.
concurrency:
  group: image-factory-\${{ {{isIssue}}inputs.rebuild && github.run_id || github.ref }}
  cancel-in-progress: \${{ github.event_name == 'pull_request' }}

jobs:
  image-factory:
{{onlyBoxes}}    runs-on: ubuntu-latest
    timeout-minutes: 15
    permissions:
      contents: write # commit the state to {{branchName}} (a preview writes nothing)
{{permissions}}      pull-requests: write # write the comment
{{issues}}    steps:
${CHECKOUT}{{steps}}      - uses: {{action}}
        with:
`

/** A separate state repository: images are built in others, which requires the token of a GitHub App. */
function stateRepository({ repository, imagesFile, entry }: Answers) {
  const paths = pathLines([imagesFile, OVERRIDES_FILE, WORKFLOW_FILES.actions])
  return { repository, pullRequestPaths: '', paths, permissions: '', steps: appToken(ownerOf(entry, repository)) }
}

/** The repository that builds the images: its own token starts the builds, and unrelated changes are ignored. */
function application(folder: string, { repository, imagesFile, entry }: Answers) {
  const below = (path: string) => (folder === '.' ? path : `${folder}/${path}`)
  const paths = pathLines([below(imagesFile), below(OVERRIDES_FILE), WORKFLOW_FILES.actions])
  const isOnGhcr = entry?.registry === 'ghcr.io'
  const start = '      actions: write # start the workflow that builds an image, and track its run\n'
  const permissions = `${start}${isOnGhcr ? PACKAGES : ''}`
  return { repository, pullRequestPaths: `    paths:\n${paths}`, paths, permissions, steps: isOnGhcr ? GHCR_LOGIN : '' }
}

const PACKAGES = '      packages: read # look up images whose package is private\n'

/** A package of a private repository is private at first. A preview looks nothing up. */
const GHCR_LOGIN = `      - uses: docker/login-action@b45d80f862d83dbcd57f89517bcf500b2ab88fb2 # v4.0.0
        if: github.event_name != 'pull_request'
        with:
          registry: ghcr.io
          username: \${{ github.actor }}
          password: \${{ github.token }}
`

/** Paths for the filters of a workflow, with their pattern characters escaped. */
function pathLines(paths: readonly string[]): string {
  const lines = paths.map((path) => scalar(path.replace(/[*?+[\]!\\]/g, '\\$&')))
  return lines.map((line) => `      - ${line}\n`).join('')
}

function appToken(owner: string): string {
  return `      # A GitHub App token for the repositories that build images. Pull requests from forks and from Dependabot get no
      # secrets, so their preview can only read public repositories.
      - uses: actions/create-github-app-token@bcd2ba49218906704ab6c1aa796996da409d3eb1 # v3.2.0
        if: github.event_name != 'pull_request' || (!github.event.pull_request.head.repo.fork && github.actor != 'dependabot[bot]')
        id: app
        with:
          client-id: \${{ vars.FACTORY_APP_CLIENT_ID }}
          private-key: \${{ secrets.FACTORY_APP_PRIVATE_KEY }}
          owner: ${scalar(owner)} # where the App is installed
          permission-contents: read # read Dockerfiles and workflows
          permission-actions: write # start builds, and track their runs
`
}

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
${CHECKOUT}{{boxToken}}      - uses: {{action}}
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
