// Whatever a remedy names is there: options, inputs, keys, variables, documents, and what `init` writes.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { makeProgram } from '../../../src/cli/commands.js'
import { imagesJsonSchema } from '../../../src/enrollment/json-schema.js'
import { parseImagesFile } from '../../../src/enrollment/parse.js'
import { OPEN, type RemedyText, remedyTexts } from './remedies.js'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const TEXTS = remedyTexts(ROOT)

const INPUTS = Object.keys((parse(read('action.yml')) as { readonly inputs: object }).inputs)

const terminal = { out: () => undefined, err: () => undefined }
const optionsOf = (command: Command): string[] => [
  ...command.options.map(({ long }) => long ?? ''),
  ...command.commands.flatMap(optionsOf),
]
const OPTIONS = new Set(optionsOf(makeProgram({ terminal } as unknown as Parameters<typeof makeProgram>[0])))

interface Schema {
  readonly $ref?: string
  readonly properties?: Readonly<Record<string, unknown>>
  readonly enum?: readonly unknown[]
}
const schema = imagesJsonSchema() as unknown as { readonly definitions: Readonly<Record<string, Schema>> }

/** Keys of the schema, each with the one above it (`source.workflow`), and the words that values may be. */
function wordsOf(part: unknown, above: string, seen: readonly unknown[] = []): string[] {
  if (typeof part !== 'object' || part === null || seen.includes(part)) return []
  const { $ref, properties = {}, enum: values = [] } = part as Schema
  const next = [...seen, part]
  const named = Object.entries(properties).flatMap(([key, one]) => [key, `${above}.${key}`, ...wordsOf(one, key, next)])
  const others = Object.entries(part).flatMap(([key, one]) => (key === 'properties' ? [] : wordsOf(one, above, next)))
  const target = $ref === undefined ? [] : wordsOf(schema.definitions[$ref.replace('#/definitions/', '')], above, next)
  return [...named, ...others, ...target, ...values.filter((one) => typeof one === 'string')]
}
const KEYS = new Set(wordsOf(schema, ''))

const DOCS = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'))
const DOCUMENTED = ['README.md', ...DOCS.map((name) => `docs/${name}`)].map(read).join('\n')

/** Files of a state repository and of its surroundings. */
const FILES = ['images.yaml', 'overrides.yaml', '.ko.yaml']

/** Not ours: words of GitHub, GitLab, git and Dockerfiles, hosts and values of examples, English. */
const OTHERS = new Set([
  ...[
    'pull-requests',
    'workflow_dispatch',
    'workflow_run',
    'pull_request',
    'read_repository',
    'read_api',
    'event_name',
  ],
  ...['github.token', 'github.event.workflow_run.event', 'github.event_name', 'image.tag', 'ghcr.io', 'docker.io'],
  ...['--from', '--include', 'image-factory', 'lower-case', 'rate-limiting', 'CI_PIPELINE_SOURCE'],
])

/** What of a text is a name, and whether there is such a thing. */
const NAMES: Readonly<Record<string, { readonly find: RegExp; readonly isThere: (name: string) => boolean }>> = {
  'an option': { find: /(?<![\w-])--[a-z][a-z-]*/g, isThere: (name) => OPTIONS.has(name) },
  'an input': {
    find: /(?<![\w./@-])[a-z]+(?:-[a-z]+)+(?![\w/.@-]\w)/g,
    isThere: (name) => INPUTS.includes(name) || KEYS.has(name),
  },
  'a key': { find: /(?<![\w./-])[a-z]+[A-Z]\w*/g, isThere: (name) => KEYS.has(name) },
  'a path of keys, or a file': {
    find: /(?<![\w/@:-])\.?[a-z]\w*(?:\.[a-z]\w*)+(?![\w/])/gi,
    isThere: (name) => FILES.includes(name) || pairsOf(name).every((pair) => KEYS.has(pair)),
  },
  'a document': { find: /\bdocs\/[\w/-]+\.\w+/g, isThere: (name) => existsSync(join(ROOT, name)) },
  'a variable': { find: /\b[A-Z]+(?:_[A-Z]+)+\b/g, isThere: (name) => DOCUMENTED.includes(name) },
  'a word of a forge': { find: /\b[a-z]+(?:_[a-z]+)+\b/g, isThere: () => false },
}

/** `build.args` of `a.build.args` and so on: each key below the one before it. */
function pairsOf(path: string): string[] {
  const steps = path.split('.')
  return steps.slice(1).map((step, index) => `${steps[index]}.${step}`)
}

/** Names in texts that are not there. */
function missing(texts: readonly RemedyText[], { find, isThere }: (typeof NAMES)[string]) {
  const names = texts.flatMap(({ file, text }) => (text.match(find) ?? []).map((name) => ({ file, text, name })))
  return names.filter(({ name }) => !isThere(name) && !OTHERS.has(name))
}

/** `key: value` in a text: between backticks, or behind a word that says to write it. */
function snippetsIn({ file, text }: RemedyText) {
  const quoted = [...text.matchAll(/`(?!#)([^`]*: [^`]*|[^`]*:)`/g)]
  const told = /\b(?:write|set|use|like|example|and|or|permission|job:) ([\w-]+: (?:\{[^}]*\}|[^\s,]*[^\s,.;)]))/gi
  const bare = [...text.replace(/`[^`]*`/g, '').matchAll(told)]
  return [...quoted, ...bare].map(([, yaml = '']) => ({ file, text, yaml: yaml.replaceAll(OPEN, 'x') }))
}

/** Where keys of images.yaml may stand. */
const PLACES: readonly ((snippet: string) => string)[] = [
  (one) => `images: [{name: web, registry: ghcr.io, repository: acme/web, ${one}}]`,
  (one) => `images: [{name: web, registry: ghcr.io, ${one}}]`,
  (one) => `images: [{name: web, repository: acme/web, ${one}}]`,
  (one) => `settings: {${one}}\nimages: [{name: web, registry: ghcr.io, repository: acme/web}]`,
  (one) => inEntry(`source: {repo: acme/web, workflow: a.yml, ${one}}`),
  (one) => inEntry(`source: {repo: acme/web, ${one}}`),
  (one) => inEntry(`source: {repo: acme/web, workflow: a.yml}, build: {${one}}`),
  (one) => inEntry(`updates: [{repo: acme/gitops, path: a.yaml, key: image.tag, ${one}}]`),
  (one) => inEntry(`updates: [{repo: acme/gitops, path: a.yaml, type: yaml-update, ${one}}]`),
  (one) => inEntry(`updates: [{repo: acme/gitops, path: a.yaml, key: a, ${one}}]`),
  (one) => inEntry(`updates: [{repo: acme/gitops, path: a, ${one}}]`),
  (one) => inEntry(`tags: {${one}}`),
  (one) => inEntry(`tags: {strategy: Digest, ${one}}`),
  (one) => inEntry(`tags: {constraint: latest, ${one}}`),
  (one) =>
    `settings: {dashboard: {issue: true, ${one}}}\nimages: [{name: web, registry: ghcr.io, repository: acme/web}]`,
  (one) => `settings: {dashboard: {${one}}}\nimages: [{name: web, registry: ghcr.io, repository: acme/web}]`,
  // Where an image is published.
  (one) => `images: [{name: web, ${one.replace(/^(repoURL): x$/, '$1: ghcr.io/acme/web')}}]`,
]

function inEntry(text: string): string {
  return `images: [{name: web, registry: ghcr.io, repository: acme/web, ${text}}]`
}

function isTaken(yaml: string): boolean {
  return PLACES.some((place) => {
    const { problems } = parseImagesFile(place(yaml), 'images.yaml')
    return !problems.some(({ severity }) => severity === 'error')
  })
}

/** Keys of GitHub's and GitLab's files. */
const FORGE_SNIPPETS =
  /^(?:workflow_dispatch|on|if|permissions|pull-requests|issues|actions|Actions|push|pull|rules|run-name):/

describe('a remedy', () => {
  it('is found wherever there is one', () => {
    expect(TEXTS.length).toBeGreaterThan(200)
    const texts = TEXTS.map(({ text }) => text)
    expect(texts).toContain('Widen tags.constraint or tags.allow.')
    expect(texts).toContain('… (github.token: `permissions: {actions: write}`).')
  })

  it.each(Object.entries(NAMES))('names %s that is there', (_, name) => {
    expect(TEXTS.some(({ text }) => name.find.test(text))).toBe(true)
    expect(missing(TEXTS, name)).toEqual([])
  })

  it('shows YAML that can be written as it stands', () => {
    const snippets = TEXTS.flatMap(snippetsIn)
    expect(snippets.length).toBeGreaterThan(20)
    const wrong = snippets.filter(({ yaml }) => {
      if (FORGE_SNIPPETS.test(yaml)) return !parses(yaml)
      const [, input = ''] = /^([\w-]+):/.exec(yaml) ?? []
      return !(INPUTS.includes(input) ? parses(yaml) : isTaken(yaml))
    })
    expect(wrong).toEqual([])
  })
})

describe('the workflow that init writes', () => {
  const workflow = read('test/golden/scaffold/state-repository/github/workflows/image-factory.yml')
  const { on } = parse(workflow) as { readonly on: { readonly workflow_dispatch: { readonly inputs: object } } }

  it('takes what one run is to be started with', () => {
    const once = TEXTS.flatMap(({ text }) =>
      [...text.matchAll(/\brun once with ([a-z-]+)/g)].map(([, name = '']) => name),
    )
    expect(once).toEqual(['max-deletions'])
    for (const name of once) {
      expect(Object.keys(on.workflow_dispatch.inputs)).toContain(name)
      expect(workflow).toContain(`${name}: \${{ inputs.${name} }}`)
    }
  })

  it('takes what Kargo sends it, so that settings.stateWorkflow can name it', () => {
    const written = notifyInputs()
    expect(written).toEqual(['reason'])
    expect(Object.keys(on.workflow_dispatch.inputs)).toEqual(expect.arrayContaining(written))
  })
})

/** Inputs that the generated manifests start the state repository's workflow with. */
function notifyInputs(): string[] {
  const task = read('test/golden/kargo/all-settings/image-factory.k8s.yaml')
  const [, body = ''] = /name: notify-state\n[\s\S]*?"?inputs"?: ?\{?([^}]*)\}/.exec(task) ?? []
  return [...body.matchAll(/"?([a-z]+)"?:/g)].map(([, name = '']) => name)
}

function parses(yaml: string): boolean {
  try {
    return typeof parse(yaml) === 'object'
  } catch {
    return false
  }
}
