import { APP, SOURCE, type WrongFile } from './examples.js'

const bases = (...items: readonly string[]) => `${SOURCE}  bases:\n${items.map((item) => `    - ${item}\n`).join('')}`
const DIGEST = `sha256:${'a'.repeat(64)}`
const EXAMPLE = 'Write REGISTRY/REPOSITORY:TAG, for example docker.io/library/node:22.'
const variable = (place: string, text: string) =>
  `${place}: "${text}" contains a variable, which nothing here can fill in. Write the reference with its value, for example docker.io/library/node:22.`
const itself = (text: string) =>
  `"${text}" is the image itself: each rebuild would start the next one. Remove it, or name the image it is built on.`

/** Title, text, what is said: line:column message remedy. */
export const WRONG_BASES: readonly WrongFile[] = [
  ['nothing for bases', `${APP}  bases:\n`, ['4:9: bases is empty. Write its value, or remove the line.']],
  [
    'one text for bases',
    `${APP}  bases: node:22\n`,
    ['4:10: bases must be a list, not "node:22". Write bases: [node:22].'],
  ],
  ['a map for a base', bases('{image: node}'), ['7:7: bases[0] must be text, not a map. Write one value.']],
  ['nothing for a base', bases(''), ['7:7: bases[0] must be text, not nothing. Write one value.']],
  ['an empty base', bases('""'), ['7:7: bases[0]: "" must not be empty.']],
  ['a base with a variable', bases('node:22', '"node:${NODE_VERSION}"'), [variable('8:7', 'node:${NODE_VERSION}')]],
  ['a base that is a variable', bases('$BASE'), [variable('7:7', '$BASE')]],
  [
    'a base with an expression',
    bases('"node:${{ vars.NODE }}"'),
    ['7:7: bases[0]: "node:${{ vars.NODE }}" contains ${{ or ${%, which Kargo would evaluate. Write the value itself.'],
  ],
  ['a base out of a template', bases('"{{ .Base }}"'), [variable('7:7', '{{ .Base }}')]],
  [
    'a base with an address',
    bases('https://ghcr.io/org/base:1'),
    [`7:7: "https://ghcr.io/org/base:1" is not an image reference: leave out the https:// before the host. ${EXAMPLE}`],
  ],
  [
    'a base in upper case',
    bases('docker.io/Library/node:22'),
    [
      `7:7: "docker.io/Library/node:22" is not an image reference: the repository name "Library/node" must be written in lower case. ${EXAMPLE}`,
    ],
  ],
  [
    'a base with an empty tag',
    bases('"node:"'),
    [`7:7: "node:" is not an image reference: the tag after ":" is empty. ${EXAMPLE}`],
  ],
  [
    'an image ID for a base',
    bases('a'.repeat(64)),
    [
      `7:7: "${'a'.repeat(64)}" is not an image reference: 64 hexadecimal digits are an image ID, not a repository name. ${EXAMPLE}`,
    ],
  ],
  [
    'a base with a digest',
    bases(`node:22@${DIGEST}`),
    [`7:7: "node:22@${DIGEST}" has a digest, and a digest never changes. Write docker.io/library/node:22.`],
  ],
  [
    'a base by its digest alone',
    bases(`ghcr.io/org/base@${DIGEST}`),
    [
      `7:7: "ghcr.io/org/base@${DIGEST.slice(0, 62)}\u2026" is a digest without a tag, and a digest never changes. Write ghcr.io/org/base:TAG with the tag to follow.`,
    ],
  ],
  [
    'a URL without encryption for a base',
    bases('http://ghcr.io/org/base:1'),
    [`7:7: "http://ghcr.io/org/base:1" is not an image reference: leave out the http:// before the host. ${EXAMPLE}`],
  ],
  ['scratch', bases('scratch'), ['7:7: scratch is not an image and never changes. Remove it from bases.']],
  [
    'scratch, spelled out',
    bases('docker.io/library/scratch:latest'),
    ['7:7: scratch is not an image and never changes. Remove it from bases.'],
  ],
  [
    'one base twice, in other words',
    bases('node', 'alpine:3', 'docker.io/library/node:latest', 'index.docker.io/node'),
    [
      '9:7: "docker.io/library/node:latest" is what bases[0] names already. Remove it.',
      '10:7: "index.docker.io/node" is docker.io/library/node:latest, which bases[0] names already. Remove it.',
    ],
  ],
  ['itself for a base', bases('ghcr.io/org/app:1'), [`7:7: ${itself('ghcr.io/org/app:1')}`]],
  ['itself for a base, in upper case', bases('GHCR.io/org/app'), [`7:7: ${itself('GHCR.io/org/app')}`]],
  [
    'itself for a base, from the defaults',
    `defaults:\n  bases: [alpine:3, library/app:1]\nimages:\n  - {name: app, repoURL: docker.io/app, source: {repo: o/r}}\n`,
    [`2:21: ${itself('library/app:1')}`],
  ],
  [
    'a hundred and one bases',
    bases(...Array.from({ length: 101 }, (_, index) => `b${index}:1`)),
    ['7:5: bases must name at most 100 base images.'],
  ],
]
