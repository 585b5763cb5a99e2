import { parse, visit } from 'graphql'
import { describe, expect, it } from 'vitest'
import { type FileAnswer, type FileRequest, failed, readFromGitHub, requestKey } from '../../../src/sources/index.js'

interface Asked {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
}

interface Repository {
  readonly defaultBranch: string | null
  /** Files by `BRANCH:PATH`. */
  readonly files: Readonly<Record<string, object | null>>
}

const blob = (text: string | null, more: object = {}) => ({
  __typename: 'Blob',
  text,
  byteSize: text?.length ?? 0,
  isBinary: false,
  isTruncated: false,
  ...more,
})

/** GitHub as far as it matters: runs the query by its syntax tree, so aliases and variables are what they say. */
function gitHub(repositories: Readonly<Record<string, Repository>>, asked: Asked[] = []) {
  return async (query: string, variables: Readonly<Record<string, unknown>>): Promise<unknown> => {
    asked.push({ query, variables })
    const data: Record<string, unknown> = {}
    const errors: object[] = []
    let repository: Repository | undefined
    let reply: Record<string, unknown> = {}
    visit(parse(query), {
      Field(node) {
        const alias = node.alias?.value ?? node.name.value
        const [first, second] = (node.arguments ?? []).map(({ value }) =>
          value.kind === 'Variable' ? String(variables[value.name.value]) : `literal ${value.kind}`,
        )
        if (node.name.value === 'repository') {
          repository = repositories[`${first}/${second}`]
          reply = { defaultBranchRef: repository?.defaultBranch ? { name: repository.defaultBranch } : null }
          data[alias] = repository === undefined ? null : reply
          if (repository === undefined) errors.push({ message: 'Could not resolve to a Repository.', path: [alias] })
        }
        const branches = new Set(Object.keys(repository?.files ?? {}).map((key) => key.split(':')[0]))
        if (node.name.value === 'object') {
          reply[alias] = repository?.files[String(first).replace(/^HEAD:/, `${repository.defaultBranch}:`)] ?? null
        }
        if (node.name.value === 'ref')
          reply[alias] = branches.has(String(first).slice('refs/heads/'.length)) ? { name: first } : null
      },
    })
    if (errors.length > 0) throw Object.assign(new Error('Request failed'), { data, errors })
    return data
  }
}

const request = (repo: string, path: string, branch: string | null = null): FileRequest => ({
  provider: 'github',
  repo,
  branch,
  path,
})

async function ask(
  requests: readonly FileRequest[],
  graphql: Parameters<typeof readFromGitHub>[0],
): Promise<FileAnswer[]> {
  const answers = await readFromGitHub(graphql, 'github.com').read(requests)
  return requests.map((one) => answers.get(requestKey(one)) ?? failed('unreachable', 'NO ANSWER', ''))
}

const WORLD = {
  'org/app': {
    defaultBranch: 'trunk',
    files: {
      'trunk:Dockerfile': blob('FROM a:1\n'),
      'dev:Dockerfile': blob('FROM a:2\n'),
      'trunk:logo.png': blob(null, { isBinary: true }),
      'trunk:huge': blob('FROM', { isTruncated: true, byteSize: 900_000 }),
      'trunk:docker': { __typename: 'Tree' },
      'trunk:empty': blob(''),
      'trunk:link': blob('../docker/Dockerfile'),
    },
  },
  'org/web': { defaultBranch: 'main', files: { 'main:a/Dockerfile': blob('FROM b:1\n') } },
  'org/new': { defaultBranch: null, files: {} },
}

describe('files of GitHub', () => {
  it.each([
    ['of the default branch', request('org/app', 'Dockerfile'), { text: 'FROM a:1\n', branch: 'trunk' }],
    ['of a branch', request('org/app', 'Dockerfile', 'dev'), { text: 'FROM a:2\n', branch: 'dev' }],
    ['without anything in it', request('org/app', 'empty'), { text: '', branch: 'trunk' }],
  ])('%s', async (_, one, expected) => {
    expect(await ask([one], gitHub(WORLD))).toEqual([{ kind: 'found', ...expected }])
  })

  it.each([
    [
      'no repository',
      request('org/none', 'Dockerfile'),
      /^there is no repository org\/none, or the token may not see it \(github.com says: Could not/,
    ],
    ['no branch', request('org/app', 'Dockerfile', 'gone'), /^org\/app has no branch gone\.$/],
    ['no file', request('org/app', 'Nope', 'dev'), /^there is no Nope of org\/app \(dev\)\.$/],
    ['no file in the default branch', request('org/app', 'Nope'), /^there is no Nope of org\/app \(trunk\)\.$/],
    ['an empty repository', request('org/new', 'Dockerfile'), /^there is no Dockerfile of org\/new \(no branch\)\.$/],
    ['a folder', request('org/app', 'docker'), /^docker of org\/app \(trunk\) is not a file\.$/],
    [
      'a symbolic link',
      request('org/app', 'link'),
      /^link of org\/app \(trunk\) is a symbolic link to \.\.\/docker\/Dockerfile\.$/,
    ],
    ['binary', request('org/app', 'logo.png'), /^logo.png of org\/app \(trunk\) is binary\.$/],
    ['cut off', request('org/app', 'huge'), /^huge of org\/app \(trunk\) is too large \(900000 bytes\)\.$/],
    [
      'of GitLab',
      { ...request('org/app', 'Dockerfile'), provider: 'gitlab' as const },
      /^org\/app is on gitlab, and github.com is not contacted/,
    ],
  ])('%s', async (_, one, message) => {
    expect(await ask([one], gitHub(WORLD))).toMatchObject([
      { kind: 'failed', message: expect.stringMatching(message), remedy: expect.stringMatching(/\.$/) },
    ])
  })

  it('a repository that is missing does not take the others with it', async () => {
    const answers = await ask(
      [request('org/none', 'x'), request('org/app', 'Dockerfile'), request('org/web', 'a/Dockerfile')],
      gitHub(WORLD),
    )
    expect(answers.map((one) => one.kind)).toEqual(['failed', 'found', 'found'])
  })

  it('a repository the token may not read is told apart from one that is not there', async () => {
    const forbidden = async () => {
      const errors = [{ type: 'FORBIDDEN', message: 'Resource protected by organization SAML.', path: ['r0'] }]
      throw Object.assign(new Error('partial'), { data: { r0: null }, errors })
    }
    expect(await ask([request('o/r', 'a')], forbidden)).toMatchObject([
      {
        reason: 'unreachable',
        message: expect.stringMatching(/^the token cannot read o\/r \(github.com says: Resource/),
      },
    ])
  })

  it('a file GitHub has trouble with says which', async () => {
    const trouble = async () => {
      const data = { r0: { defaultBranchRef: { name: 'main' }, f0: null, f1: blob('FROM a\n') } }
      throw Object.assign(new Error('partial'), {
        data,
        errors: [{ message: 'Something went wrong.', path: ['r0', 'f0'] }],
      })
    }
    expect(await ask([request('o/r', 'a'), request('o/r', 'b')], trouble)).toMatchObject([
      { kind: 'failed', message: 'github.com could not read a of o/r: Something went wrong.' },
      { kind: 'found', text: 'FROM a\n' },
    ])
  })

  it.each([
    ['an error of the network', new Error('ECONNRESET')],
    ['an error without data', Object.assign(new Error('Bad credentials'), { status: 401 })],
    [
      'errors about the whole request',
      Object.assign(new Error('timeout'), { data: null, errors: [{ message: 'timeout' }] }),
    ],
    ['something that is no error', 'what?'],
    ['nothing', undefined],
  ])('%s fails every file of the request', async (_, error) => {
    const answers = await ask([request('org/app', 'Dockerfile'), request('org/web', 'x')], async () =>
      Promise.reject(error),
    )
    expect(answers).toMatchObject([
      { kind: 'failed', message: expect.stringMatching(/^org\/app could not be read from github.com: /) },
      { kind: 'failed', message: expect.stringMatching(/^org\/web could not be read from github.com: /) },
    ])
  })
})

describe('requests', () => {
  const many = (count: number) => Array.from({ length: count }, (_, n) => request(`org/r${n % 50}`, `d${n}/Dockerfile`))

  it.each([
    [0, 0],
    [1, 1],
    [100, 1],
    [101, 2],
    [500, 5],
  ])('%i files take %i', async (files, requests) => {
    const asked: Asked[] = []
    await ask(many(files), gitHub({}, asked))
    expect(asked).toHaveLength(requests)
  })

  it('the same file is asked for once', async () => {
    const asked: Asked[] = []
    await ask(
      Array.from({ length: 300 }, () => request('org/app', 'Dockerfile', 'dev')),
      gitHub(WORLD, asked),
    )
    expect(asked).toHaveLength(1)
    expect(asked[0]?.query.match(/object\(/g)).toHaveLength(1)
  })

  it('files of one branch and of the default branch are told apart', async () => {
    const both = [request('org/app', 'Dockerfile'), request('org/app', 'Dockerfile', 'dev')]
    expect(await ask(both, gitHub(WORLD))).toMatchObject([{ text: 'FROM a:1\n' }, { text: 'FROM a:2\n' }])
  })

  it('every string of a user is a variable; the query is the same whatever they are', async () => {
    const evil = ['") { x }', '$o0', '"\\', '}}}', '# ', '\n']
    const asked: Asked[] = []
    await ask(
      evil.map((text) => request(`${text}/${text}`, text, text)),
      gitHub({}, asked),
    )
    await ask(
      evil.map((_, n) => request(`o/r${n}`, `f${n}`, 'main')),
      gitHub({}, asked),
    )
    expect(asked[0]?.query).toBe(asked[1]?.query)
    expect(Object.keys(asked[0]?.variables ?? {}).sort()).toEqual(Object.keys(asked[1]?.variables ?? {}).sort())
    const sent = Object.values(asked[0]?.variables ?? {})
    for (const text of evil)
      expect(sent).toEqual(expect.arrayContaining([`${text}:${text}`, text, `refs/heads/${text}`]))
  })
})
