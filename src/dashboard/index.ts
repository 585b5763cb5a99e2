/**
 * The factory at a glance. `overview.ts` sees the whole of it in explanations and state files, `concerns.ts` what needs a
 * person; everything else shows that and decides nothing: `page/` one HTML file, `files.ts` that and the same as data.
 * Pure.
 */
export { CONCERN_KINDS, type Concern } from './concerns.js'
export { pageFiles } from './files.js'
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
