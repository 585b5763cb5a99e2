/**
 * Overview of the factory. `overview.ts` builds it from explanations and state files, `concerns.ts` finds what needs
 * attention; all other files only display it: `issue.ts` as an issue, `page/` as one HTML file and as data. Pure.
 */
export { CONCERN_KINDS, type Concern } from './concerns.js'
export { type IssueOptions, issueTitle, renderIssue } from './issue.js'
export {
  ALL_STALE,
  type Dashboard,
  type DashboardMarker,
  isSameBody,
  isSameButBoxes,
  readDashboard,
  unticked,
  withMarker,
  withTicks,
} from './issue-marker.js'
export { keysOf, type News, type NewsItem, type Notice, newsOf, readNotice, renderNotice, toldAlso } from './notice.js'
export {
  type Overview,
  type OverviewBase,
  type OverviewImage,
  type OverviewInput,
  type OverviewOverride,
  overviewOf,
  STANDINGS,
  type Standing,
} from './overview.js'
export { pageFiles } from './page/page.js'
