import { readdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { pageCommand } from '../../../src/cli/read-commands.js'
import { contextIn, folderPerTest } from './command.js'

const state = folderPerTest()
beforeEach(() => {
  writeFileSync(join(state(), 'images.yaml'), '- {name: web, registry: ghcr.io, repository: acme/web}\n')
})

const page = (out: string) => pageCommand(contextIn(state()).context, out)

it.each([
  ['images.yaml', 'is a file'],
  ['images.yaml/public', 'is below a file'],
])('page --out %s is refused with a folder to write instead', (path, fault) => {
  const out = relative(process.cwd(), join(state(), path))
  expect(() => page(out)).toThrow(`--out: ${out} ${fault}. Write --out public, a folder.`)
  expect(readdirSync(state())).toEqual(['images.yaml'])
})

it('page --out makes a folder that does not exist, and those above it', () => {
  expect(page(join(state(), 'a/b'))).toBe(0)
  expect(readdirSync(join(state(), 'a/b')).sort()).toEqual(['factory.json', 'index.html'])
})
