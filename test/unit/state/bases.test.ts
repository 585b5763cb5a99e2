import { describe, expect, it } from 'vitest'
import { entry, LATER, messages, run } from './world.js'

const base = (name: string, reference: string, more = '') => {
  const [, registry, repository, tag] = /^([^/]+)\/(.+):(.+)$/.exec(reference) ?? []
  const text = `name: ${name}\nfullImage: ${reference}\nregistry: ${registry}\nrepository: ${repository}\ntag: "${tag}"\n${more}`
  return [`base-images/${name}.yaml`, text] as const
}

async function basesOf(dockerfile: string, before: readonly (readonly [string, string])[] = []) {
  return run(entry('app'), { app: dockerfile }, new Map(before), LATER)
}

describe('a base keeps the name of the state file with its identity', () => {
  it.each([
    ['as derived', 'FROM node:22\n', base('node-22', 'docker.io/library/node:22'), 'node-22'],
    ['another than the derived', 'FROM node:22\n', base('our-node', 'docker.io/library/node:22'), 'our-node'],
    ['asked for with a digest', `FROM node:22@sha256:${'a'.repeat(64)}\n`, base('n', 'docker.io/library/node:22'), 'n'],
    ['asked for in full', 'FROM index.docker.io/library/node:22\n', base('n', 'docker.io/library/node:22'), 'n'],
    [
      'in the archive',
      'FROM node:22\n',
      ['_archive/base-images/old.yaml', base('old', 'docker.io/library/node:22')[1]],
      'old',
    ],
    ['with a short fullImage alone', 'FROM node:22\n', ['base-images/n.yaml', 'fullImage: node:22\n'], 'n'],
  ] as const)('%s', async (_, dockerfile, file, name) => {
    const state = await basesOf(dockerfile, [file])
    expect(state.images[0]?.bases).toEqual([name])
    expect([...state.files.keys()].sort()).toEqual([`base-images/${name}.yaml`, 'images/app.yaml'])
    expect(state.problems.filter((one) => one.message.includes('not used'))).toEqual([])
  })

  it('the first file of two with the same identity', async () => {
    const state = await basesOf('FROM node:22\n', [
      base('a-node', 'docker.io/library/node:22'),
      base('b-node', 'docker.io/library/node:22'),
    ])
    expect(state.images[0]?.bases).toEqual(['a-node'])
    expect(state.files.has('_archive/base-images/b-node.yaml')).toBe(true)
  })
})

describe('two bases with the same derived name', () => {
  const dockerfile = 'FROM a-b/c:1\nCOPY --from=a/b-c:1 / /\n'

  it('get different names, stable over runs and whatever the order', async () => {
    const first = await basesOf(dockerfile)
    const names = first.bases.map((one) => one.name)
    expect(names).toEqual(['a-b-c-1', expect.stringMatching(/^a-b-c-1-[0-9a-f]{8}$/)])
    const second = await run(entry('app'), { app: 'FROM a/b-c:1\nCOPY --from=a-b/c:1 / /\n' }, first.files, LATER)
    expect(second.bases).toEqual(first.bases)
  })

  it('the second keeps its name when the first is gone', async () => {
    const first = await basesOf(dockerfile)
    const [plain, hashed] = first.bases
    const gone = await run(entry('app'), { app: `FROM ${hashed?.repository}:1\n` }, first.files, LATER)
    expect(gone.bases.map((one) => one.name)).toEqual([hashed?.name])
    const back = await run(entry('app'), { app: `FROM ${plain?.repository}:1\n` }, gone.files, LATER)
    expect(back.bases.map((one) => one.name)).toEqual([plain?.name])
  })

  it('a file that has the name already keeps it', async () => {
    const state = await basesOf('FROM a/b:1\nCOPY --from=a-b:1 / /\n', [base('a-b-1', 'docker.io/library/other:1')])
    expect(state.bases.map((one) => one.name)).toEqual([
      expect.stringMatching(/^a-b-1-[0-9a-f]{8}$/),
      expect.stringMatching(/^a-b-1-[0-9a-f]{8}$/),
    ])
  })
})

describe('state files somebody tampered with', () => {
  it.each([
    [`\${{ x }}`],
    ['sha256:abc'],
    [`sha256:${'A'.repeat(64)}`],
    [`sha256:${'a'.repeat(64)}\\n`],
    [`${'a'.repeat(64)}`],
  ])('the digest %s reaches no TrackedBase', async (digest) => {
    const file = base('n', 'docker.io/library/node:22', `baselineDigest: "${digest}"\n`)
    expect((await basesOf('FROM node:22\n', [file])).bases).toMatchObject([{ name: 'n', baselineDigest: null }])
  })

  it.each([
    ['no reference', 'name: n\n', 'n names no image reference that can be watched and is not used.'],
    ['no tag', 'fullImage: node\n', 'n names no image reference that can be watched and is not used.'],
    ['an expression', `fullImage: "\${{ x }}"\n`, 'n names no image reference that can be watched and is not used.'],
    [
      'a list',
      'fullImage: [node]\nregistry: {a: b}\n',
      'n names no image reference that can be watched and is not used.',
    ],
  ])('%s', async (_, text, message) => {
    const state = await basesOf('FROM node:22\n', [['base-images/n.yaml', text]])
    expect(messages(state)).toEqual([`warning: ${message}`])
    expect(state.bases.map((one) => one.name)).toEqual(['node-22'])
  })

  it.each(['Node', 'a_b', 'a..b', 'a-.b', 'x'.repeat(64)])('the file name %s names no base', async (name) => {
    const state = await basesOf('FROM node:22\n', [base(name, 'docker.io/library/node:22')])
    expect(messages(state)).toEqual([`warning: ${name} is no name of a Kubernetes object and is not used.`])
    expect(state.bases.map((one) => one.name)).toEqual(['node-22'])
  })

  it.each(['__proto__', 'constructor', '../../etc/passwd', `\${{ x }}`])(
    'the base %s of an image is dropped',
    async (name) => {
      const text = `name: app\nbaseImages: ["${name}", 5, null]\n`
      const state = await run(entry('app'), { app: new Error('no.') }, new Map([['images/app.yaml', text]]))
      expect(state.images[0]?.bases).toEqual([])
    },
  )
})
