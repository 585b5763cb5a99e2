// Which image hangs on which base image, for other programs to draw or read.
import { formatReference } from '../reference/index.js'
import type { LinkedState } from '../state/index.js'
import { mermaidLabel } from './graph.js'
import { compareText, oneLine } from './text.js'

/** What a graph can be printed as. */
export type GraphFormat = 'mermaid' | 'dot' | 'json'

/** Images and base images by name; edges go from the base image to the image that is built on it. */
export interface DependencyGraph {
  readonly images: readonly { readonly name: string; readonly enabled: boolean }[]
  readonly baseImages: readonly {
    readonly name: string
    readonly reference: string
    /** The enrolled image that it is; null where it is none of ours. */
    readonly enrolledImage: string | null
  }[]
  readonly edges: readonly { readonly base: string; readonly image: string }[]
}

/** The graph of a state, everything sorted by name. */
export function dependencyGraph({ images, bases }: Pick<LinkedState, 'images' | 'bases'>): DependencyGraph {
  const edges = images.flatMap(({ enrollment, bases: names }) =>
    names.map((base) => ({ base, image: enrollment.name })),
  )
  return {
    images: images.map(({ enrollment: { name, enabled } }) => ({ name, enabled })).sort(byName),
    baseImages: bases
      .map(({ enrolledImage = null, ...base }) => ({
        name: base.name,
        reference: formatReference({ ...base, digest: null }),
        enrolledImage,
      }))
      .sort(byName),
    edges: edges.sort((a, b) => compareText(a.base, b.base) || compareText(a.image, b.image)),
  }
}

/** The graph as text. Names are shown as they are and mean nothing to the format, whatever they hold. */
export function renderGraph(graph: DependencyGraph, format: GraphFormat): string {
  if (format === 'json') return `${JSON.stringify(graph, null, 2)}\n`
  const drawn = drawing(graph)
  return `${(format === 'dot' ? dot(drawn) : mermaid(drawn)).join('\n')}\n`
}

interface Node {
  readonly id: string
  readonly label: string
}

/** Nodes have numbers for names, so that only labels hold text of users. */
interface Drawing {
  readonly bases: readonly Node[]
  readonly images: readonly (Node & { readonly enabled: boolean })[]
  readonly edges: readonly (readonly [string, string])[]
  /** From an enrolled image to the base image that it is. */
  readonly links: readonly (readonly [string, string])[]
}

function drawing({ images, baseImages, edges }: DependencyGraph): Drawing {
  const baseIds = new Map(baseImages.map(({ name }, index) => [name, `b${index}`]))
  const imageIds = new Map(images.map(({ name }, index) => [name, `i${index}`]))
  const pair = (from: string | undefined, to: string | undefined): [string, string][] =>
    from === undefined || to === undefined ? [] : [[from, to]]
  return {
    bases: baseImages.map(({ name, reference }) => ({ id: baseIds.get(name) ?? '', label: reference })),
    images: images.map(({ name, enabled }) => ({ id: imageIds.get(name) ?? '', label: name, enabled })),
    edges: edges.flatMap(({ base, image }) => pair(baseIds.get(base), imageIds.get(image))),
    links: baseImages.flatMap(({ name, enrolledImage }) =>
      enrolledImage === null ? [] : pair(imageIds.get(enrolledImage), baseIds.get(name)),
    ),
  }
}

function mermaid({ bases, images, edges, links }: Drawing): string[] {
  const off = images.filter(({ enabled }) => !enabled).map(({ id }) => id)
  return [
    'graph LR',
    ...bases.map(({ id, label }) => `  ${id}("${mermaidLabel(label)}")`),
    ...images.map(({ id, label }) => `  ${id}["${mermaidLabel(label)}"]`),
    ...edges.map(([base, image]) => `  ${base} --> ${image}`),
    ...links.map(([image, base]) => `  ${image} -.-> ${base}`),
    ...(off.length === 0 ? [] : ['  classDef off stroke-dasharray: 4', `  class ${off.join(',')} off`]),
  ]
}

function dot({ bases, images, edges, links }: Drawing): string[] {
  return [
    'digraph "image-factory" {',
    '  rankdir=LR',
    ...bases.map(({ id, label }) => `  ${id} [shape=ellipse, label=${quoted(label)}]`),
    ...images.map(
      ({ id, label, enabled }) => `  ${id} [shape=box, label=${quoted(label)}${enabled ? '' : ', style=dashed'}]`,
    ),
    ...edges.map(([base, image]) => `  ${base} -> ${image}`),
    ...links.map(([image, base]) => `  ${image} -> ${base} [style=dotted]`),
    '}',
  ]
}

/** Graphviz reads backslashes and HTML entities inside of quotes too (graphviz.org/doc/info/lang.html, escString). */
function quoted(text: string): string {
  return `"${oneLine(text, 300).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('&', '&amp;')}"`
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return compareText(a.name, b.name)
}
