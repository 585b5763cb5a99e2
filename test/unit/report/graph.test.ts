import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DependencyGraph, dependencyGraph, renderGraph } from '../../../src/report/index.js'
import { image, NODE, PYTHON } from '../kargo/fixtures.js'
import { text } from './arbitrary.js'

const state = {
  images: [image({ name: 'web', enabled: false }, [PYTHON.name]), image({ name: 'app' })],
  bases: [PYTHON, { ...NODE, enrolledImage: 'web' }],
}

describe('graph', () => {
  it('is drawn for Mermaid, sorted, with links to enrolled images', () => {
    expect(renderGraph(dependencyGraph(state), 'mermaid')).toBe(`graph LR
  b0("docker.io/library/node:22-bookworm-slim")
  b1("docker.io/library/python:3.12-slim")
  i0["app"]
  i1["web"]
  b0 --> i0
  b1 --> i0
  b1 --> i1
  i1 -.-> b0
  classDef off stroke-dasharray: 4
  class i1 off
`)
  })

  it('is drawn for Graphviz', () => {
    expect(renderGraph(dependencyGraph(state), 'dot')).toBe(`digraph "image-factory" {
  rankdir=LR
  b0 [shape=ellipse, label="docker.io/library/node:22-bookworm-slim"]
  b1 [shape=ellipse, label="docker.io/library/python:3.12-slim"]
  i0 [shape=box, label="app"]
  i1 [shape=box, label="web", style=dashed]
  b0 -> i0
  b1 -> i0
  b1 -> i1
  i1 -> b0 [style=dotted]
}
`)
  })

  it('is data', () => {
    expect(JSON.parse(renderGraph(dependencyGraph(state), 'json'))).toMatchObject({
      images: [
        { name: 'app', enabled: true },
        { name: 'web', enabled: false },
      ],
      baseImages: [{ enrolledImage: 'web' }, { enrolledImage: null }],
      edges: [{}, {}, {}],
    })
  })
})

const graphs: fc.Arbitrary<DependencyGraph> = fc
  .tuple(fc.uniqueArray(text, { maxLength: 6 }), fc.uniqueArray(text, { maxLength: 6 }))
  .map(([images, bases]) => ({
    images: images.map((name) => ({ name, enabled: true })),
    baseImages: bases.map((name) => ({ name, reference: name, enrolledImage: null })),
    edges: images.flatMap((name) => bases.map((base) => ({ base, image: name }))),
  }))

describe('a hostile name', () => {
  it('stays inside of its label, for Graphviz', () => {
    // The grammar of a quoted string: no quote but behind a backslash, no backslash but one that is spelled out.
    const node = /^ {2}[bi]\d+ \[shape=(?:ellipse|box), label="(?:[^"\\]|\\["\\])*"\]$/
    fc.assert(
      fc.property(graphs, (graph) => {
        const lines = renderGraph(graph, 'dot').trimEnd().split('\n').slice(2, -1)
        const others = lines.filter((line) => !node.test(line))
        expect(others.filter((line) => !/^ {2}b\d+ -> i\d+$/.test(line))).toEqual([])
        expect(lines).toHaveLength(graph.images.length + graph.baseImages.length + graph.edges.length)
      }),
    )
  })

  it('stays inside of its label, for Mermaid', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const lines = renderGraph(graph, 'mermaid').trimEnd().split('\n').slice(1)
        const node = /^ {2}(?:b\d+\("[A-Za-z0-9 ./:_#;-]*"\)|i\d+\["[A-Za-z0-9 ./:_#;-]*"\])$/
        expect(lines.filter((line) => !node.test(line) && !/^ {2}b\d+ --> i\d+$/.test(line))).toEqual([])
      }),
    )
  })
})
