import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readDockerCredentials } from '../../../src/registry/index.js'
import { tempFolder } from '../../support/temp-folder.js'

describe("docker's configuration", () => {
  const auth = (text: string) => Buffer.from(text).toString('base64')

  async function configured(config: unknown) {
    const { path } = await tempFolder()
    await writeFile(join(path, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config))
    return path
  }

  async function ask(config: unknown, registry: string, env: Record<string, string> = {}) {
    const warnings: string[] = []
    const credentials = readDockerCredentials({ DOCKER_CONFIG: await configured(config), ...env }, (text) =>
      warnings.push(text),
    )
    return { login: await credentials(registry), warnings }
  }

  it.each([
    ['ghcr.io', { 'ghcr.io': { auth: auth('me:pass:word') } }],
    ['ghcr.io', { 'https://ghcr.io': { auth: auth('me:pass:word') } }],
    ['docker.io', { 'https://index.docker.io/v1/': { auth: auth('me:pass:word') } }],
  ])('knows the login of %s', async (registry, auths) => {
    expect(await ask({ auths }, registry)).toEqual({ login: { username: 'me', password: 'pass:word' }, warnings: [] })
  })

  it('gives no registry the login of another', async () => {
    const auths = { 'ghcr.io': { auth: auth('me:secret') } }
    for (const other of ['ghcr.io.evil.tld', 'xghcr.io', 'docker.io', '__proto__', 'constructor']) {
      expect((await ask({ auths }, other)).login).toBeNull()
    }
  })

  it('that is broken is told without what is in it', async () => {
    const { login, warnings } = await ask('{"auths": {"ghcr.io": {"auth": "c2VjcmV0', 'ghcr.io')
    expect(login).toBeNull()
    expect(warnings).toEqual([expect.stringContaining('cannot be read')])
    expect(warnings.join()).not.toContain('c2VjcmV0')
  })

  it('that is not there is nothing to talk about', async () => {
    const { path } = await tempFolder()
    const warnings: string[] = []
    const credentials = readDockerCredentials({ DOCKER_CONFIG: join(path, 'none') }, (text) => warnings.push(text))
    expect(await credentials('ghcr.io')).toBeNull()
    expect(warnings).toEqual([])
  })

  it.skipIf(process.platform === 'win32')('asks the helper of a registry by its protocol', async () => {
    const { path } = await tempFolder()
    await mkdir(join(path, 'bin'))
    const helper = join(path, 'bin', 'docker-credential-fake')
    const script =
      'read -r host; test "$1" = get && test "$host" = ecr.example.com || exit 1; printf \'{"Username":"AWS","Secret":"s3"}\''
    await writeFile(helper, `#!/bin/sh\n${script}\n`)
    await chmod(helper, 0o755)
    const env = { PATH: `${join(path, 'bin')}${delimiter}${process.env.PATH ?? ''}` }
    const config = {
      credHelpers: { 'ecr.example.com': 'fake', 'other.example.com': 'fake', 'gone.example.com': 'gone' },
    }
    expect((await ask(config, 'ecr.example.com', env)).login).toEqual({ username: 'AWS', password: 's3' })
    expect(await ask(config, 'other.example.com', env)).toEqual({ login: null, warnings: [] })
    expect((await ask(config, 'gone.example.com', env)).warnings).toEqual([expect.stringContaining('cannot be run')])
    expect((await ask({ credHelpers: { 'x.example.com': '../../bin/sh' } }, 'x.example.com', env)).login).toBeNull()
  })
})
