/**
 * Explains why an image was rebuilt, or why not yet: turns images.yaml, overrides.yaml and the state files into one
 * explanation per image, as a table, as sentences or as data. Pure.
 *
 * `bases.ts` reads an image's bases from the state files, `explanation.ts` derives its rebuild from them (`policy/`)
 * and its current status, `do-it-now.ts` the commands; `sentences.ts`, `rebuilds.ts` and `formats.ts` format the
 * result.
 */
export { type ExplainedBase, knownImage } from './bases.js'
export { type ExplainInput, type Explanation, explainImages, STATUSES, type Status } from './explanation.js'
export { explanationJson, HEAD, type Row, shortDigest, statusTotals, tableRows } from './formats.js'
export { paragraphs } from './sentences.js'
export { minute } from './times.js'
