import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { commandNames, generatedPages } from '../../../scripts/generated-docs.js'
import { withParts } from '../../../scripts/page-parts.js'
import { namingFiles, pinned, publishedPin } from '../../../scripts/pin.js'
import { PUBLISHED } from '../../../src/scaffold/index.js'
import { PAGES, ROOT, readDocument, WORKFLOWS } from '../../support/documents.js'
import { git } from '../../support/git.js'

const read = readDocument

describe.each(Object.entries(generatedPages()))('%s', (page, parts) => {
  it('has what the script makes', () => {
    expect(read(page), 'rewrite it: npm run docs').toBe(withParts(read(page), parts))
  })

  it('says so when a marker is missing', () => {
    expect(() => withParts('# Nothing\n', parts)).toThrow('there is no <!-- generated:')
  })
})

it('docs/commands.md names the commands that there are, and no others', () => {
  const [, section = ''] = read('docs/commands.md').split('| Command | What it does |')
  const named = [...(section.split('| Exit code')[0] ?? '').matchAll(/^\| `([a-z]+)/gm)].map(([, name]) => name)
  expect(named.length).toBeGreaterThan(10)
  expect(named.sort()).toEqual(commandNames().sort())
})

describe('the commit of this action that is named', () => {
  it('is the same wherever it is named', () => {
    const files = namingFiles()
    expect(files.length).toBeGreaterThan(4)
    const other = files.filter((path) => read(path) !== pinned(read(path), publishedPin()))
    expect(other, 'npm exec -- node scripts/pin.ts SHA NAME').toEqual([])
  })

  it('is named nowhere by something that moves', () => {
    const moving = [...PAGES, ...WORKFLOWS].filter((path) =>
      /image-factory-action(?:[@#]|\/(?=[^/\s]+\/schema\/))(?![0-9a-f]{40}\b)/.test(read(path)),
    )
    expect(moving).toEqual([])
  })

  it('has a bundle and the inputs that the examples give it', async ({ skip }) => {
    const folder = fileURLToPath(ROOT)
    const show = (path: string) => git(folder, ['show', `${PUBLISHED.sha}:${path}`])
    const isThere = await git(folder, ['merge-base', '--is-ancestor', PUBLISHED.sha, 'HEAD']).then(
      () => true,
      (error: Error) => (/\(1\)/.test(error.message) ? false : null),
    )
    skip(isThere === null, 'this clone does not have the whole history')
    expect(isThere, `${PUBLISHED.sha} is no part of this history`).toBe(true)
    expect((await show('dist/index.js')).length).toBeGreaterThan(1_000_000)
    expect(await show('action.yml')).toContain('commit-method:')
    expect(JSON.parse(await show('schema/images.schema.json'))).toHaveProperty('definitions.entry')
  })

  it('is raised in one go', () => {
    const text = 'x\n  uses: craigedmunds/image-factory-action@old # y\nuses: actions/checkout@z\n'
    expect(pinned(text, 'new # v1.2.3')).toBe(
      'x\n  uses: craigedmunds/image-factory-action@new # v1.2.3\nuses: actions/checkout@z\n',
    )
    const hook = '  - repo: https://github.com/craigedmunds/image-factory-action\n    rev: old\n'
    expect(pinned(hook, 'new # v1.2.3')).toBe(hook.replace('old', 'new # v1.2.3'))
    const schema = 'https://raw.githubusercontent.com/craigedmunds/image-factory-action/v1/schema/images.schema.json'
    expect(pinned(`# $schema=${schema}\n`, 'new # v1.2.3')).toBe(`# $schema=${schema.replace('v1', 'new')}\n`)
    expect(pinned('npx github:craigedmunds/image-factory-action#v1 x', 'new # v1.2.3')).toBe(
      'npx github:craigedmunds/image-factory-action#new x',
    )
  })
})
