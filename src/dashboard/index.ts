/**
 * The factory at a glance. `overview.ts` sees the whole of it in explanations and state files, `concerns.ts` what needs a
 * person; issue and page show that, and nothing else decides anything. Pure.
 */
export { CONCERN_KINDS, type Concern } from './concerns.js'
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
