// Which image is built on which base image: folded in the report, and in full for other programs.
import { formatReference } from '../reference/index.js'
import type { LinkedState } from '../state/index.js'
import { by, compareText, groupBy, oneLine } from '../text/index.js'
import { details, fence } from './markdown.js'
import { type BaseRow, type BaseUseRow, isChanged } from './model.js'
import type { View } from './view.js'

/** Larger graphs show only what changes. */
const MAX_NODES = 30
/** Readable limit. */
const MAX_EDGES = 60

interface Edge {
  readonly base: string
  readonly image: string
  readonly change: BaseUseRow['change']
}

/** The folded graph if it changes: all of it, changes with neighbors, or changes only. Empty if still unreadable. */
export function graphBlock({ report }: View): string[] {
  const all = edgesOf(report.bases)
  const changed = new Set(report.images.map(({ name }) => name))
  const bases = new Set(report.bases.filter(isChanged).map(({ reference }) => reference))
  if (changed.size + bases.size === 0) return []
  const near = all.filter(({ base, image }) => changed.has(image) || bases.has(base))
  const own = all.filter(({ change, image }) => change !== 'unchanged' || changed.has(image))
  const drawn = [all, near, own].find((edges) => nodesOf(edges) <= MAX_NODES && edges.length <= MAX_EDGES)
  return drawn === undefined || drawn.length === 0 ? [] : [block('Dependency graph', drawn)]
}

function nodesOf(edges: readonly Edge[]): number {
  return new Set(edges.map(({ base }) => base)).size + new Set(edges.map(({ image }) => image)).size
}

/** One edge per pair, however often the image pulls the base. */
function edgesOf(bases: readonly BaseRow[]): Edge[] {
  const edges = bases.flatMap((base) =>
    [...groupBy(base.uses, ({ image }) => image)].map(([image, uses]) => ({
      base: base.reference,
      image,
      change: changeOf(uses),
    })),
  )
  return edges.sort(compareEdges)
}

function changeOf(uses: readonly BaseUseRow[]): BaseUseRow['change'] {
  const first = uses[0]?.change ?? 'unchanged'
  return uses.every(({ change }) => change === first) ? first : 'unchanged'
}

function compareEdges(a: Omit<Edge, 'change'>, b: Omit<Edge, 'change'>): number {
  return compareText(a.base, b.base) || compareText(a.image, b.image)
}

const ARROW: Readonly<Record<BaseUseRow['change'], string>> = {
  added: '==>|new|',
  removed: '-.->|gone|',
  unchanged: '-->',
}

function block(title: string, edges: readonly Edge[]): string {
  const names = (all: readonly string[]) => [...new Set(all)].sort()
  const [bases, images] = [names(edges.map(({ base }) => base)), names(edges.map(({ image }) => image))]
  const lines = mermaid(
    bases,
    images,
    edges.map(({ base, image, change }) => `b${bases.indexOf(base)} ${ARROW[change]} i${images.indexOf(image)}`),
  )
  return details(title, fence('mermaid', lines.join('\n')))
}

/** Nodes are numbered, `b0` and `i0`, so that only their labels contain user text. */
function mermaid(bases: readonly string[], images: readonly string[], edges: readonly string[]): string[] {
  return [
    'graph LR',
    ...bases.map((label, index) => `  b${index}("${mermaidLabel(label)}")`),
    ...images.map((label, index) => `  i${index}["${mermaidLabel(label)}"]`),
    ...edges.map((edge) => `  ${edge}`),
  ]
}

/** Mermaid reads `#34;` as a character; all other characters with a meaning are escaped like this. */
function mermaidLabel(name: string): string {
  return oneLine(name, 100).replace(/[^A-Za-z0-9 ./:_-]/gu, (character) => `#${character.codePointAt(0) ?? 0};`)
}

export type GraphFormat = 'mermaid' | 'dot' | 'json'

/** Images and base images by name; edges lead from the base image to the image built on it. */
export interface DependencyGraph {
  readonly images: readonly { readonly name: string; readonly enabled: boolean }[]
  readonly baseImages: readonly {
    readonly name: string
    readonly reference: string
    /** The enrolled image that it is; null if it is not enrolled. */
    readonly enrolledImage: string | null
  }[]
  readonly edges: readonly Omit<Edge, 'change'>[]
}

/** The graph of a state, sorted by name. */
export function dependencyGraph({ images, bases }: Pick<LinkedState, 'images' | 'bases'>): DependencyGraph {
  const edges = images.flatMap(({ enrollment, bases: names }) =>
    names.map((base) => ({ base, image: enrollment.name })),
  )
  const baseImages = bases.map(({ enrolledImage = null, ...base }) => ({
    name: base.name,
    reference: formatReference({ ...base, digest: null }),
    enrolledImage,
  }))
  return {
    images: images.map(({ enrollment: { name, enabled } }) => ({ name, enabled })).sort(by(({ name }) => name)),
    baseImages: baseImages.sort(by(({ name }) => name)),
    edges: edges.sort(compareEdges),
  }
}

/** The graph as text. Names are escaped, and have no effect on the format. */
export function renderGraph(graph: DependencyGraph, format: GraphFormat): string {
  if (format === 'json') return `${JSON.stringify(graph, null, 2)}\n`
  return `${(format === 'dot' ? wholeDot(graph) : wholeMermaid(graph)).join('\n')}\n`
}

/** The nodes with their numbers, and the links from an enrolled image to the base image that it is. */
function numbered({ images, baseImages, edges }: DependencyGraph) {
  const baseIds = new Map(baseImages.map(({ name }, index) => [name, `b${index}`]))
  const imageIds = new Map(images.map(({ name }, index) => [name, `i${index}`]))
  const pair = (from: string | undefined, to: string | undefined) =>
    from === undefined || to === undefined ? [] : [[from, to] as const]
  return {
    edges: edges.flatMap(({ base, image }) => pair(baseIds.get(base), imageIds.get(image))),
    links: baseImages.flatMap(({ name, enrolledImage }) =>
      enrolledImage === null ? [] : pair(imageIds.get(enrolledImage), baseIds.get(name)),
    ),
  }
}

function wholeMermaid(graph: DependencyGraph): string[] {
  const { edges, links } = numbered(graph)
  const arrows = [...edges.map(([base, image]) => `${base} --> ${image}`), ...links.map((link) => link.join(' -.-> '))]
  const off = graph.images.flatMap(({ enabled }, index) => (enabled ? [] : [`i${index}`]))
  return [
    ...mermaid(
      graph.baseImages.map(({ reference }) => reference),
      graph.images.map(({ name }) => name),
      arrows,
    ),
    ...(off.length === 0 ? [] : ['  classDef off stroke-dasharray: 4', `  class ${off.join(',')} off`]),
  ]
}

function wholeDot(graph: DependencyGraph): string[] {
  const { edges, links } = numbered(graph)
  const off = (enabled: boolean) => (enabled ? '' : ', style=dashed')
  return [
    'digraph "image-factory" {',
    '  rankdir=LR',
    ...graph.baseImages.map(({ reference }, index) => `  b${index} [shape=ellipse, label=${dotLabel(reference)}]`),
    ...graph.images.map(
      ({ name, enabled }, index) => `  i${index} [shape=box, label=${dotLabel(name)}${off(enabled)}]`,
    ),
    ...edges.map(([base, image]) => `  ${base} -> ${image}`),
    ...links.map(([image, base]) => `  ${image} -> ${base} [style=dotted]`),
    '}',
  ]
}

/** Graphviz interprets backslashes and HTML entities in quotes as well (graphviz.org/doc/info/lang.html, escString). */
function dotLabel(text: string): string {
  return `"${oneLine(text, 300).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('&', '&amp;')}"`
}
