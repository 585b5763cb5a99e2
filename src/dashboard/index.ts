/**
 * The factory at a glance. `overview.ts` sees the whole of it in explanations and state files, `concerns.ts` what needs a
 * person; everything else shows that and decides nothing: `page/` one HTML file, `files.ts` that and the same as data.
 * Pure.
 */
export { CONCERN_KINDS, type Concern } from './concerns.js'
export { pageFiles } from './files.js'
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
