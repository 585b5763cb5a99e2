import { jsonMap } from '../text/index.js'
import type { Answers } from './answers.js'
import { scalar } from './template.js'

/** The parts of a workflow for the boxes of the dashboard: empty strings without a dashboard. */
export interface DashboardParts extends Readonly<Record<string, string>> {
  /** The trigger. */
  readonly issueEvent: string
  /** The beginning of an expression for the concurrency group of a run. */
  readonly isIssue: string
  readonly group: string
  readonly onlyBoxes: string
  readonly issues: string
  readonly boxToken: string
}

const NONE: DashboardParts = { issueEvent: '', isIssue: '', group: '', onlyBoxes: '', issues: '', boxToken: '' }

const EVENT = `  # Someone ticks a box on the dashboard.
  issues:
    types: [edited]
`

const ONLY_BOXES = `    # Ignore all issues except the dashboard.
    if: github.event_name != 'issues' || contains(github.event.issue.body, 'image-factory:dashboard')
`

/** The parts of a factory's workflow that its dashboard needs. */
export function dashboardParts(answers: Answers): DashboardParts {
  if (!answers.hasDashboard) return NONE
  return {
    issueEvent: EVENT,
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
export function ownerOf(entry: Answers['entry'], repository: string): string {
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
