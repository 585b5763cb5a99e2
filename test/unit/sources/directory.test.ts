import { execFileSync } from 'node:child_process'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FileRequest, readFromDirectory, requestKey } from '../../../src/sources/index.js'
import { MAX_FILE_BYTES } from '../../../src/sources/source-file.js'
import { removeTempFolders, tempFolder } from '../../support/temp-folder.js'

let root = ''

beforeAll(async () => {
  root = (await tempFolder()).path
  const files: Record<string, string | Buffer> = {
    'org/app/Dockerfile': 'FROM a:1\n',
    'org/app/deep/er/Dockerfile.prod': 'FROM b:1\n',
    'org/app/empty': '',
    'org/app/binary': Buffer.from([70, 0, 1]),
    'org/app/latin': Buffer.from([0x23, 0xe9, 0x0a]),
    'org/app/large': Buffer.alloc(MAX_FILE_BYTES + 1, 'x'),
    'org/app/largest': Buffer.alloc(MAX_FILE_BYTES, 'x'),
    'org/other/Dockerfile': 'SECRET\n',
    'org/app-secret/Dockerfile': 'SECRET\n',
    'group/sub/app/Dockerfile': 'FROM c:1\n',
    'org/app/.git/config': 'SECRET\n',
    'org/app/sub/.GIT/config': 'SECRET\n',
    secret: 'SECRET\n',
  }
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), content)
  }
  await symlink('../../secret', join(root, 'org/app/out'))
  await symlink('/etc', join(root, 'org/app/etc'))
  await symlink('../app-secret', join(root, 'org/app/neighbour'))
  await symlink('Dockerfile', join(root, 'org/app/inside'))
  await symlink('deep', join(root, 'org/app/folder-inside'))
  await symlink('app', join(root, 'org/linked'))
  await symlink('org', join(root, 'linked'))
  await symlink('nowhere', join(root, 'org/app/dangling'))
  await symlink('loop', join(root, 'org/app/loop'))
  execFileSync('mkfifo', [join(root, 'org/app/fifo')])
})

afterAll(removeTempFolders)

async function read(path: string, repo = 'org/app', branch: string | null = null) {
  const request: FileRequest = { provider: 'github', repo, branch, path }
  return (await readFromDirectory(root).read([request])).get(requestKey(request))
}

describe('a checkout', () => {
  it.each([
    ['Dockerfile', 'FROM a:1\n'],
    ['deep/er/Dockerfile.prod', 'FROM b:1\n'],
    ['./deep/./er/Dockerfile.prod', 'FROM b:1\n'],
    ['empty', ''],
    ['latin', '#\ufffd\n'],
  ])('%s', async (path, text) => {
    expect(await read(path)).toEqual({ kind: 'found', text, branch: null })
  })

  it('of GitLab, with a group in a group', async () => {
    expect(await read('Dockerfile', 'group/sub/app')).toMatchObject({ text: 'FROM c:1\n' })
  })

  it('is read whatever branch is asked for', async () => {
    expect(await read('Dockerfile', 'org/app', 'dev')).toMatchObject({ kind: 'found', branch: 'dev' })
  })

  it('holds a file as large as may be', async () => {
    expect(await read('largest')).toMatchObject({ kind: 'found' })
  })
})

describe('what cannot be read says why', () => {
  it.each([
    ['no such repository', 'Dockerfile', 'org/none', 'there is no checkout of org/none in the sources folder.'],
    ['a file for a repository', 'Dockerfile', 'secret/x', 'there is no checkout of secret/x in the sources folder.'],
    ['no such file', 'Nope', 'org/app', 'org/app has no file Nope.'],
    ['a file for a folder', 'Dockerfile/x', 'org/app', 'org/app has no file Dockerfile/x.'],
    ['a folder', 'deep', 'org/app', 'deep of org/app is not a file.'],
    ['a link out of the repository', 'out', 'org/app', 'out of org/app is a link.'],
    ['a folder that is a link out', 'etc/passwd', 'org/app', 'etc/passwd of org/app is a link.'],
    [
      'a link to a neighbour with the same beginning',
      'neighbour/Dockerfile',
      'org/app',
      'neighbour/Dockerfile of org/app is a link.',
    ],
    ['a link inside', 'inside', 'org/app', 'inside of org/app is a link.'],
    ['a folder that is a link inside', 'folder-inside/er/x', 'org/app', 'folder-inside/er/x of org/app is a link.'],
    ['a dangling link', 'dangling', 'org/app', 'dangling of org/app is a link.'],
    ['a link to itself', 'loop', 'org/app', 'loop of org/app is a link.'],
    ['a repository that is a link', 'Dockerfile', 'org/linked', 'org/linked is a link in the sources folder.'],
    ['an owner that is a link', 'Dockerfile', 'linked/app', 'linked/app is a link in the sources folder.'],
    ['what git keeps', '.git/config', 'org/app', 'org/app has no file .git/config.'],
    [
      'what git keeps, on a disk that knows no capitals',
      'sub/.GIT/config',
      'org/app',
      'org/app has no file sub/.GIT/config.',
    ],
    ['a named pipe', 'fifo', 'org/app', 'fifo of org/app is not a file.'],
    ['too large', 'large', 'org/app', `large of org/app has ${MAX_FILE_BYTES + 1} bytes.`],
    ['binary', 'binary', 'org/app', 'binary of org/app is binary.'],
    ['a way out', '../other/Dockerfile', 'org/app', 'org/app has no file ../other/Dockerfile.'],
    ['a way out by the repository', 'passwd', '../../etc', 'there is no checkout of ../../etc in the sources folder.'],
    ['an absolute path', '/etc/passwd', 'org/app', 'org/app has no file /etc/passwd.'],
  ])('%s', async (_, path, repo, message) => {
    expect(await read(path, repo)).toEqual({
      kind: 'failed',
      reason: message.includes('in the sources folder')
        ? 'repository'
        : message.includes('has no file')
          ? 'file'
          : 'content',
      message,
      remedy: expect.stringMatching(/\.$/),
    })
  })

  it('a socket', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(join(root, 'org/app/socket'), resolve))
    expect(await read('socket')).toMatchObject({
      kind: 'failed',
      message: 'socket of org/app is not a file.',
    })
    await new Promise((resolve) => server.close(resolve))
  })

  it('a name too long for the disk', async () => {
    expect(await read('x'.repeat(5000))).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('ENAMETOOLONG'),
    })
  })

  it('one failure does not take the others with it', async () => {
    const requests = ['Nope', 'Dockerfile', 'Nope'].map(
      (path): FileRequest => ({ provider: 'github', repo: 'org/app', branch: null, path }),
    )
    const answers = await readFromDirectory(root).read(requests)
    expect([...answers.values()].map((one) => one.kind)).toEqual(['failed', 'found'])
  })
})
