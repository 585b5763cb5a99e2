import { type EnrolledImage, problem, Refusal, unknownImage, withAcceptances } from '../enrollment/index.js'
import { formatReference } from '../reference/index.js'
import {
  type BaseUse,
  type Discovered,
  type Discovery,
  discover,
  type RunIdentity,
  withSharing,
} from '../sources/index.js'
import { buildOrder, hasStateFile, pulledBases } from '../state/index.js'
import { printable } from '../text/index.js'
import { type CommandContext, readImagesFile, stateFolder } from './options.js'
import { sourcesOf } from './run-options.js'
import { printTable } from './table.js'
import { printJson, printProblems, progressOn } from './terminal.js'

/**
 * `discover [NAME…]`: which base images each enrolled image pulls, where, and what had to be assumed; and, for images
 * that share a workflow, which runs are builds of each.
 */
export async function discoverCommand(context: CommandContext, names: readonly string[]): Promise<number> {
  const { options, env, terminal } = context
  const folder = stateFolder(options, env)
  const { enrolled, problems } = readImagesFile(folder, env)
  const all = enrolled.images.map(({ name }) => name)
  refuseUnknown(names, all, folder.imagesFile)
  const chosen = new Set(names.length === 0 ? all : names)
  const images = enrolled.images.filter(({ name }) => chosen.has(name))
  // Whether an image's runs can be identified depends on the other images that share its workflow.
  const read = withSharing(enrolled.images, chosen)
  const progress = progressOn(context.terminal)
  const discovered = await progress.step('Discover base images', () =>
    discover(read, sourcesOf(context, progress.count), folder.imagesFile, (image) => hasStateFile(folder.root, image)),
  )
  const found = [...discovered.problems, ...discovered.workflowProblems.map(({ problem }) => problem)]
  const input = withAcceptances(
    found.filter(({ image }) => image === null || chosen.has(image)),
    enrolled.images,
  )
  // What each image pulls for the target that is built.
  const pulled = [...discovered.images].map(
    ([name, one]) => [name, pulledBases(one).map((use) => use.reference)] as const,
  )
  const places = buildOrder(enrolled.images, new Map(pulled))
  if (options.json) {
    const rows = images.map(({ name }) => ({
      name,
      ...places.get(name),
      ...discoveryJson(discovered.images.get(name)),
      ...runsJson(discovered.runs.get(name)),
    }))
    printJson(terminal, { images: rows, problems: [...problems, ...input] })
  } else {
    printProblems(terminal, input)
    printTable(terminal, HEAD, rowsOf(images, discovered, places))
    for (const line of images.flatMap(({ name }) => runsLine(name, discovered.runs.get(name)))) {
      terminal.out(`${printable(line)}\n`)
    }
  }
  return 0
}

function refuseUnknown(names: readonly string[], all: readonly string[], file: string): void {
  const found = names.flatMap((name) => {
    if (all.includes(name)) return []
    const { message, remedy } = unknownImage(name, all, file)
    return [problem('image-unknown', message, { file, remedy })]
  })
  if (found.length > 0) throw new Refusal(found)
}

function discoveryJson(discovery: Discovery | undefined) {
  if (discovery === undefined) return { status: 'skipped', bases: [] }
  const shown = ({ reference, assumed, ...use }: BaseUse) => ({
    ref: formatReference(reference),
    ...use,
    ...(assumed && { assumed }),
  })
  if (discovery.kind === 'failed') {
    return { status: 'failed', reason: discovery.message, bases: discovery.named.map(shown) }
  }
  const bases = discovery.uses.map(shown)
  return { status: 'found', file: discovery.file, branch: discovery.branch, assumed: discovery.assumed, bases }
}

/** Nothing for an image that was not inspected; what its state file records is not part of this answer. */
function runsJson(runs: RunIdentity | null | undefined) {
  if (runs === undefined) return {}
  return { runs: runs?.kind ?? 'unknown', runTitle: runs?.kind === 'title' ? runs.title : null }
}

/** Which runs count, where not all do. */
function runsLine(name: string, runs: RunIdentity | null | undefined): string[] {
  if (runs === null) return [`${name}: which runs count as its builds is unknown: its workflow could not be read`]
  if (runs?.kind === 'title') return [`${name}: runs with the title ${JSON.stringify(runs.title)} count as its builds`]
  return runs?.kind === 'own' ? [`${name}: only runs the factory starts for it count as its builds`] : []
}

const HEAD = ['IMAGE', 'BASE IMAGE', 'WHERE', 'KIND', 'PLATFORMS', 'STATUS']

function rowsOf(
  images: readonly EnrolledImage[],
  discovered: Discovered,
  places: ReturnType<typeof buildOrder>,
): string[][] {
  return images.flatMap(({ name }) => {
    const discovery = discovered.images.get(name)
    if (discovery === undefined) return [[name, '-', '-', '-', '-', 'no source, or switched off']]
    const on = places.get(name)?.builtOn ?? []
    const ours = on.length === 0 ? '' : `, after ${on.join(' and ')}`
    if (discovery.kind === 'failed') {
      return [[name, '?', '?', '?', '?', 'failed'], ...discovery.named.map((use) => rowOf(name, use, `named${ours}`))]
    }
    if (discovery.uses.length === 0) {
      return [[name, 'none', discovery.file ?? '-', '-', '-', 'found: built on no image']]
    }
    const status = `found${discovery.assumed.length === 0 ? '' : ', with assumptions'}${ours}`
    return discovery.uses.map((use) => rowOf(name, use, use.reachable ? status : 'not pulled for this target'))
  })
}

function rowOf(name: string, use: BaseUse, status: string): string[] {
  const { reference, file, line, kind, platforms, assumed } = use
  const base = `${formatReference(reference)}${assumed ? ' (assumed)' : ''}`
  return [name, base, `${file}:${line}`, kind, platforms.join(' '), status]
}
