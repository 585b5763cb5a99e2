import { describe, expect, it } from 'vitest'
import { protocolOf } from '../../../src/publish/git.js'
import { checkedRef } from '../../../src/publish/work-tree.js'

describe('an address that git may be given', () => {
  it.each([
    ['https://github.com/acme/state', 'https'],
    ['https://ghe.example:8443/acme/state.git', 'https'],
    ['http://localhost:8080/acme/state', 'http'],
    ['http://127.0.0.1/acme/state', 'http'],
    ['http://[::1]:1/acme/state', 'http'],
    ['/srv/git/state.git', 'file'],
    ['C:\\git\\state', 'file'],
    ['file:///srv/git/state.git', 'file'],
  ])('%s: %s and nothing else', (url, protocol) => {
    expect(protocolOf(url)).toBe(protocol)
  })

  it.each([
    'http://github.com/acme/state',
    'http://127.0.0.1.evil.example/x',
    'ext::sh -c touch% x',
    'ssh://git@github.com/acme/state',
    'git@github.com:acme/state',
    'git://github.com/acme/state',
    'ftp://github.com/x',
    '--upload-pack=touch x',
    '-oProxyCommand=x',
    'state.git',
    '',
  ])('%j is none', (url) => {
    expect(() => protocolOf(url)).toThrow('Use an https address')
  })
})

describe('a ref that git may be given', () => {
  it.each(['refs/heads/main', 'refs/heads/ünïcode', 'refs/pull/1/merge', 'refs/heads/a+b@c=d', '0123abcd'.repeat(5)])(
    '%s',
    (ref) => {
      expect(checkedRef(ref)).toBe(ref)
    },
  )

  it.each([
    '',
    '-x',
    '--upload-pack=x',
    'refs/heads/a:refs/heads/b',
    'refs/heads/*',
    'refs/heads/a b',
    'refs/heads/a\nb',
    'refs/heads/../x',
    'refs/heads/a..b',
    'refs/heads/@{-1}',
    'refs/heads/a^{tree}',
    'a~1',
    'refs/heads//x',
    'refs/heads/x/',
    'refs/heads/x.',
    'refs\\heads\\x',
  ])('not %j', (ref) => {
    expect(() => checkedRef(ref)).toThrow('is not a valid branch name')
  })
})
