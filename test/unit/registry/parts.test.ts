import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { addressKind } from '../../../src/registry/addresses.js'
import { readChallenge } from '../../../src/registry/challenge.js'
import { apiUrl, isAskable, isForbiddenHost, mayHaveCredentials } from '../../../src/registry/hosts.js'
import { readDockerCredentials } from '../../../src/registry/index.js'
import { tempFolder } from '../../support/temp-folder.js'

describe('challenges', () => {
  it.each([
    [
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull"',
      {
        scheme: 'bearer',
        realm: 'https://auth.docker.io/token',
        service: 'registry.docker.io',
        scope: 'repository:a/b:pull',
      },
    ],
    ['bearer realm=https://x/t', { scheme: 'bearer', realm: 'https://x/t', service: null, scope: null }],
    [
      'Basic realm="a", Bearer realm="https://x/t"',
      { scheme: 'bearer', realm: 'https://x/t', service: null, scope: null },
    ],
    ['Basic realm="a, b"', { scheme: 'basic' }],
    ['Bearer realm="a\\"b"', { scheme: 'bearer', realm: 'a"b', service: null, scope: null }],
    ['Bearer service="x"', null],
    ['Negotiate', null],
    [null, null],
  ])('%s', (header, expected) => {
    expect(readChallenge(header)).toEqual(expected)
  })
})

describe('the token flow of', () => {
  const bearer = (realm: string, service: string, scope: string) =>
    `Bearer realm="${realm}",service="${service}",scope="${scope}"`

  /** As the registries challenge an anonymous request; MCR asks for nothing. */
  it.each([
    ['docker.io', bearer('https://auth.docker.io/token', 'registry.docker.io', 'repository:library/node:pull'), true],
    ['ghcr.io', bearer('https://ghcr.io/token', 'ghcr.io', 'repository:user/image:pull'), true],
    ['quay.io', bearer('https://quay.io/v2/auth', 'quay.io', 'repository:org/app:pull'), true],
    ['gcr.io', bearer('https://gcr.io/v2/token', 'gcr.io', 'repository:distroless/static:pull'), true],
    ['us-docker.pkg.dev', bearer('https://us-docker.pkg.dev/v2/token', '', 'repository:p/r/app:pull'), true],
    ['public.ecr.aws', bearer('https://public.ecr.aws/token/', 'public.ecr.aws', 'aws'), true],
    ['registry.gitlab.com', bearer('https://gitlab.com/jwt/auth', 'container_registry', 'repository:a/b:pull'), true],
    ['acme.azurecr.io', bearer('https://acme.azurecr.io/oauth2/token', 'acme.azurecr.io', 'repository:a:pull'), true],
    ['registry.example.com', bearer('https://auth.evil.tld/token', 'x', 'repository:a:pull,push'), false],
  ])('%s is understood, and whether its credentials go there', (registry, header, trusted) => {
    const challenge = readChallenge(header)
    if (challenge?.scheme !== 'bearer') throw new Error('no bearer')
    expect(isAskable(new URL(challenge.realm))).toBe(true)
    expect(mayHaveCredentials(registry, new URL(challenge.realm))).toBe(trusted)
  })

  it.each([
    [
      'a private Amazon registry',
      'Basic realm="https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/",service="ecr.amazonaws.com"',
    ],
    ['a plain registry:2 with htpasswd', 'Basic realm="Registry Realm"'],
  ])('%s', (_, header) => {
    expect(readChallenge(header)).toEqual({ scheme: 'basic' })
  })
})

describe('addresses', () => {
  it.each([
    ['8.8.8.8', 'public'],
    ['2606:4700::1111', 'public'],
    ['10.0.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['172.32.0.1', 'public'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['fd00::1', 'private'],
    ['127.0.0.53', 'loopback'],
    ['::1', 'loopback'],
    ['0.0.0.0', 'forbidden'],
    ['::', 'forbidden'],
    ['169.254.169.254', 'forbidden'],
    ['168.63.129.16', 'forbidden'],
    ['100.100.100.200', 'forbidden'],
    ['224.0.0.1', 'forbidden'],
    ['255.255.255.255', 'forbidden'],
    ['fe80::1', 'forbidden'],
    ['fe80::1%eth0', 'forbidden'],
    ['fd00:ec2::254', 'forbidden'],
    ['::ffff:169.254.169.254', 'forbidden'],
    ['::ffff:a9fe:a9fe', 'forbidden'],
    ['::ffff:10.0.0.1', 'private'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['64:ff9b::10.0.0.1', 'private'],
    ['64:ff9b::808:808', 'public'],
    ['2002:a9fe:a9fe::', 'forbidden'],
    ['example.com', 'forbidden'],
    ['', 'forbidden'],
  ])('%s is %s', (address, nearness) => {
    expect(addressKind(address)).toBe(nearness)
  })
})

describe('hosts', () => {
  it.each([
    ['docker.io', 'https://registry-1.docker.io'],
    ['ghcr.io', 'https://ghcr.io'],
    ['localhost:5000', 'http://localhost:5000'],
    ['127.0.0.1:5000', 'http://127.0.0.1:5000'],
    ['[::1]:5000', 'http://[::1]:5000'],
    ['127.0.0.1.evil.tld', 'https://127.0.0.1.evil.tld'],
  ])('the API of %s is at %s', (registry, url) => {
    expect(apiUrl(registry)).toBe(url)
  })

  it.each([
    ['docker.io', 'https://auth.docker.io/token', true],
    ['docker.io', 'https://auth.docker.io.evil.tld/token', false],
    ['docker.io', 'http://auth.docker.io/token', false],
    ['ghcr.io', 'https://ghcr.io/token', true],
    ['ghcr.io', 'https://ghcr.io:444/token', false],
    ['registry.gitlab.com', 'https://gitlab.com/jwt/auth', true],
    ['registry.gitlab.example.com', 'https://gitlab.example.com/jwt/auth', true],
    ['evil.com', 'https://com/token', false],
    ['acme.azurecr.io', 'https://azurecr.io/token', false],
    ['gitlab.example.com.evil.tld', 'https://gitlab.example.com/jwt', false],
  ])('credentials of %s go to %s: %s', (registry, realm, expected) => {
    expect(mayHaveCredentials(registry, new URL(realm))).toBe(expected)
  })

  it.each([
    ['169.254.169.254', true],
    ['[fd00:ec2::254]', true],
    ['[::ffff:169.254.169.254]', true],
    ['0xa9fea9fe', true],
    ['169.0xfe.169.254:80', true],
    ['Metadata.Google.Internal.', true],
    ['127.0.0.1:5000', false],
    ['10.0.0.7:5000', false],
    ['ghcr.io', false],
    ['1password.com', false],
  ])('%s is forbidden: %s', (host, expected) => {
    expect(isForbiddenHost(host)).toBe(expected)
  })

  it.each(['https://user:pass@ghcr.io/', 'http://ghcr.io/', 'ftp://ghcr.io/'])('%s is not asked', (url) => {
    expect(isAskable(new URL(url))).toBe(false)
  })
})

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
