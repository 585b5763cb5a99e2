/**
 * Overview of the factory. `overview.ts` builds it from explanations and state files, `concerns.ts` finds what needs
 * attention; all other files only display it: `issue.ts` as an issue, `page/` as one HTML file and as data. Pure.
 */
export { CONCERN_KINDS } from './concerns.js'
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
export { keysOf, type News, type NewsItem, newsOf, readNotice, renderNotice, toldAlso } from './notice.js'
export {
  type Overview,
  overviewOf,
  STANDINGS,
} from './overview.js'
export { pageFiles } from './page/page.js'
