/** Queries GitHub would refuse are refused, and a commit lands only on the head it was made for. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FakeGitHub } from '../../support/fake-github.js'
import { FULL } from '../../support/full.js'
import { removeTempFolders } from '../../support/temp-folder.js'
import { graphql } from './ask.js'

const STATE = 'acme/state'
let fake: FakeGitHub

beforeEach(async () => {
  fake = await FakeGitHub.start()
  await fake.createRepository(STATE, { files: { 'images.yaml': '- name: one\n', 'dir/a.txt': 'a\n' } })
  await fake.createRepository('acme/hidden', { files: { Dockerfile: 'FROM scratch\n' } })
  fake.addToken('writer', { [STATE]: 'write' })
  fake.addToken('reader', { [STATE]: 'read' })
})

afterEach(async () => {
  await fake.close()
  expect(fake.internalErrors).toEqual([])
})

afterAll(removeTempFolders)

const COMMIT = `mutation ($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid url message } ref { name } }
}`

function commitInput(expectedHeadOid: string, fileChanges: object): object {
  return {
    input: {
      branch: { repositoryNameWithOwner: STATE, branchName: 'main' },
      expectedHeadOid,
      message: { headline: 'chore: synth', body: 'Because.' },
      fileChanges,
    },
  }
}

function addition(path: string, content: string): object {
  return { path, contents: Buffer.from(content).toString('base64') }
}

describe.skipIf(!FULL)('GraphQL', () => {
  test('reads many files of many repositories in one query', async () => {
    fake.addToken('all', { [STATE]: 'read', 'acme/hidden': 'read' })
    await fake.commitFiles(STATE, 'main', { big: 'x'.repeat(600_000), bin: 'a\0b' }, 'second')
    const query = `query ($expression: String!) {
      viewer { login }
      a: repository(owner: "acme", name: "state") {
        nameWithOwner isArchived
        f: object(expression: $expression) { __typename oid ... on Blob { text byteSize isBinary isTruncated } }
        big: object(expression: "HEAD:big") { ... on Blob { text isTruncated } }
        bin: object(expression: "HEAD:bin") { ... on Blob { text isBinary } }
        no: object(expression: "main:gone") { oid }
        dir: object(expression: "main:dir") { ... on Tree { entries { name path type } } }
        commit: object(expression: "main") { ... on Commit { messageHeadline author { name } } }
        ref(qualifiedName: "refs/heads/main") { target { oid } }
        defaultBranchRef { name target { ... on Commit { history(first: 1) { totalCount nodes { oid } } } } }
      }
      b: repository(owner: "acme", name: "hidden") { object(expression: "HEAD:Dockerfile") { ... on Blob { text } } }
    }`
    const oid = await fake.head(STATE, 'main')
    const { body } = await graphql(fake, query, { expression: 'main:images.yaml' }, 'all')
    expect(body).toMatchObject({
      data: {
        viewer: { login: 'github-actions[bot]' },
        a: {
          nameWithOwner: STATE,
          isArchived: false,
          f: { __typename: 'Blob', text: '- name: one\n', byteSize: 12, isBinary: false, isTruncated: false },
          big: { text: 'x'.repeat(512_000), isTruncated: true },
          bin: { text: null, isBinary: true },
          no: null,
          dir: { entries: [{ name: 'a.txt', path: 'dir/a.txt', type: 'blob' }] },
          commit: { messageHeadline: 'second', author: { name: 'Test Person' } },
          ref: { target: { oid } },
          defaultBranchRef: { name: 'main', target: { history: { totalCount: 2, nodes: [{ oid }] } } },
        },
        b: { object: { text: 'FROM scratch\n' } },
      },
    })
    expect(body).not.toHaveProperty('errors')
  })

  test('a repository that is not there is null for its alias and an error', async () => {
    const { status, body } = await graphql(
      fake,
      '{ a: repository(owner: "acme", name: "state") { name } b: repository(owner: "acme", name: "hidden") { name } }',
    )
    expect(status).toBe(200)
    const message = "Could not resolve to a Repository with the name 'acme/hidden'."
    expect(body).toMatchObject({
      data: { a: { name: 'state' }, b: null },
      errors: [{ type: 'NOT_FOUND', path: ['b'], message }],
    })
    expect(fake.invalidQueries).toEqual([])
  })

  test.each([
    ['a field that does not exist', '{ repository(owner: "a", name: "b") { colour } }', /Cannot query field "colour"/],
    ['a syntax error', '{ viewer { login }', /Syntax Error/],
    [
      'a missing variable',
      'query ($o: String!) { repository(owner: $o, name: "b") { id } }',
      /required type "String!"/,
    ],
    ['an unused fragment', 'fragment F on User { login } { viewer { login } }', /Fragment "F" is never used/],
  ])('refuses %s', async (_name, query, message) => {
    const { status, body } = await graphql(fake, query)
    expect(status).toBe(200)
    expect(body).toMatchObject({ errors: [{ message: expect.stringMatching(message) }] })
    expect(body).not.toHaveProperty('data')
    expect(fake.invalidQueries).toHaveLength(1)
  })

  test('names what the fake itself cannot do', async () => {
    await graphql(fake, '{ repository(owner: "acme", name: "state") { stargazerCount } }')
    expect(fake.unimplementedFields).toEqual(['Repository.stargazerCount'])
    expect((await graphql(fake, '{ viewer { login } }', {}, 'nobody')).status).toBe(401)
  })

  test('a list wants its length', async () => {
    const { body } = await graphql(
      fake,
      '{ repository(owner: "acme", name: "state") { object(expression: "main") { ... on Commit { history { totalCount } } } } }',
    )
    expect(body).toMatchObject({ errors: [{ type: 'MISSING_PAGINATION_BOUNDARIES' }] })
  })
})

describe.skipIf(!FULL)('createCommitOnBranch', () => {
  test('commits when the head is as expected', async () => {
    const head = await fake.head(STATE, 'main')
    const changes = { additions: [addition('dist/x.yaml', 'x: ü\n')], deletions: [{ path: 'dir/a.txt' }] }
    const { body } = await graphql(fake, COMMIT, commitInput(head, changes))
    const oid = await fake.head(STATE, 'main')
    expect(body).toMatchObject({ data: { createCommitOnBranch: { commit: { oid }, ref: { name: 'main' } } } })
    const [commit] = await fake.log(STATE, 'main')
    expect(commit).toMatchObject({
      sha: oid,
      message: 'chore: synth\n\nBecause.',
      parents: [head],
      author: { name: 'github-actions[bot]' },
      committer: { name: 'GitHub' },
    })
    expect(Object.fromEntries(await fake.readFiles(STATE, 'main'))).toEqual({
      'dist/x.yaml': 'x: ü\n',
      'images.yaml': '- name: one\n',
    })
  })

  test('refuses when another commit was faster, and only that one wins', async () => {
    const head = await fake.head(STATE, 'main')
    fake.loseRace(STATE, 'main', { files: { 'other.txt': '1' } })
    const { status, body } = await graphql(fake, COMMIT, commitInput(head, { additions: [addition('a', '1')] }))
    const now = await fake.head(STATE, 'main')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      data: { createCommitOnBranch: null },
      errors: [
        {
          type: 'STALE_DATA',
          path: ['createCommitOnBranch'],
          message: `Expected branch to point to "${now}" but it did not.  Pull and try again.`,
        },
      ],
    })
    const again = await graphql(fake, COMMIT, commitInput(now, { additions: [addition('a', '1')] }))
    expect(again.body).not.toHaveProperty('errors')
    expect(await fake.log(STATE, 'main')).toHaveLength(3)
  })

  test('refuses when the branch moves between look and swap', async () => {
    const head = await fake.head(STATE, 'main')
    fake.onBeforeUpdateRef = async () => {
      await fake.commitFiles(STATE, 'main', { 'other.txt': '1' })
    }
    const { body } = await graphql(fake, COMMIT, commitInput(head, { additions: [addition('a', '1')] }))
    expect(body).toMatchObject({ errors: [{ message: expect.stringMatching(/^Ref refs\/heads\/main is at/) }] })
  })

  test('of many at once exactly one wins', async () => {
    const head = await fake.head(STATE, 'main')
    const tries = Array.from({ length: 5 }, (_, at) =>
      graphql(fake, COMMIT, commitInput(head, { additions: [addition('a', String(at))] })),
    )
    const won = (await Promise.all(tries)).filter(({ body }) => !JSON.stringify(body).includes('STALE_DATA'))
    expect(won).toHaveLength(1)
    expect(await fake.log(STATE, 'main')).toHaveLength(2)
  })

  test.each([
    ['a path to delete that does not exist', { deletions: [{ path: 'gone' }] }, 'NOT_FOUND', /does not exist as of/],
    ['a path that leaves the repository', { additions: [addition('../x', '')] }, 'UNPROCESSABLE', /malformed path/],
    ['content that is not base64', { additions: [{ path: 'x', contents: '!' }] }, 'UNPROCESSABLE', /Base64/],
  ])('refuses %s', async (_name, changes, type, message) => {
    const head = await fake.head(STATE, 'main')
    const { body } = await graphql(fake, COMMIT, commitInput(head, changes))
    expect(body).toMatchObject({ errors: [{ type, message: expect.stringMatching(message) }] })
    expect(await fake.head(STATE, 'main')).toBe(head)
  })

  test('refuses a token that may only read', async () => {
    const head = await fake.head(STATE, 'main')
    const { status, body } = await graphql(
      fake,
      COMMIT,
      commitInput(head, { additions: [addition('a', '')] }),
      'reader',
    )
    expect(status).toBe(200)
    expect(body).toMatchObject({
      errors: [{ type: 'FORBIDDEN', message: 'Resource not accessible by integration' }],
    })
  })
})
