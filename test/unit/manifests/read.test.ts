import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readOutput, refuseForeignFiles } from '../../../src/manifests/index.js'
import { removeTempFolders, tempFolder } from '../../support/temp-folder.js'
import { generated, object } from './examples.js'

afterAll(removeTempFolders)

async function state(files: Readonly<Record<string, string>>): Promise<string> {
  const { path } = await tempFolder()
  await mkdir(join(path, 'dist'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, 'dist', name), text)
  return path
}

const OURS = generated(object('A', 'x'))

describe('the output folder', () => {
  it('holds our files and those of others', async () => {
    const root = await state({
      'a.k8s.yaml': OURS,
      'b.k8s.yaml': OURS.replaceAll('\n', '\r\n'),
      'mine.yaml': object('A', 'x'),
      'late.yaml': `\n${OURS}`,
      'almost.yaml': OURS.replace('edit.', 'edit. Really.'),
      'empty.yaml': '',
      'README.md': OURS,
      'other.yml': OURS,
    })
    await mkdir(join(root, 'dist/folder.yaml'))
    const { generated: ours, foreign } = readOutput(root, 'dist')
    expect([...ours]).toEqual([
      ['a.k8s.yaml', OURS],
      ['b.k8s.yaml', OURS],
    ])
    expect([...foreign].sort()).toEqual(['almost.yaml', 'empty.yaml', 'late.yaml', 'mine.yaml'])
  })

  it('may be missing, or the state folder itself', async () => {
    const root = await state({})
    expect(readOutput(root, 'nowhere').generated.size).toBe(0)
    await writeFile(join(root, 'a.k8s.yaml'), OURS)
    expect([...readOutput(root, '.').generated.keys()]).toEqual(['a.k8s.yaml'])
  })

  it('is refused with a link in it, or as a link', async () => {
    const root = await state({ 'a.k8s.yaml': OURS })
    await symlink('/etc/passwd', join(root, 'dist/b.k8s.yaml'))
    expect(() => readOutput(root, 'dist')).toThrow('dist/b.k8s.yaml is a link')
    await symlink('/etc', join(root, 'out'))
    expect(() => readOutput(root, 'out')).toThrow('out is a link')
  })
})

describe('files of others', () => {
  it('are not written over', async () => {
    const output = readOutput(await state({ 'mine.yaml': 'x: 1\n', 'a.k8s.yaml': OURS }), 'dist')
    expect(() => refuseForeignFiles(['a.k8s.yaml', 'new.k8s.yaml'], output, 'dist')).not.toThrow()
    expect(() => refuseForeignFiles(['a.k8s.yaml', 'mine.yaml'], output, 'state/dist')).toThrow(
      'state/dist/mine.yaml is to be written and is not ours',
    )
  })
})
