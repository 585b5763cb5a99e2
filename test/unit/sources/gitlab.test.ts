import { describe, expect, it } from 'vitest'
import { formatProblem, Refusal } from '../../../src/enrollment/problem.js'
import { forEachForge } from '../../../src/forges/index.js'
import { readFromForges } from '../../../src/sources/connect.js'
import { readFromGitLab } from '../../../src/sources/gitlab.js'
import { type FileRequest, requestKey, type SourceReader } from '../../../src/sources/source-file.js'

const TOKEN = 'glpat-CANARY-0123456789'

const request = (provider: FileRequest['provider'], repo = 'group/app'): FileRequest => ({
  provider,
  repo,
  branch: 'main',
  path: 'Dockerfile',
})

function refusalOf(url: string, token = TOKEN): string {
  try {
    readFromGitLab({ url, token })
  } catch (error) {
    if (error instanceof Refusal) return error.problems.map(formatProblem).join('\n')
    throw error
  }
  return 'accepted'
}

describe('the address', () => {
  it.each([
    ['https://gitlab.com'],
    ['https://gitlab.example.org:8443/gitlab/'],
    ['http://localhost:8080'],
    ['http://127.0.0.1:8080'],
    ['http://127.8.9.10'],
    ['http://[::1]:80/api/v4'],
  ])('%s is one', (url) => {
    expect(refusalOf(url)).toBe('accepted')
  })

  it.each([
    ['http://gitlab.com', /\(http:\/\/gitlab\.com\) is not https/],
    ['http://127.0.0.1.example.org', /is not https/],
    ['http://localhost.example.org', /is not https/],
    ['http://169.254.169.254', /is not https/],
    ['ftp://gitlab.com', /\(ftp:\/\/gitlab\.com\) is not https/],
    ['file:///etc', /\(file:\) is not https/],
    ['gitlab.com', /is not a URL/],
    ['', /is not a URL/],
    [`https://user:${TOKEN}@gitlab.com`, /\(gitlab\.com\) carries a user or a password/],
    [`https://${TOKEN}@gitlab.com`, /carries a user/],
    [`https://gitlab.com?private_token=${TOKEN}`, /has a query or a fragment/],
    ['https://gitlab.com/#x', /has a query or a fragment/],
  ])('%s is none', (url, expected) => {
    const message = refusalOf(url)
    expect(message).toMatch(expected)
    expect(message).toMatch(/https:\/\/HOST\.$/)
    expect(message).not.toContain(TOKEN)
  })
})

describe('the token', () => {
  it.each([[`${TOKEN}\n`], [`x ${TOKEN}`], [`${TOKEN}é`], ['\u0000']])('%j cannot be one', (token) => {
    const message = refusalOf('https://gitlab.com', token)
    expect(message).toMatch(/gitlab-token contains a space or an invalid character/)
    expect(message).not.toContain('CANARY')
  })
})

describe('all providers', () => {
  function answering(text: string, isComplete = true): SourceReader & { readonly asked: FileRequest[] } {
    const asked: FileRequest[] = []
    const read: SourceReader['read'] = async (requests) => {
      asked.push(...requests)
      return new Map(requests.map((one) => [requestKey(one), { kind: 'found', text, branch: one.branch }]))
    }
    return { read, isComplete, asked }
  }

  /** These readers, and others that have no part in it. */
  const among = (readers: Partial<Record<FileRequest['provider'], SourceReader>>) => ({
    ...forEachForge((): SourceReader => answering('')),
    ...readers,
  })

  it('each request goes to the reader of its provider', async () => {
    const github = answering('hub')
    const gitlab = answering('lab')
    const answers = await readFromForges(among({ github, gitlab })).read([request('github'), request('gitlab')])
    expect(answers.get(requestKey(request('github')))).toMatchObject({ text: 'hub' })
    expect(answers.get(requestKey(request('gitlab')))).toMatchObject({ text: 'lab' })
    expect([github.asked, gitlab.asked]).toEqual([[request('github')], [request('gitlab')]])
  })

  it('all are asked at the same time', async () => {
    const started: string[] = []
    let release = () => undefined as undefined
    const both = new Promise<void>((resolve) => {
      release = () => void resolve() as undefined
    })
    const waiting = (name: string): SourceReader => ({
      isComplete: true,
      read: async () => {
        started.push(name)
        if (started.length === 2) release()
        await both
        return new Map()
      },
    })
    const reader = readFromForges(among({ github: waiting('github'), gitlab: waiting('gitlab') }))
    await reader.read([request('github'), request('gitlab')])
    expect(started).toHaveLength(2)
  })

  it('a reader that has nothing to read is not asked', async () => {
    const gitlab = answering('lab')
    await readFromForges(among({ gitlab })).read([request('github')])
    expect(gitlab.asked).toEqual([])
  })

  it('is complete when all its readers are', () => {
    expect(readFromForges(among({})).isComplete).toBe(true)
    expect(readFromForges(among({ github: answering('', false) })).isComplete).toBe(false)
  })
})
