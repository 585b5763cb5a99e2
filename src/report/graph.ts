// What hangs on what: base images and the images built on them, as a Mermaid graph.

import { type BaseRow, type BaseUse, isChanged } from './model.js'
import { compareText, details, fence, groupBy, oneLine } from './text.js'
import type { View } from './view.js'

const MAX_EDGES = 60

interface Edge {
  readonly base: string
  readonly image: string
  readonly change: BaseUse['change']
}

/** The folded graph; when all of it is too much to read, the bases that change; when that is too much, nothing. */
export function graph(view: View): string[] {
  const all = edgesOf(view.report.bases)
  if (all.length === 0) return []
  if (all.length <= MAX_EDGES) return [block('What hangs on what', all)]
  const changed = edgesOf(view.report.bases.filter(isChanged))
  if (changed.length === 0 || changed.length > MAX_EDGES) return []
  return [block('What hangs on the base images that change', changed)]
}

function block(title: string, edges: readonly Edge[]): string {
  return details(title, fence('mermaid', mermaid(edges)))
}

/** One edge a pair, however often the image pulls the base. */
function edgesOf(bases: readonly BaseRow[]): Edge[] {
  const edges = bases.flatMap((base) =>
    [...groupBy(base.uses, ({ image }) => image)].map(([image, uses]) => ({
      base: base.reference,
      image,
      change: changeOf(uses),
    })),
  )
  return edges.sort((a, b) => compareText(a.base, b.base) || compareText(a.image, b.image))
}

function changeOf(uses: readonly BaseUse[]): BaseUse['change'] {
  const first = uses[0]?.change ?? 'unchanged'
  return uses.every(({ change }) => change === first) ? first : 'unchanged'
}

const ARROW: Readonly<Record<BaseUse['change'], string>> = {
  added: '==>|new|',
  removed: '-.->|gone|',
  unchanged: '-->',
}

function mermaid(edges: readonly Edge[]): string {
  const bases = identifiers(
    edges.map(({ base }) => base),
    'b',
  )
  const images = identifiers(
    edges.map(({ image }) => image),
    'i',
  )
  const node = ([name, id]: readonly [string, string], shape: readonly [string, string]) =>
    `  ${id}${shape[0]}"${mermaidLabel(name)}"${shape[1]}`
  return [
    'graph LR',
    ...[...bases].map((base) => node(base, ['(', ')'])),
    ...[...images].map((image) => node(image, ['[', ']'])),
    ...edges.map(({ base, image, change }) => `  ${bases.get(base)} ${ARROW[change]} ${images.get(image)}`),
  ].join('\n')
}

function identifiers(names: readonly string[], prefix: string): Map<string, string> {
  return new Map([...new Set(names)].sort(compareText).map((name, index) => [name, `${prefix}${index}`]))
}

/** Mermaid reads `#34;` as a character; anything it might read otherwise is written so. */
export function mermaidLabel(name: string): string {
  return oneLine(name, 100).replace(/[^A-Za-z0-9 ./:_-]/gu, (character) => `#${character.codePointAt(0) ?? 0};`)
}
