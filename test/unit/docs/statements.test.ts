/** What the documents state, held against what they state it of. */
import { existsSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import { readInputs } from '../../../src/action/inputs.js'
import { parseImagesFile } from '../../../src/enrollment/index.js'
import { imagesJsonSchema } from '../../../src/enrollment/json-schema.js'
import { codeBlocks, PAGES, paths, ROOT, readDocument, tableRows } from '../../support/documents.js'

const read = readDocument
const source = paths('src/**/*.ts').map(read).join('\n')
const pages = PAGES.map((page) => ({ page, text: read(page) }))
const everything = pages.map(({ text }) => text).join('\n')

/** Inline code of a text. */
const codeIn = (text: string) => [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code)

describe('commands', () => {
  const helps = new Map(
    [...read('docs/commands.md').matchAll(/^### (\w+)\n\n```text\n([\s\S]*?)^```$/gm)].map(
      ([, name = '', help = '']) => [name, help],
    ),
  )
  const said = pages.flatMap(({ page, text }) => {
    const joined = text.replaceAll('\\\n', ' ')
    const calls = joined.matchAll(
      /(?:node (?:[\w.-]+\/)*dist\/index\.js|`image-factory|^image-factory) +([a-z]+)([^\n`#|;]*)/gm,
    )
    return [...calls].map(([whole, name = '', rest = '']) => ({ page, whole, name, rest }))
  })

  it('are found', () => {
    expect(helps.size).toBeGreaterThan(10)
    expect(said.length).toBeGreaterThan(15)
  })

  it('that are named exist, with the options they are named with', () => {
    const wrong = said.flatMap(({ page, whole, name, rest }) => {
      const help = helps.get(name)
      if (help === undefined) return [`${page}: ${whole}`]
      const options = [...rest.matchAll(/(?<![\w-])--[a-z-]+/g)].map(([option]) => option)
      return options
        .filter((option) => !help.includes(` ${option}`))
        .map((option) => `${page}: ${name} has no ${option}`)
    })
    expect(wrong).toEqual([])
  })

  it('of npm exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const run = [...everything.matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name)
    expect(run.length).toBeGreaterThan(5)
    expect(run.filter((name) => scripts[name] === undefined)).toEqual([])
    const files = [...everything.matchAll(/node (scripts\/[\w-]+\.ts)/g)].map(([, path = '']) => path)
    expect(files.filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([])
  })
})

describe('settings and keys', () => {
  const { properties } = imagesJsonSchema() as { properties: { settings: { properties: Record<string, object> } } }

  it('that are named exist', () => {
    const named = [...everything.matchAll(/`settings\.(\w+)/g)].map(([, key = '']) => key)
    expect(new Set(named).size).toBeGreaterThan(5)
    expect(named.filter((key) => properties.settings.properties[key] === undefined)).toEqual([])
  })

  it('stand in examples without any problem', () => {
    const blocks = PAGES.flatMap(codeBlocks).filter(({ text }) => text.startsWith('# images.yaml\n'))
    expect(blocks.length).toBeGreaterThan(6)
    for (const { page, line, text } of blocks) {
      expect(parseImagesFile(text, 'images.yaml').problems, `${page}:${line}`).toEqual([])
    }
  })
})

describe('messages', () => {
  it.each(['docs/troubleshooting.md', 'docs/gitlab.md'])('that %s quotes are those of the source', (page) => {
    const [, section = ''] = read(page).split(/\| (?:It says|Message) \| What to do \|/)
    const messages = [...section.matchAll(/^\| `(.+?)` \| /gm)].map(([, message = '']) => message)
    expect(messages.length).toBeGreaterThan(0)
    const parts = messages.flatMap((message) => message.split('…').map((part) => part.replace(/^[.:\s]+|\s+$/g, '')))
    expect(parts.filter((part) => !source.includes(part))).toEqual([])
  })

  it('of the log that troubleshooting tells about are those of the source', () => {
    for (const part of ['Mode ', 'Nothing to commit', 'nothing was written']) {
      expect(read('docs/troubleshooting.md') + read('docs/commands.md')).toContain(part)
      expect(source).toContain(part)
    }
  })
})

describe('names', () => {
  it('of labels and annotations are those that are generated, or those of Kargo in the examples', () => {
    // Kargo's own, seen to do what docs/kargo.md says (`AnnotationKey…` in its api/v1alpha1/annotations.go).
    const kargos = 'kargo.akuity.io/reverify kargo.akuity.io/create-actor'
    const known = source + paths('examples/**/*.yaml').map(read).join('\n') + read('docs/backstage.md') + kargos
    const named = everything.match(/(?:image-factory\.io|kargo\.akuity\.io)\/[a-z-]+/g) ?? []
    expect(new Set(named).size).toBeGreaterThan(3)
    expect([...new Set(named)].filter((name) => !known.includes(name))).toEqual([])
  })

  it('of environment variables are read somewhere', () => {
    const named = ['docs/commands.md', 'docs/ghes.md', 'docs/gitlab.md', 'README.md'].flatMap((page) =>
      codeIn(read(page)),
    )
    const variables = named.filter((code) => /^[A-Z]+(?:_[A-Z]+)+$/.test(code) && code !== 'CI_PIPELINE_SOURCE')
    expect(new Set(variables).size).toBeGreaterThan(5)
    expect(variables.filter((name) => !source.includes(name))).toEqual([])
    const wide = codeIn(read('CONTRIBUTING.md')).filter((code) => /^[A-Z]+(?:_[A-Z]+)*(?:=\d+)?$/.test(code))
    const tests = paths('test/**/*.ts').map(read).join('\n')
    const isRead = (name = '') => tests.includes(`env.${name}`) || source.includes(`'${name}'`)
    expect(wide.filter((code) => !isRead(code.split('=')[0]))).toEqual([])
  })

  it('of Secrets have a template', () => {
    const templates = read('examples/platform-repo/secrets/templates.yaml')
    const named = ['github-dispatch', 'gitlab-dispatch', 'registry-credentials', 'source-credentials']
    for (const name of named) {
      expect(read('docs/permissions.md')).toContain(`\`${name}\``)
      expect(templates).toContain(`name: ${name}\n`)
    }
  })

  it('of inputs are in action.yml', () => {
    const { inputs } = parse(read('action.yml')) as { inputs: Record<string, unknown> }
    const rows = tableRows(read('docs/permissions.md'), 'In the workflow')
    const named = rows.flatMap(([, cell = '']) => codeIn(cell))
    expect(new Set(named).size).toBeGreaterThan(3)
    expect(named.filter((name) => inputs[name] === undefined)).toEqual([])
  })

  it('of modes are those of the input', () => {
    const modes = tableRows(read('docs/reference.md'), 'Modes').map(([cell = '']) => cell.replaceAll('`', ''))
    vi.stubEnv('INPUT_MODE', 'another')
    expect(readInputs).toThrow(`must be one of auto, ${modes.join(', ')}, not "another"`)
    vi.unstubAllEnvs()
  })
})

describe('permissions', () => {
  it('of the example workflow are those of the table', () => {
    const { jobs } = parse(read('examples/state-repo/.github/workflows/synth.yml')) as {
      jobs: { synth: { permissions: Record<string, string> } }
    }
    const rows = tableRows(read('docs/permissions.md'), 'In the workflow')
    const granted = Object.entries(jobs.synth.permissions).map(([name, level]) => `${name}: ${level}`)
    expect(granted).toEqual(['contents: write', 'pull-requests: write'])
    for (const one of granted) expect(rows.some(([, , cell = '']) => cell.includes(`\`${one}\``))).toBe(true)
  })
})

describe('numbers', () => {
  const golden = (path: string) => read(`test/golden/kargo/${path}`)
  const intervals = (pattern: string) =>
    paths(`test/golden/kargo/**/${pattern}`).flatMap((path) => read(path).match(/^ {2}interval: .*$/gm) ?? [])

  it('of how often Kargo checks are those of the manifests', () => {
    const often = Object.fromEntries(tableRows(read('docs/rebuild-policy.md'), 'How long things take'))
    expect(often['Kargo checks a base image']).toBe('every `settings.baseInterval`, 24 hours')
    expect(new Set(intervals('base-*.yaml'))).toEqual(new Set(['  interval: 24h0m0s']))
    expect(often['Kargo checks a base image that is enrolled itself']).toBe('every 5 minutes')
    expect(often['Kargo checks for new versions of an image']).toBe('every 5 minutes')
    expect(new Set(intervals('image-*.yaml'))).toEqual(new Set(['  interval: 5m0s']))
    expect(often['Kargo checks watched sources (`settings.stateWorkflow`)']).toBe('every 5 minutes')
    expect(new Set(intervals('source-*.yaml'))).toEqual(new Set(['  interval: 5m0s']))
    expect(often['a waiting rebuild notices an override']).toBe('within `settings.pollInterval`, 15 minutes')
    expect(golden('example/image-factory.k8s.yaml')).toContain(
      'pollInterval: ${{ max(10, min(900, vars.at - now().Unix())) }}s',
    )
  })

  it.each([
    ['at most 60,000 characters and the summary 1,000,000 bytes', /\b60_000\b[\s\S]*\b1_000_000\b/],
    ['images.yaml 16 MiB', /16 \* 1024 \* 1024/],
    ['a generated file that is read back 64 MiB', /\b64 \* 1024 \* 1024/],
    ['compose file 512 KiB', /512 \* 1024/],
    ['One request to GitHub reads 100 files', /= 100\n/],
    ['at most 25 inputs with 65,535 characters together', /25[\s\S]*65_535/],
    ['work that takes longer than 15 seconds', /\b15_000\b/],
    ['ten deletions are always allowed', null],
  ] as const)('%s', (statement, constant) => {
    const flat = everything.replace(/\s+/g, ' ')
    if (constant === null) expect(flat.toLowerCase()).toContain(statement)
    else {
      expect(flat).toContain(statement)
      expect(source).toMatch(constant)
    }
  })
})

describe('docs/migration.md', () => {
  const text = read('docs/migration.md')
  const listed = codeIn(text)

  it.each(['images', 'base-images'])('says of every key of the old %s/*.yaml what becomes of it', (folder) => {
    const files = paths(`test/fixtures/reference-state/${folder}/*.yaml`)
    expect(files.length).toBeGreaterThan(2)
    const keys = new Set(files.flatMap((path) => Object.keys(parse(read(path)) as object)))
    expect([...keys].filter((key) => !listed.includes(key))).toEqual([])
  })

  it('and of every key of the old images.yaml', () => {
    const entries = parse(read('test/fixtures/reference-state/images.yaml')) as Record<string, object>[]
    const keys = entries.flatMap(({ source: from = {}, ...entry }) => [
      ...Object.keys(entry),
      ...Object.keys(from).map((key) => `source.${key}`),
    ])
    expect([...new Set(keys)].filter((key) => !listed.includes(key))).toEqual([])
  })
})
