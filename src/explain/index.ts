/**
 * Explains: why was an image rebuilt, or why not yet? images.yaml, overrides.yaml and the state files in, one
 * explanation an image out, as a table, as sentences or as data. Pure.
 *
 * `bases.ts` is what the state files know of an image's bases, `explanation.ts` what follows for its rebuild (`policy/`)
 * and what that means now, `do-it-now.ts` what to type; `sentences.ts`,
 * `rebuilds.ts` and `formats.ts` say it.
 */
export { type ExplainedBase, knownImage } from './bases.js'
export { type ExplainInput, type Explanation, explainImages, STATUSES, type Status } from './explanation.js'
export { explanationJson, HEAD, type Row, shortDigest, statusTotals, tableRows } from './formats.js'
export { paragraphs } from './sentences.js'
export { minute } from './times.js'
