import { type Problem, problem } from '../../enrollment/problem.js'
import type { ManifestChart } from '../charts/manifest-chart.js'
import type { KubeObject } from '../constructs/kube-object.js'
import { evaluatedFault } from './text.js'
import { wiringOf } from './wiring.js'

/** An object and the file it is in. */
export interface Placed {
  readonly chart: ManifestChart
  readonly object: KubeObject
}

/** The objects of all charts. */
export function placeAll(charts: readonly ManifestChart[]): Placed[] {
  return charts.flatMap((chart) => chart.objects.map((object) => ({ chart, object })))
}

/**
 * What Kubernetes or Kargo would refuse, or accept and fail at later: names, references, values.
 *
 * @param placed the objects of these charts.
 * @param ownTemplates AnalysisTemplates of the user's own, which are nowhere in the output.
 */
export function objectProblems(
  charts: readonly ManifestChart[],
  placed: readonly Placed[],
  { imagesFile, ownTemplates }: { readonly imagesFile: string | null; readonly ownTemplates: ReadonlySet<string> },
): Problem[] {
  const found: Found[] = [
    ...sharedPaths(charts),
    ...sharedNames(placed),
    ...placed.flatMap(({ chart, object }) => object.node.validate().map((fault): Found => [chart, fault])),
    ...missingReferences(placed, ownTemplates),
    ...wiringFaults(placed),
  ]
  return found.map((item) => report(item, imagesFile))
}

/** Literal texts of objects that Kargo would evaluate: the net under every check that came before. */
export function literalProblems(placed: readonly Placed[], imagesFile: string | null): Problem[] {
  return placed.flatMap(({ chart, object }) =>
    object.evaluatedLiterals.map((text) =>
      report([chart, evaluatedFault(`${object.kind} ${object.name}`, text)], imagesFile),
    ),
  )
}

type Found = readonly [chart: ManifestChart, fault: string]

function report([{ subject }, fault]: Found, file: string | null): Problem {
  const { title, image, line, column } = subject
  return problem('error', `${title}: ${fault}`, { file, line, column, image })
}

function sharedPaths(charts: readonly ManifestChart[]): Found[] {
  return repeated(charts, (chart) => chart.path).map(([chart, first]) => [
    chart,
    `its file ${chart.path} is already that of ${first.subject.title}; one of them needs another name`,
  ])
}

function sharedNames(placed: readonly Placed[]): Found[] {
  return repeated(placed, ({ object }) => identity(object)).map(([{ chart, object }, first]) => [
    chart,
    `its ${object.kind} ${object.name} is already that of ${first.chart.subject.title}; one of them needs another name`,
  ])
}

function missingReferences(placed: readonly Placed[], ownTemplates: ReadonlySet<string>): Found[] {
  const own = [...ownTemplates].map((name) => identity({ kind: 'AnalysisTemplate', name }))
  const known = new Set([...placed.map(({ object }) => identity(object)), ...own])
  return placed.flatMap(({ chart, object }) =>
    object.references
      .filter((reference) => !known.has(identity(reference)))
      .map(
        ({ kind, name }): Found => [
          chart,
          `its ${object.kind} ${object.name} needs the ${kind} ${name}, which does not exist`,
        ],
      ),
  )
}

function wiringFaults(placed: readonly Placed[]): Found[] {
  const faultsOf = wiringOf(placed.map(({ object }) => object.toJson()))
  return placed.flatMap(({ chart, object }) =>
    faultsOf(object.toJson()).map((fault): Found => [chart, `its ${object.kind} ${object.name} ${fault}`]),
  )
}

/** All objects are of one namespace, and no two API groups share a kind. */
function identity({ kind, name }: { readonly kind: string; readonly name: string }): string {
  return `${kind} ${name}`
}

/** Items whose key an earlier item has, each with that earlier one. */
function repeated<T>(items: readonly T[], key: (item: T) => string): [later: T, first: T][] {
  const first = new Map<string, T>()
  return items.flatMap((item): [T, T][] => {
    const earlier = first.get(key(item))
    if (earlier === undefined) first.set(key(item), item)
    return earlier === undefined ? [] : [[item, earlier]]
  })
}
