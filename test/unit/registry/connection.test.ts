import { describe, expect, it } from 'vitest'
import { apiUrl, isAllowedUrl, isForbiddenHost, mayHaveCredentials } from '../../../src/registry/connection.js'
import { readChallenge } from '../../../src/registry/requests.js'

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
    // A private Amazon registry, and a plain registry:2 with htpasswd.
    [
      'Basic realm="https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/",service="ecr.amazonaws.com"',
      { scheme: 'basic' },
    ],
    ['Basic realm="Registry Realm"', { scheme: 'basic' }],
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
    expect(isAllowedUrl(new URL(challenge.realm))).toBe(true)
    expect(mayHaveCredentials(registry, new URL(challenge.realm))).toBe(trusted)
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
    ['docker.io', 'https://auth.docker.io.evil.tld/token', false],
    ['docker.io', 'http://auth.docker.io/token', false],
    ['ghcr.io', 'https://ghcr.io:444/token', false],
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
    expect(isAllowedUrl(new URL(url))).toBe(false)
  })
})
