/**
 * Keeps the generated parts of README.md: the tables of inputs and outputs (from action.yml), the workflow (from the
 * example) and the comment (from the demo of the committed bundle).
 *
 *     node scripts/readme-tables.ts           rewrites README.md   (Node 24: npm exec -- node …)
 *     node scripts/readme-tables.ts --check   exit code 1 when it is out of date
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import process, { argv, execPath, stderr, stdout } from 'node:process'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { table } from './markdown.ts'

const root = new URL('../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8').replaceAll('\r\n', '\n')

interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>
  readonly outputs: Readonly<Record<string, { readonly description: string }>>
}

/** The generated parts, by the name in their markers. */
export function generatedParts(): ReadonlyMap<string, string> {
  const { inputs, outputs } = parse(read('action.yml'), { schema: 'failsafe' }) as ActionFile
  const inputRows = Object.entries(inputs).map(([name, input]) => [
    `\`${name}\``,
    input.description,
    input.default === undefined || input.default === '' ? '' : `\`${input.default}\``,
  ])
  const outputRows = Object.entries(outputs).map(([name, output]) => [`\`${name}\``, output.description])
  const workflow = read('examples/state-repo/.github/workflows/synth.yml')
  return new Map([
    ['inputs', table(['Input', 'What it is', 'Default'], inputRows)],
    ['outputs', table(['Output', 'What it is'], outputRows)],
    ['workflow', `\`\`\`yaml\n${workflow.trimEnd()}\n\`\`\``],
    ['comment', quoted(shownOf(demoComment()))],
  ])
}

/** README.md with its generated parts put in. Throws when a marker is missing. */
export function withParts(readme: string, parts: ReadonlyMap<string, string>): string {
  let text = readme
  for (const [name, part] of parts) {
    const [begin, end] = [`<!-- generated: ${name} -->`, `<!-- end of ${name} -->`]
    const [before, rest] = split(text, begin)
    const [, after] = split(rest, end)
    text = `${before}${begin}\n\n${part}\n\n${end}${after}`
  }
  return text
}

function split(text: string, marker: string): [string, string] {
  const at = text.indexOf(marker)
  if (at < 0) throw new Error(`README.md has no ${marker}`)
  return [text.slice(0, at), text.slice(at + marker.length)]
}

/** The comment that `npm start` prints, without the marker in its first line (it holds a commit's name). */
export function demoComment(): string {
  const bundle = fileURLToPath(new URL('dist/index.js', root))
  const printed = execFileSync(execPath, [bundle, 'demo'], { encoding: 'utf8' })
  const [, comment = ''] = printed.split(/^3\. .*$/m)
  const [, text] = /<!-- .*? -->\n([\s\S]*?)\n+4\. /.exec(comment) ?? []
  if (text === undefined) throw new Error('the demo printed no comment')
  return text.trim()
}

const SHOWN_DIFF = 'rebuild-trigger-order-book'

/** Its first screen: all that is not folded, and one of the folded differences. */
function shownOf(comment: string): string {
  const [open = ''] = comment.split('<details>', 1)
  const folded = comment.match(/<details>[\s\S]*?<\/details>/g) ?? []
  const shown = folded.find((one) => one.slice(0, 200).includes(SHOWN_DIFF))
  if (shown === undefined) throw new Error(`the demo's comment shows no ${SHOWN_DIFF}`)
  const rest = folded.length - 1
  return `${open.trimEnd()}\n\n${shown}\n\n*… and ${rest} more folded parts: the other differences, the unchanged base images, the graph, the state files.*`
}

function quoted(text: string): string {
  return text
    .split('\n')
    .map((line) => `> ${line}`.trimEnd())
    .join('\n')
}

function main(check: boolean): number {
  const readme = read('README.md')
  const wanted = withParts(readme, generatedParts())
  if (readme === wanted) {
    stdout.write('README.md is up to date.\n')
    return 0
  }
  if (check) {
    stderr.write('README.md is out of date. Mend it with: npm exec -- node scripts/readme-tables.ts\n')
    return 1
  }
  writeFileSync(new URL('README.md', root), wanted)
  stdout.write('README.md rewritten.\n')
  return 0
}

if (argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main(argv.includes('--check'))
