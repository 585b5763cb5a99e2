/** What discovery costs at GitHub where builds are found through files that name others. */
import { describe, expect, it } from 'vitest'
import { parseImagesFile } from '../../../src/enrollment/index.js'
import { discover, type GraphQL, readFromGitHub } from '../../../src/sources/index.js'

const FILES: Readonly<Record<string, string>> = {
  Dockerfile: 'ARG NODE=20\nFROM node:${NODE}\n',
  '.github/workflows/build.yml':
    'on: {workflow_dispatch: {}}\njobs:\n  b:\n    uses: ./.github/workflows/_outer.yml\n    with: {node: "22"}\n',
  '.github/workflows/_outer.yml':
    'on: {workflow_call: {inputs: {node: {type: string}}}}\njobs:\n  b:\n    uses: ./.github/workflows/_inner.yml\n    with: {node: "${{ inputs.node }}"}\n',
  '.github/workflows/_inner.yml':
    'on: {workflow_call: {inputs: {node: {type: string}}}}\njobs:\n  b:\n    steps:\n      - uses: ./.github/actions/image\n        with: {node: "${{ inputs.node }}"}\n',
  '.github/actions/image/action.yml':
    'inputs: {node: {}}\nruns:\n  using: composite\n  steps:\n    - uses: docker/build-push-action@v6\n      with: {push: true, build-args: "NODE=${{ inputs.node }}", tags: "ghcr.io/${{ github.repository }}"}\n',
}

/** GitHub as far as it is asked: every repository holds the same files. */
function gitHub(count: (files: number) => void): GraphQL {
  return async (query, variables) => {
    const data: Record<string, Record<string, unknown>> = {}
    const repositories = [...query.matchAll(/(r\d+): repository\([^)]*\) \{(.*?)\}(?= r\d+:| \}$)/gs)]
    for (const [, alias = '', body = ''] of repositories) {
      const files = [...body.matchAll(/f(\d+): object/g)].map(([, index = '']) => index)
      count(files.length)
      const blobs = files.map((index) => {
        const text = FILES[String(variables[`e${index}`]).replace(/^[^:]*:/, '')]
        const blob = text === undefined ? null : { __typename: 'Blob', text, byteSize: text.length }
        return [`f${index}`, blob] as const
      })
      data[alias] = { defaultBranchRef: { name: 'main' }, ...Object.fromEntries(blobs) }
    }
    return data
  }
}

describe('a thousand images whose workflows call others', () => {
  it('are found in rounds of full requests', async () => {
    const entries = Array.from(
      { length: 1000 },
      (_, n) =>
        `- {name: app-${n}, registry: ghcr.io, repository: acme/app-${n}, source: {repo: acme/app-${n}, workflow: build.yml}}\n`,
    )
    const { enrolled } = parseImagesFile(entries.join(''), 'images.yaml')
    let requests = 0
    let files = 0
    const graphql = gitHub((count) => {
      files += count
    })
    const reader = readFromGitHub(async (query, variables) => {
      requests += 1
      return graphql(query, variables)
    }, 'github.com')
    const { images } = await discover(enrolled?.images ?? [], reader, 'images.yaml', () => true)
    const bases = [...images.values()].flatMap((one) => (one.kind === 'found' ? one.uses : []))
    expect(new Set(bases.map(({ reference }) => reference.tag))).toEqual(new Set(['22']))
    expect(images.size).toBe(1000)
    // Dockerfile, four definitions, and the other name that the action's file may have.
    expect(files).toBe(6000)
    expect(requests).toBe(60)
  })
})
