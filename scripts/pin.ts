/**
 * The commit of this action that examples, documents and `init` name: one for all.
 *
 *     node scripts/pin.ts SHA NAME    names another (after a release: its commit and v1.2.3)   (Node 24: npm exec -- node …)
 *     node scripts/pin.ts --check     exit code 1 when a place names another commit than the rest
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import process, { argv, stderr, stdout } from 'node:process'
import { fileURLToPath } from 'node:url'

const root = new URL('../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')

const SOURCE = 'src/enrollment/action-pin.ts'
const CONSTANT = /(PUBLISHED: ActionPin = \{ sha: ')([^']*)(', name: ')([^']*)(' \})/
/** As workflows name it, and as pre-commit does. */
const USE =
  /(uses: craigedmunds\/image-factory-action@|repo: https:\/\/github\.com\/craigedmunds\/image-factory-action\n\s+rev: ).*/g
/** As editors find the schema, and npx the program: by the commit alone. */
const ADDRESS =
  /(raw\.githubusercontent\.com\/craigedmunds\/image-factory-action\/|github:craigedmunds\/image-factory-action#)[\w.-]+/g

/** What stands behind the `@`: `SHA # NAME`. */
export function publishedPin(): string {
  const [, , sha, , name] = CONSTANT.exec(read(SOURCE)) ?? []
  if (sha === undefined || name === undefined) throw new Error(`${SOURCE} has no PUBLISHED`)
  return `${sha} # ${name}`
}

/** Every file that names a commit of this action: from the repository's top. */
export function namingFiles(): string[] {
  const files = [
    'README.md',
    'SECURITY.md',
    'docs/**/*.md',
    'examples/**/*.{yml,yaml,md}',
    'examples/*/.github/workflows/*.yml',
  ]
  const found = globSync(files, { cwd: fileURLToPath(root) }).map((path) => path.replaceAll('\\', '/'))
  return [...new Set(found)].filter((path) => [USE, ADDRESS].some((one) => read(path).search(one) >= 0)).sort()
}

/** A text in which every use and every address of this action is pinned so. */
export function pinned(text: string, pin: string): string {
  const [sha = ''] = pin.split(' ')
  return text.replace(USE, (_, before: string) => before + pin).replace(ADDRESS, (_, before: string) => before + sha)
}

function main([first, name]: readonly string[]): number {
  if (first === '--check') {
    const other = namingFiles().filter((path) => read(path) !== pinned(read(path), publishedPin()))
    for (const path of other) stderr.write(`${path} names another commit than ${SOURCE}.\n`)
    return other.length === 0 ? 0 : 1
  }
  if (first === undefined || !/^[0-9a-f]{40}$/.test(first) || name === undefined || !/^[\w./-]+$/.test(name)) {
    stderr.write('Say which commit, and what it is called: node scripts/pin.ts SHA v1.2.3\n')
    return 1
  }
  const source = read(SOURCE).replace(
    CONSTANT,
    (_, a: string, _sha, b: string, _name, c: string) => a + first + b + name + c,
  )
  writeFileSync(new URL(SOURCE, root), source)
  for (const path of namingFiles()) writeFileSync(new URL(path, root), pinned(read(path), `${first} # ${name}`))
  stdout.write(`${namingFiles().length} files name ${first} # ${name}. Now: npm run docs, npm run build.\n`)
  return 0
}

if (argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main(argv.slice(2))
