/** What a benchmark found, and how it is shown: on the terminal, in bench/results.md and in docs/reference.md. */
import { table } from '../scripts/page-parts.ts'
import type { ActionResult } from './action.ts'
import type { Measured } from './measure.ts'
import type { Network } from './network.ts'

/** One size of factory. */
export interface FactoryResult {
  readonly images: number
  readonly baseImages: number
  /** Kubernetes objects. */
  readonly objects: number
  /** Generated files, state and manifests. */
  readonly files: number
  /** `synth` with nothing there but images.yaml and the sources. */
  readonly full: Measured
  /** `synth` once more. */
  readonly unchanged: Measured
  /** `synth` after one Dockerfile went to another base image. */
  readonly changedOne: Measured
  /** The `yaml` library parsing images.yaml and the state files, and nothing else. */
  readonly parsing: Measured
  /** Reading the sources, and writing the same bytes to as many files, and nothing else. */
  readonly copying: Measured
}

/** All that one benchmark found. */
export interface Results {
  /** ISO 8601, the day. */
  readonly date: string
  readonly machine: {
    readonly cpu: string
    readonly cores: number
    readonly system: string
    /** Processes that wanted to run on average in the minute before; what disturbs the wall times. */
    readonly load: number
  }
  readonly node: string
  readonly bundleBytes: number
  readonly start: Measured
  readonly help: Measured
  readonly enrolled: { readonly entries: number; readonly validate: Measured; readonly parsing: Measured }
  readonly factories: readonly FactoryResult[]
  readonly network: Network | null
  readonly action: ActionResult | null
}

/** The tables as Markdown. */
export function tables(results: Results): string {
  const parts = [machineLine(results), timesTable(results), ratiosTable(results), floorTable(results)]
  return [...parts, ...networkLine(results), ...actionTable(results)].filter((part) => part !== '').join('\n\n')
}

/** Where and when it was measured, in a sentence. */
function machineLine({ date, machine, node, bundleBytes }: Results): string {
  const { cpu, cores, system, load } = machine
  const on = `${date}, Node ${node}, ${cores} cores (${cpu}, ${system})`
  return `${on}, load ${load.toFixed(1)} at the start; bundle ${(bundleBytes / 1e6).toFixed(2)} MB. Medians of whole processes.`
}

function timesTable({ factories }: Results): string {
  const rows = factories.map((one) => [
    number(one.images),
    number(one.objects),
    number(one.files),
    wallAndCpu(one.full),
    wallAndCpu(one.unchanged),
    wallAndCpu(one.changedOne),
    `${Math.round(Math.max(one.full.memory, one.unchanged.memory, one.changedOne.memory))} MiB`,
  ])
  const head = ['Images', 'Objects', 'Files', 'Everything new', 'Nothing changed', 'One image changed', 'Peak memory']
  return table(head, rows)
}

function ratiosTable({ factories, action }: Results): string {
  const at = (images: number) => factories.find((one) => one.images === images)
  const sizes = [
    [1000, 10],
    [10_000, 1000],
  ].flatMap(([big = 0, small = 0]) => {
    const [over, under] = [at(big), at(small)]
    return over === undefined || under === undefined
      ? []
      : [[`${number(big)} images to ${number(small)}`, ...ratios(over.full, under.full)]]
  })
  const runs = factories.flatMap((one) => [
    [`${number(one.images)} images: nothing changed to everything new`, ...ratios(one.unchanged, one.full)],
    [`${number(one.images)} images: one changed to everything new`, ...ratios(one.changedOne, one.full)],
  ])
  const onRunner =
    action === null
      ? []
      : [
          [
            `the action, ${number(action.images)} images: nothing changed to everything new`,
            ...ratios(action.unchanged, action.first),
          ],
        ]
  return table(['Ratio', 'Wall time', 'CPU time'], [...sizes, ...runs, ...onRunner])
}

function floorTable({ start, help, enrolled, factories }: Results): string {
  const { entries, validate, parsing } = enrolled
  const rows = [
    ['`node -e 0`', wallAndCpu(start)],
    ['`--help`', wallAndCpu(help)],
    [`\`validate\`, ${number(entries)} entries`, wallAndCpu(validate)],
    [`the \`yaml\` library parses the same file, nothing else`, wallAndCpu(parsing)],
    ...factories.flatMap(({ images, parsing, copying }) => [
      [`${number(images)} images: \`yaml\` parses images.yaml and the state files, nothing else`, wallAndCpu(parsing)],
      [`${number(images)} images: sources read, the same files written, nothing else`, wallAndCpu(copying)],
    ]),
  ]
  return table(['To compare with', 'Time'], rows)
}

function networkLine({ network }: Results): string[] {
  if (network === null) return []
  const { images, files, requests, bytesSent, bytesReceived } = network
  const sizes = `${kilobytes(bytesSent)} sent, ${kilobytes(bytesReceived)} received, uncompressed`
  return [`GitHub, ${number(images)} images: ${number(files)} files in ${requests} requests (${sizes}).`]
}

function actionTable({ action }: Results): string[] {
  if (action === null) return []
  const row = (what: string, one: Measured) => [what, wallAndCpu(one), `${Math.round(one.memory)} MiB`]
  const rows = [
    row('Everything new: a commit', action.first),
    row('Nothing changed', action.unchanged),
    row('A pull request that changes one entry: a preview', action.preview),
  ]
  const head = `The action, ${number(action.images)} images (wall time includes the tests' GitHub server on the same machine; CPU time is the action's own, without git's):`
  return [head, table(['Run', 'Time', 'Peak memory'], rows)]
}

/** For docs/reference.md: the sizes, and what the network is asked for. */
export function shortTable(results: Results): string {
  return [machineLine(results), timesTable(results), ...networkLine(results)].join('\n\n')
}

function wallAndCpu({ wall, cpu }: Measured): string {
  return `${wall.toFixed(2)} s (${cpu.toFixed(2)} s)`
}

function ratios(over: Measured, under: Measured): [string, string] {
  return [(over.wall / under.wall).toFixed(2), (over.cpu / under.cpu).toFixed(2)]
}

function number(count: number): string {
  return count.toLocaleString('en-US')
}

function kilobytes(bytes: number): string {
  return `${number(Math.round(bytes / 1000))} kB`
}
