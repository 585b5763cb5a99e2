import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { explainCommand } from '../../../src/cli/explain-command.js'
import { Refusal } from '../../../src/enrollment/index.js'
import { removeTempFolders, tempFolder } from '../../support/temp-folder.js'
import { recordingTerminal } from '../../support/terminal.js'
import { builtAt, FIRST_NODE, NOW, newNode, SITUATIONS, UNSEEN_NODE, web } from './situations.js'

afterAll(removeTempFolders)

const BUILT = '2026-03-05T08:00:00.000Z'
const MORE = `- {name: api, registry: ghcr.io, repository: acme/api, autoRebuild: false, source: {repo: acme/api, workflow: build.yml}}
- {name: web-admin, registry: ghcr.io, repository: acme/admin, source: {repo: acme/admin, workflow: build.yml}}
`
const FACTORY = {
  'images.yaml': web('rebuildDelay: 7d') + MORE,
  'images/web.yaml': builtAt(BUILT, 'alpine-3.20, node-22'),
  'images/api.yaml': builtAt(BUILT),
  'base-images/node-22.yaml': newNode('2026-03-09T20:30:00.000Z'),
  'base-images/alpine-3.20.yaml': FIRST_NODE.replace('library/node', 'library/alpine').replace("'22'", "'3.20'"),
  '_archive/images/old.yaml': builtAt(BUILT),
  '_archive/base-images/node-20.yaml': UNSEEN_NODE,
}

async function explain(
  names: readonly string[],
  { files = {}, json = false }: { readonly files?: Record<string, string>; readonly json?: boolean } = {},
) {
  const { path: root } = await tempFolder('explain')
  for (const [path, text] of Object.entries({ ...FACTORY, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const { terminal, printed } = recordingTerminal()
  const options = { state: root, images: 'images.yaml', output: 'dist', json }
  const code = explainCommand({ options, env: {}, terminal, now: NOW }, names)
  return { ...printed, code }
}

function refusal(names: readonly string[]): Promise<string> {
  return explain(names).then(
    () => 'nothing',
    (error: unknown) => (error instanceof Refusal ? error.message : String(error)),
  )
}

describe('explain', () => {
  it('is a table of all images without a name', async () => {
    const { out, err, code } = await explain([])
    await expect(out).toMatchFileSnapshot('../../golden/explain/command-table.txt')
    expect({ err, code }).toEqual({ err: '', code: 0 })
  })

  it('is sentences about each image that is named', async () => {
    const { out } = await explain(['web', 'api'])
    expect(out.match(/^(?:web|api) \(/gm)).toEqual(['api (', 'web ('])
  })

  it('is data with --json', async () => {
    const { out } = await explain(['web'], { json: true })
    expect(JSON.parse(out)).toMatchObject({
      now: NOW,
      asOf: '2026-03-09T20:30:00.000Z',
      images: [{ name: 'web', status: 'waiting', reason: 'rebuildDelay', eligibleAt: '2026-03-12T08:00:00.000Z' }],
    })
  })

  it('tells of an override that has expired, and takes one that holds', async () => {
    const { overrides = '' } = SITUATIONS['due-override']!
    const held = await explain(['web'], { files: { 'overrides.yaml': overrides } })
    expect(held.out).toContain('Due since')
    const expired = { 'overrides.yaml': overrides.replace('2026-03-20', '2026-03-09') }
    const { out, err } = await explain(['web'], { files: expired })
    expect(out).toContain('Waiting until')
    expect(err).toContain('no longer has any effect')
  })

  it('shows no control character of a state file', async () => {
    const error = 'discoveryStatus: failed\ndiscoveryError: "\\e[2J\\u202egone"\n'
    const files = { 'images/web.yaml': builtAt(BUILT, 'node-22', error) }
    const { out } = await explain(['web'], { files })
    expect(out).toContain('[2J')
    expect(out).not.toMatch(/(?!\n)\p{Cc}|\u202e/u)
  })
})

describe('a name that is not enrolled', () => {
  it.each([
    ['wbe', 'images.yaml: error: images.yaml enrolls no image "wbe". Did you mean web?'],
    ['zzzzzz', 'images.yaml: error: images.yaml enrolls no image "zzzzzz". Its images: api, web, web-admin.'],
    ['old', 'images.yaml: error: images.yaml enrolls no image "old". Its state is kept in _archive/images/old.yaml.'],
    ['node-22', 'images.yaml: error: node-22 is a base image. Name an image that is built on it: api, web.'],
  ])('%s', async (name, message) => {
    expect(await refusal(['web', name])).toBe(message)
  })
})
