import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const SRC = fileURLToPath(new URL('../../../src', import.meta.url))

/** The folders in the order data flows through them: imports point up this list only. */
const ORDER = [
  'text',
  'reference',
  'forges',
  'policy',
  'yaml',
  'enrollment',
  'scaffold',
  'dockerfile',
  'build-definition',
  'network',
  'sources',
  'evidence',
  'registry',
  'state',
  'kargo',
  'manifests',
  'explain',
  'rebuild',
  'backstage',
  'report',
  'dashboard',
  'publish',
  'version.ts',
  'run-options.ts',
  'plan.ts',
  'pipeline.ts',
  'preview.ts',
  'plan-and-commit.ts',
  'read-enrollment.ts',
  'overview.ts',
  'action',
  'cli',
  'index.ts',
]

/** Folders and files that touch nothing outside themselves: no disk, no network, no process. */
const PURE = [
  /^(?:text|reference|forges|policy|yaml|enrollment|scaffold|dockerfile|build-definition|evidence|kargo|explain|report|dashboard)\//,
  /^manifests\/(?!read)/,
  /^backstage\/(?!catalog-folder)/,
  /^state\/(?!read|write)/,
  /^registry\/manifests\b/,
]

/** GitHub's expression language is text in, value out. */
const OUTSIDE =
  /^node:(?:fs|net|http|https|child_process|process|os|dns|tls|worker_threads)|^@actions\/(?!expressions$)|^@octokit\//

interface Import {
  readonly from: string
  readonly to: string
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts'))
  .sort()

function importsOf(file: string): Import[] {
  const text = readFileSync(join(SRC, file), 'utf8')
  const found = text.matchAll(/(?:^|\n)\s*(?:import|export)\s+[^'"]*?from '([^']+)'|import\([^)]*'([^']+)'\)/g)
  return [...found].map(([, from, lazy]) => {
    const written = from ?? lazy ?? ''
    const to = written.startsWith('.')
      ? posix.normalize(posix.join(dirname(file), written)).replace(/\.js$/, '.ts')
      : written
    return { from: file, to }
  })
}

const room = (path: string) => path.split('/')[0] ?? ''
const imports = files.flatMap(importsOf)
const inside = imports.filter(({ to }) => files.includes(to))

describe('the structure of src', () => {
  it('is read whole: every file has a place, every import of ours leads to a file', () => {
    expect(files.length).toBeGreaterThan(100)
    expect(inside.length).toBeGreaterThan(300)
    expect(files.filter((file) => !ORDER.includes(room(file)))).toEqual([])
    expect(imports.filter(({ to }) => /\.ts$/.test(to) && !files.includes(to))).toEqual([])
  })

  it('imports point up the list of folders only', () => {
    const down = inside.filter(({ from, to }) => ORDER.indexOf(room(to)) > ORDER.indexOf(room(from)))
    expect(down.map(({ from, to }) => `${from} → ${to}`)).toEqual([])
  })

  it('no files import each other in a circle, for types neither', () => {
    const waiting = new Map(files.map((file) => [file, new Set<string>()]))
    for (const { from, to } of inside) waiting.get(from)?.add(to)
    // What imports nothing that is left is in no circle, and neither is what nothing that is left imports.
    const isFree = (file: string) =>
      [...(waiting.get(file) ?? [])].every((to) => !waiting.has(to)) ||
      [...waiting.values()].every((others) => !others.has(file))
    for (let count = -1; count !== waiting.size; ) {
      count = waiting.size
      for (const file of [...waiting.keys()].filter(isFree)) waiting.delete(file)
    }
    expect(
      [...waiting].map(([file, to]) => `${file} → ${[...to].filter((one) => waiting.has(one)).join(', ')}`),
    ).toEqual([])
  })

  it('the help of the command line loads no schema and no parser: what a command needs is imported where it runs', () => {
    const loaded = new Set(['cli/index.ts'])
    for (const file of loaded) {
      const text = files.includes(file) ? readFileSync(join(SRC, file), 'utf8') : ''
      for (const [, name = ''] of text.matchAll(/^(?:import|export) (?!type )[^'"]*?from '([^']+)'/gm)) {
        loaded.add(name.startsWith('.') ? posix.join(dirname(file), name).replace(/\.js$/, '.ts') : name)
      }
    }
    const packages = [...loaded].filter((one) => !files.includes(one) && !one.startsWith('node:'))
    expect(packages.sort()).toEqual(['commander', 'diff', 'fast-string-width', 'leven', 'picocolors'])
  })

  it('shells do not import each other, and nothing imports a shell but the entry', () => {
    const shells = inside.filter(({ from, to }) => ['action', 'cli'].includes(room(to)) && room(from) !== room(to))
    expect(shells.map(({ from }) => from)).toEqual(['index.ts', 'index.ts'])
  })

  it('pure folders do no input or output', () => {
    const impure = imports.filter(({ from, to }) => PURE.some((pattern) => pattern.test(from)) && OUTSIDE.test(to))
    expect(impure.map(({ from, to }) => `${from} → ${to}`)).toEqual([])
  })

  it('programs are started in two places: git, and the credential helpers of docker', () => {
    const starters = imports.filter(({ to }) => to === '@actions/exec' || to.includes('child_process'))
    expect(starters.map(({ from }) => from)).toEqual(['publish/git.ts', 'registry/credentials.ts'])
  })

  it('connections are opened in one folder', () => {
    const openers = imports.filter(({ to }) => /^node:(?:http|https|tls|http2)$|^undici$/.test(to))
    // The demo's own servers listen on loopback, and open nothing.
    const others = openers.filter(({ from }) => from !== 'cli/demo-servers.ts')
    expect([...new Set(others.map(({ from }) => room(from)))]).toEqual(['network'])
    const fetching = files.filter((file) => /(?<![\w.#])fetch\(/.test(readFileSync(join(SRC, file), 'utf8')))
    expect(fetching).toEqual([])
  })

  it('files stay below 300 lines', () => {
    const long = files.filter((file) => readFileSync(join(SRC, file), 'utf8').split('\n').length > 301)
    expect(long).toEqual([])
  })

  it('every folder has an entry file that says what it is for', () => {
    const folders = [...new Set(files.filter((file) => file.includes('/')).map(room))]
    for (const folder of folders) {
      const entry = readFileSync(join(SRC, folder, 'index.ts'), 'utf8')
      expect(entry, relative(SRC, join(SRC, folder))).toMatch(/^(?:\/\*\*\n|\/\/ |\/\*\* )/)
    }
  })
})
