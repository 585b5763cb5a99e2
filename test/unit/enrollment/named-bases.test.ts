import { describe, expect, it } from 'vitest'
import { formatProblem, parseImagesFile } from '../../../src/enrollment/index.js'
import { formatReference } from '../../../src/reference/index.js'
import { APP, INDENTED_APP, SOURCE } from './examples.js'

function read(text: string) {
  const { enrolled, problems } = parseImagesFile(text, 'f')
  const [image] = enrolled?.images ?? []
  if (image === undefined) throw new Error(JSON.stringify(problems))
  return { image, said: problems.map(formatProblem) }
}

describe('base images that are named by hand', () => {
  it('are spelled out, in the order of the file, each with its line', () => {
    const { image } = read(
      `${SOURCE}  bases:\n    - node:22\n    # static\n    - ghcr.io/a/b\n    - index.docker.io/c\n`,
    )
    expect(image.bases.map(formatReference)).toEqual([
      'docker.io/library/node:22',
      'ghcr.io/a/b:latest',
      'docker.io/library/c:latest',
    ])
    expect(image.bases.map((_, index) => image.lineOf(`bases.${index}`))).toEqual([7, 9, 10])
  })

  it.each([
    ['without bases the usual Dockerfile is read', SOURCE, 'Dockerfile'],
    ['an empty list names none', `${SOURCE}  bases: []\n`, 'Dockerfile'],
    ['bases alone need no Dockerfile', `${SOURCE}  bases: [a:1]\n`, null],
    ['a Dockerfile that is named is read beside them', `${SOURCE}    dockerfile: ./x\n  bases: [a:1]\n`, 'x'],
    ['the form of another tool names one too', `${SOURCE}  dockerfile: x\n  bases: [a:1]\n`, 'x'],
    [
      'so do the defaults',
      `defaults: {source: {dockerfile: x}}\nimages:\n${INDENTED_APP}    source: {repo: o/r}\n    bases: [a:1]\n`,
      'x',
    ],
    ['on GitLab as well', `${APP}  source: {provider: gitlab, repo: a/b}\n  bases: [a:1]\n`, null],
  ])('%s', (_, text, dockerfile) => {
    expect(read(text).image.source?.dockerfile).toBe(dockerfile)
  })

  const shared = `defaults: {bases: [a:1, b:2]}\nimages:\n${INDENTED_APP}`
  it.each([
    ['are taken from the defaults', `${shared}    source: {repo: o/r}\n`, ['a:1', 'b:2']],
    ['replace those of the defaults', `${shared}    source: {repo: o/r}\n    bases: [c:3]\n`, ['c:3']],
    ['replace them by none', `${shared}    source: {repo: o/r}\n    bases: []\n`, []],
    ['are no default of an image that is not built here', shared, []],
  ])('%s', (_, text, names) => {
    const { image } = read(text)
    expect(image.bases.map(({ repository, tag }) => `${repository.slice('library/'.length)}:${tag}`)).toEqual(names)
  })

  const IDLE =
    'warning: bases has no effect: without a source nothing here rebuilds this image. Add source, or remove bases. [bases-ignored]'
  it.each([
    ['of an external image', `${APP}  bases: [a:1]\n`, [`f:4:10: ${IDLE}`]],
    [
      'of an image that is built in a different place',
      `${SOURCE}  build: {enabled: false}\n  bases: [a:1]\n`,
      [`f:7:10: ${IDLE}`],
    ],
    ['of one that is switched off', `${APP}  enabled: false\n  bases: [a:1]\n`, []],
    ['of one that is built here', `${SOURCE}    workflow: b.yml\n  bases: [a:1]\n`, []],
  ])('have no effect where nothing is built, and that is said: %s', (_, text, expected) => {
    expect(read(text).said).toEqual(expected)
  })
})
