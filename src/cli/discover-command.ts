import pc from 'picocolors'
import { type Enrollment, printable, refuse } from '../enrollment/index.js'
import { formatReference } from '../reference/index.js'
import { type Discovered, type Discovery, discover } from '../sources/index.js'
import { type BuildPlace, buildOrder } from '../state/index.js'
import { readEnrolment } from './enrolment.js'
import { sourceReader } from './job.js'
import { stateFolder } from './options.js'
import type { Run } from './plan-commands.js'
import { printProblems, type Terminal } from './terminal.js'

/** `discover [NAME…]`: which base images each enrolled image pulls, where, and what had to be assumed. */
export async function discoverCommand({ options, env, terminal }: Run, names: readonly string[]): Promise<number> {
  const folder = stateFolder(options, env)
  const { enrolment, problems } = readEnrolment(folder, env)
  const unknown = names.filter((name) => !enrolment.images.some((image) => image.name === name))
  if (unknown.length > 0) throw refuse(`${folder.imagesFile} enrols no image ${unknown.join(', ')}.`)
  const images = enrolment.images.filter((image) => names.length === 0 || names.includes(image.name))
  const discovered = await discover(images, sourceReader(options, env, terminal), folder.imagesFile)
  const told = [...discovered.problems, ...discovered.farEnd.map(({ problem }) => problem)]
  const places = buildOrder(enrolment.images, pulledBy(discovered))
  if (options.json) {
    const rows = images.map(({ name }) => ({
      name,
      ...places.get(name),
      ...discoveryJson(discovered.images.get(name)),
    }))
    terminal.out(`${JSON.stringify({ images: rows, problems: [...problems, ...told] }, null, 2)}\n`)
  } else {
    printProblems(terminal, told)
    printTable(terminal, rowsOf(images, discovered, places))
  }
  return 0
}

/** What each image pulls for the target that is built. */
function pulledBy({ images }: Discovered) {
  return new Map(
    [...images].map(([name, one]) => {
      const uses = one.kind === 'found' ? one.uses.filter((use) => use.reachable) : []
      return [name, uses.map((use) => use.reference)] as const
    }),
  )
}

function discoveryJson(discovery: Discovery | undefined) {
  if (discovery === undefined) return { status: 'skipped', bases: [] }
  if (discovery.kind === 'failed') return { status: 'failed', reason: discovery.message, bases: [] }
  const bases = discovery.uses.map(({ reference, ...use }) => ({ ref: formatReference(reference), ...use }))
  return { status: 'found', file: discovery.file, branch: discovery.branch, assumed: discovery.assumed, bases }
}

const HEAD = ['IMAGE', 'BASE IMAGE', 'WHERE', 'KIND', 'PLATFORMS', 'STATUS']

function rowsOf(
  images: readonly Enrollment[],
  discovered: Discovered,
  places: ReadonlyMap<string, BuildPlace>,
): string[][] {
  return images.flatMap(({ name }) => {
    const discovery = discovered.images.get(name)
    if (discovery === undefined) return [[name, '-', '-', '-', '-', 'no source, or switched off']]
    if (discovery.kind === 'failed') return [[name, '?', '?', '?', '?', 'failed']]
    if (discovery.uses.length === 0) return [[name, 'none', discovery.file, '-', '-', 'found: built on no image']]
    const on = places.get(name)?.builtOn ?? []
    const ours = on.length === 0 ? '' : `, after ${on.join(' and ')}`
    const status = `found${discovery.assumed.length === 0 ? '' : ', with assumptions'}${ours}`
    return discovery.uses.map(({ reference, file, line, kind, platforms, reachable }) => {
      const pulled = reachable ? status : 'not pulled for this target'
      return [name, formatReference(reference), `${file}:${line}`, kind, platforms.join(' '), pulled]
    })
  })
}

function printTable(terminal: Terminal, rows: readonly (readonly string[])[]): void {
  const safe = [HEAD, ...rows].map((row) => row.map(printable))
  const widths = HEAD.map((_, column) => Math.max(...safe.map((row) => row[column]?.length ?? 0)))
  const colours = pc.createColors(terminal.colour.out)
  for (const [index, row] of safe.entries()) {
    const line = row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
    terminal.out(`${index === 0 ? colours.bold(line) : line}\n`)
  }
}
