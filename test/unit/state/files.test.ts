import { mkdir, readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Refusal } from '../../../src/enrollment/index.js'
import { readFolder, readOptional, readState, removeLeftovers, writeFiles } from '../../../src/state/index.js'
import { removeTempFolders, tempFolder } from '../../support/temp-folder.js'

afterAll(removeTempFolders)

/** A folder with these files, written plainly. */
async function folder(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const { path } = await tempFolder()
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true })
    await writeFile(join(path, name), text)
  }
  return path
}

/** Every file below a folder with its text; links and folders by what they are. */
async function contents(root: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const one of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(one.parentPath, one.name)
    if (!one.isDirectory()) found[path.slice(root.length + 1)] = one.isFile() ? await readFile(path, 'utf8') : 'link'
  }
  return found
}

describe('reading a folder', () => {
  it('gives its files by path, sorted, with plain line ends; not those below it or of other kinds', async () => {
    const root = await folder({
      'd/b.yaml': 'b\r\n',
      'd/a.yaml': 'a\n',
      'd/e/c.yaml': 'c',
      'd/x.txt': 'x',
      'a.yaml': 'a',
    })
    expect([...readFolder(root, 'd', '.yaml')]).toEqual([
      ['d/a.yaml', 'a\n'],
      ['d/b.yaml', 'b\n'],
    ])
    expect([...readFolder(root, '.', '.yaml').keys()]).toEqual(['a.yaml'])
  })

  it('that is not there gives none', async () => {
    expect(readFolder(await folder(), 'no/such', '.yaml').size).toBe(0)
  })

  it('refuses a link among the files, wherever it leads', async () => {
    const root = await folder({ 'd/a.yaml': 'a' })
    await symlink('a.yaml', join(root, 'd/b.yaml'))
    expect(() => readFolder(root, 'd', '.yaml')).toThrow('d/b.yaml is a link')
  })

  it.each(['d', 'up'])('refuses a link on the way (%s)', async (name) => {
    const root = await folder({ 'real/e/a.yaml': 'a' })
    await symlink(join(root, 'real'), join(root, name))
    expect(() => readFolder(root, `${name}/e`, '.yaml')).toThrow(Refusal)
    expect(() => readOptional(root, `${name}/e/a.yaml`)).toThrow(Refusal)
  })

  it.each(['..', '../other', 'd/../..', 'd/..'])('refuses %s', async (path) => {
    const made = await folder({ 'd/a.yaml': 'a' })
    expect(() => readFolder(made, path, '.yaml')).toThrow('out of its folder')
  })

  it.each(['.git', 'd/.GIT'])("refuses %s, which is git's", async (path) => {
    const made = await folder({ '.git/a.yaml': 'a', 'd/.GIT/a.yaml': 'a' })
    expect(() => readFolder(made, path, '.yaml')).toThrow("git's own")
    expect(() => readOptional(made, `${path}/a.yaml`)).toThrow("git's own")
    expect(() => writeFiles(made, new Map([[`${path}/b.yaml`, 'b']]))).toThrow("git's own")
  })

  it('refuses a file where the folder belongs', async () => {
    const made = await folder({ d: 'x' })
    expect(() => readFolder(made, 'd', '.yaml')).toThrow('d is a file, not a folder.')
    expect(() => readFolder(made, 'd/e', '.yaml')).toThrow('d is a file, not a folder.')
  })
})

describe('reading one file', () => {
  it.each([
    ['there', 'images.yaml', 'text'],
    ['missing', 'other.yaml', null],
    ['below a missing folder', 'a/b.yaml', null],
  ])('%s', async (_, path, text) => {
    expect(readOptional(await folder({ 'images.yaml': 'text' }), path)).toBe(text)
  })

  it('refuses one that is too large', async () => {
    const root = await folder({ 'd/a.yaml': '12345', 'd/large.yaml': '' })
    expect(readOptional(root, 'd/a.yaml', { bytes: 5 })).toBe('12345')
    expect(() => readOptional(root, 'd/a.yaml', { bytes: 4 })).toThrow('d/a.yaml has 5 bytes')
    await truncate(join(root, 'd/large.yaml'), 64 * 1024 * 1024 + 1)
    expect(() => readFolder(root, 'd', '.yaml')).toThrow('d/large.yaml has 67108865 bytes')
  })

  it('refuses a link and a folder', async () => {
    const root = await folder({ 'a.yaml': 'a', 'd/x': '' })
    await symlink('/etc/passwd', join(root, 'link.yaml'))
    expect(() => readOptional(root, 'link.yaml')).toThrow('link.yaml is a link')
    expect(() => readOptional(root, 'd')).toThrow('d is a folder, not a file.')
  })
})

describe('reading the state', () => {
  it('gives records by name, archive included; other files are nobody’s business', async () => {
    const root = await folder({
      'images/a.yaml': 'name: a\n',
      'base-images/b.c-1.yaml': 'name: b\n',
      '_archive/images/d.yaml': 'name: d\n',
      '_archive/base-images/e.yaml': 'name: e\n',
      'images/.hidden.yaml': '[',
      'images/README.md': 'x',
      'images/-x.yaml': '[',
    })
    const state = readState(root)
    expect(
      [state.images, state.bases, state.archivedImages, state.archivedBases].map((one) => [...one.keys()]),
    ).toEqual([['a'], ['b.c-1'], ['d'], ['e']])
    expect(state.texts.size).toBe(4)
  })

  it('names every file that cannot be read, with its place', async () => {
    const root = await folder({
      'images/a.yaml': '- x\n',
      'base-images/b.yaml': 'a: 1\na: 2\n',
      'images/c.yaml': 'ok: 1\n',
    })
    let error: unknown = null
    try {
      readState(root)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(Refusal)
    expect((error as Refusal).problems).toMatchObject([
      { file: 'images/a.yaml', line: 1 },
      { file: 'base-images/b.yaml', line: 2 },
    ])
  })
})

describe('writing', () => {
  it('writes, replaces and deletes, makes folders, keeps what is not named', async () => {
    const root = await folder({ 'd/old.yaml': 'old', 'd/gone.yaml': 'x', 'd/foreign.yaml': 'mine', README: 'r' })
    const changes = new Map([
      ['d/old.yaml', 'new\n'],
      ['d/gone.yaml', null],
      ['d/missing.yaml', null],
      ['nowhere/missing.yaml', null],
      ['e/f/new.yaml', 'n\n'],
    ])
    writeFiles(root, changes)
    expect(await contents(root)).toEqual({
      'd/old.yaml': 'new\n',
      'd/foreign.yaml': 'mine',
      'e/f/new.yaml': 'n\n',
      README: 'r',
    })
    expect((await readdir(root)).sort()).toEqual(['README', 'd', 'e'])
  })

  it('a text in pieces, however long, like one that is whole', async () => {
    const pieces = ['', ...Array.from({ length: 50 }, (_, n) => `${n} − 🏭\n`.repeat(7000)), '\u00e9']
    const root = await folder()
    writeFiles(root, new Map([['d/pieces.md', pieces.values()]]))
    writeFiles(root, new Map([['d/whole.md', pieces.join('')]]))
    const { 'd/pieces.md': inPieces, 'd/whole.md': whole, ...others } = await contents(root)
    expect(inPieces === whole).toBe(true)
    expect(whole).toHaveLength(pieces.join('').length)
    expect(others).toEqual({})
  })

  it('nothing when a piece cannot be made', async () => {
    const root = await folder({ 'd/a.md': 'before' })
    function* failing() {
      yield 'x'.repeat(2 * 1024 * 1024)
      throw new Error('no more')
    }
    expect(() => writeFiles(root, new Map([['d/a.md', failing()]]))).toThrow('no more')
    expect(await contents(root)).toEqual({ 'd/a.md': 'before' })
  })

  it.each([
    ['a folder where a file goes', async (root: string) => mkdir(join(root, 'd/z.yaml'), { recursive: true })],
    ['a link where a file goes', async (root: string) => symlink('/etc/passwd', join(root, 'd/z.yaml'))],
    ['a dangling link where a file goes', async (root: string) => symlink('/nowhere', join(root, 'd/z.yaml'))],
    ['a link where the folder goes', async (root: string) => symlink('/tmp', join(root, 'z'))],
    ['a file where the folder goes', async (root: string) => writeFile(join(root, 'z'), 'x')],
  ])('nothing when there is %s', async (_, spoil) => {
    const root = await folder({ 'd/a.yaml': 'before', 'd/gone.yaml': 'x' })
    await spoil(root)
    const before = await contents(root)
    const target = (await readdir(root)).includes('z') ? 'z/new.yaml' : 'd/z.yaml'
    const changes = new Map([
      ['d/a.yaml', 'after'],
      ['new/b.yaml', 'b'],
      ['d/gone.yaml', null],
      [target, 'z'],
    ])
    expect(() => writeFiles(root, changes)).toThrow(Refusal)
    expect(await contents(root)).toEqual(before)
    expect(await readdir(root)).not.toContain('new')
  })

  it.each([
    ['a folder', `d/${'x'.repeat(300)}/b.yaml`],
    ['a file', `d/${'x'.repeat(300)}.yaml`],
  ])('nothing when the name of %s is too long for the disk', async (_, long) => {
    const root = await folder({ 'd/a.yaml': 'before' })
    const changes = new Map([
      [long, 'b'],
      ['d/a.yaml', 'after'],
    ])
    expect(() => writeFiles(root, changes)).toThrow()
    expect(await contents(root)).toEqual({ 'd/a.yaml': 'before' })
  })

  it('what runs that were cut off left is removed, where something is written; nothing else is', async () => {
    const side = (pid: number) => `.image-factory-${pid}-0123456789ab-7.tmp`
    // Of a process that cannot be there, and of one that surely is.
    const [gone, alive] = [side(2 ** 31 - 2), side(process.ppid)]
    const left = ['d', 'e', 'f'].flatMap((name) => [`${name}/${gone}`, `${name}/${alive}`, `${name}/.${gone}`])
    const root = await folder(Object.fromEntries([...left, `d/${side(process.pid)}`].map((path) => [path, 'half'])))
    removeLeftovers(root, ['e', 'missing'])
    writeFiles(root, new Map([['d/a.yaml', 'a']]))
    expect(Object.keys(await contents(root)).sort()).toEqual(
      ['d/a.yaml', ...left.filter((path) => path.startsWith('f/') || !path.endsWith(`/${gone}`))].sort(),
    )
  })

  it('nothing outside the folder', async () => {
    const outer = await folder({ 'root/x': '' })
    expect(() => writeFiles(join(outer, 'root'), new Map([['../out.yaml', 'x']]))).toThrow(Refusal)
    expect(() => writeFiles(join(outer, 'root'), new Map([['../x/out.yaml', 'x']]))).toThrow(Refusal)
    expect(await contents(outer)).toEqual({ 'root/x': '' })
  })
})
