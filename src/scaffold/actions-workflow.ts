import { OVERRIDES_FILE } from '../enrollment/index.js'
import { type Answers, WORKFLOW_FILES } from './answers.js'
import { ownerOf } from './dashboard-parts.js'
import { scalar } from './template.js'

/** The workflow of a factory without a cluster, without the parts that depend on its repository. */
export const ACTIONS_WORKFLOW = `# The image factory: checks base images once an hour and starts the builds that are due. Pull requests get a preview.
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
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false # the action uses its own token and leaves none behind
{{steps}}      - uses: {{action}}
        with:
`

/** The parts that depend on the repository. */
interface Shape {
  readonly repository: string
  readonly pullRequestPaths: string
  readonly paths: string
  readonly permissions: string
  readonly steps: string
}

/** A separate state repository: images are built in others, which requires the token of a GitHub App. */
export function stateRepository({ repository, imagesFile, entry }: Answers): Shape {
  const paths = pathLines([imagesFile, OVERRIDES_FILE, WORKFLOW_FILES.actions])
  return { repository, pullRequestPaths: '', paths, permissions: '', steps: appToken(ownerOf(entry, repository)) }
}

/** The repository that builds the images: its own token starts the builds, and unrelated changes are ignored. */
export function application(folder: string, { repository, imagesFile, entry }: Answers): Shape {
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
