import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { pageCommand } from '../../../src/cli/read-commands.js'
import { recordingTerminal } from '../../support/terminal.js'

let state = ''
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'page-'))
  writeFileSync(join(state, 'images.yaml'), '- {name: web, registry: ghcr.io, repository: acme/web}\n')
})
afterEach(() => rmSync(state, { recursive: true }))

function page(out: string) {
  const { terminal } = recordingTerminal()
  const options = { state, images: 'images.yaml', output: 'dist' }
  return pageCommand({ options, env: {}, terminal, now: '2026-01-01T00:00:00Z' }, out)
}

it.each([
  ['images.yaml', 'is a file'],
  ['images.yaml/public', 'is below a file'],
])('page --out %s is refused with a folder to write instead', (path, fault) => {
  const out = relative(process.cwd(), join(state, path))
  expect(() => page(out)).toThrow(`--out: ${out} ${fault}. Write --out public, a folder.`)
  expect(readdirSync(state)).toEqual(['images.yaml'])
})

it('page --out makes a folder that does not exist, and those above it', () => {
  expect(page(join(state, 'a/b'))).toBe(0)
  expect(readdirSync(join(state, 'a/b')).sort()).toEqual(['factory.json', 'index.html'])
})
