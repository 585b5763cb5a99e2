/**
 * Explains why an image was rebuilt, or why not yet: turns images.yaml, overrides.yaml and the state files into one
 * explanation per image, as a table, as sentences or as data. Pure.
 *
 * `explanation.ts` reads an image's bases from the state files and derives from them when it is rebuilt (`policy/`), its
 * status and the commands that rebuild it now; `sentences.ts` and `formats.ts` format the result.
 */
export {
  type ExplainedBase,
  type Explanation,
  explainImages,
  knownImage,
  STATUSES,
  type Status,
} from './explanation.js'
export { explanationJson, HEAD, shortDigest, statusTotals, tableRows } from './formats.js'
export { paragraphs } from './sentences.js'
