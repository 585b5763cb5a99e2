import pc from 'picocolors'
import {
  type ImagesFile,
  OVERRIDES_FILE,
  type Override,
  problem,
  Refusal,
  refuse,
  unknownImage,
} from '../enrollment/index.js'
import {
  type Explanation,
  explainImages,
  explanationJson,
  HEAD,
  paragraphs,
  STATUSES,
  type Status,
  statusTotals,
  tableRows,
} from '../explain/index.js'
import { readActiveOverrides } from '../read-enrollment.js'
import { serversIn } from '../run-options.js'
import { readState, type StateFiles, type StateFolder, textsOf } from '../state/index.js'
import { minute, printable, suggest } from '../text/index.js'
import { type CommandContext, readImagesFile, stateFolder } from './options.js'
import { printTable } from './table.js'
import { printJson, printProblems, type Terminal } from './terminal.js'

/**
 * `explain [NAME…]`: why each image is rebuilt or not yet, according to images.yaml, overrides.yaml and the state
 * files: a table of all images, or sentences about the named ones. Works offline.
 *
 * @param status only images with one of these statuses, separated by commas.
 * @throws Refusal when a name is not enrolled, a status does not exist, or a file is invalid.
 */
export function explainCommand(
  { options, env, terminal, now }: CommandContext,
  names: readonly string[],
  status?: string,
): number {
  const wanted = status === undefined ? STATUSES : statusesIn(status)
  const folder = stateFolder(options, env)
  const { enrolled } = readImagesFile(folder, env)
  const records = readState(folder.root)
  refuseUnknown(names, enrolled, records, folder)
  const overrides = activeOverrides(folder, terminal, now)
  const all = explainImages({ enrolled, records, overrides, now, urls: serversIn(env) }, names)
  const explanations = all.filter((one) => wanted.includes(one.status))
  if (options.json) {
    const images = explanations.map((one) => explanationJson(one, now))
    const totals = STATUSES.map((one) => [one, all.filter(({ status: own }) => own === one).length] as const)
    printJson(terminal, { now, asOf: newestOf(all), totals: Object.fromEntries(totals), images })
  } else if (names.length > 0) {
    const files = { images: folder.imagesFile, overrides: OVERRIDES_FILE }
    terminal.out(printable(explanations.map((one) => paragraphs(one, files, now)).join('\n')))
  } else {
    if (explanations.length > 0) printImages(explanations, terminal)
    printFooter(statusTotals(all), newestOf(all), terminal)
  }
  return 0
}

function statusesIn(written: string): readonly Status[] {
  const words = written.split(',').map((word) => word.trim())
  const known = words.flatMap((word) => STATUSES.find((status) => status === word) ?? [])
  const wrong = words.find((word) => !STATUSES.some((status) => status === word))
  if (wrong === undefined) return known
  const near = suggest(wrong, STATUSES)
  throw refuse('option-invalid', `--status: ${JSON.stringify(wrong)} is not a status.`, {
    remedy: near === null ? `Write ${STATUSES.join(', ')}, or several with commas.` : `Did you mean ${near}?`,
  })
}

/** The active overrides; problems of the others are printed. */
export function activeOverrides(folder: StateFolder, terminal: Terminal, now: string): readonly Override[] {
  const { active, problems } = readActiveOverrides(folder, now)
  printProblems(terminal, problems)
  return active
}

function refuseUnknown(names: readonly string[], enrolled: ImagesFile, state: StateFiles, folder: StateFolder): void {
  const imageNames = enrolled.images.map(({ name }) => name)
  const unknown = names.filter((name) => !imageNames.includes(name))
  if (unknown.length === 0) return
  const found = unknown.map((name) => problem('image-unknown', ...whatItIs(name, imageNames, state, folder.imagesFile)))
  throw new Refusal(found)
}

/** What a name that is not enrolled could be: a base image, a removed image, a typo. */
function whatItIs(
  name: string,
  imageNames: readonly string[],
  state: StateFiles,
  file: string,
): [string, { readonly file: string; readonly remedy: string }] {
  if (state.bases.has(name)) {
    const users = imageNames.filter((image) => textsOf(state.images.get(image), 'baseImages').includes(name))
    const remedy = users.length === 0 ? 'Name an image.' : `Name an image that is built on it: ${users.join(', ')}.`
    return [`${name} is a base image.`, { file, remedy }]
  }
  const { message, remedy } = unknownImage(name, imageNames, file)
  const isArchived = state.archivedImages.has(name)
  return [message, { file, remedy: isArchived ? `Its state is kept in _archive/images/${name}.yaml.` : remedy }]
}

function newestOf(explanations: readonly Explanation[]): string | null {
  const moments = explanations.flatMap(({ asOf }) => asOf ?? [])
  return moments.sort().at(-1) ?? null
}

function printImages(explanations: readonly Explanation[], terminal: Terminal): void {
  const colors = pc.createColors(terminal.color.out)
  const colorOf: Readonly<Record<Explanation['status'], (text: string) => string>> = {
    building: colors.cyan,
    failed: colors.red,
    due: colors.yellow,
    waiting: colors.cyan,
    behind: colors.yellow,
    held: colors.magenta,
    'up-to-date': colors.green,
    unknown: colors.dim,
    never: colors.dim,
  }
  const rows = tableRows(explanations)
  const cells = rows.map((row) => row.cells)
  printTable(terminal, HEAD, cells, (cell, row, column) =>
    column === 1 ? colorOf[rows[row]?.status ?? 'never'](cell) : cell,
  )
}

function printFooter(totals: string, asOf: string | null, terminal: Terminal): void {
  const facts = asOf === null ? 'There are no state files yet.' : `Data as of ${minute(asOf)}.`
  terminal.out(`\n${totals}.\nTimes are in UTC. ${facts} "explain NAME" shows more about an image.\n`)
}
