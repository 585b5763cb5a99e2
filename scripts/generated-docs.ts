/**
 * Keeps what is generated in the documents: the tables of inputs and outputs (from action.yml), the workflow (from the
 * example), the commands' help and the comment (from the committed bundle), the speed (from the benchmark that was recorded last),
 * and the codes of problems (from their table).
 *
 *     node scripts/generated-docs.ts           rewrites them   (Node 24: npm exec -- node …)
 *     node scripts/generated-docs.ts --check   exit code 1 when one is out of date
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import process, { argv, execPath, stderr, stdout } from 'node:process'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { type Results, shortTable } from '../bench/results.ts'
import { ERRORS, NOTICES, RUN_WARNINGS, WARNINGS } from '../src/enrollment/problem-codes.ts'
import { type PageParts, table, withParts } from './page-parts.ts'

const root = new URL('../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8').replaceAll('\r\n', '\n')

interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>
  readonly outputs: Readonly<Record<string, { readonly description: string }>>
}

/** Generated parts by page. */
export type Pages = Readonly<Record<string, PageParts>>

/** Everything that is generated. */
export function generatedPages(): Pages {
  const { inputs, outputs } = parse(read('action.yml'), { schema: 'failsafe' }) as ActionFile
  const inputRows = Object.entries(inputs).map(([name, input]) => [
    `\`${name}\``,
    input.description,
    input.default === undefined || input.default === '' ? '' : `\`${input.default}\``,
  ])
  const outputRows = Object.entries(outputs).map(([name, output]) => [`\`${name}\``, output.description])
  const workflow = read('examples/state-repo/.github/workflows/synth.yml')
  return {
    'docs/commands.md': { commands: commandHelp() },
    'docs/troubleshooting.md': {
      acceptable: codeTable(WARNINGS),
      warnings: codeTable(RUN_WARNINGS),
      errors: codeTable(ERRORS),
      notices: codeTable(NOTICES),
    },
    'docs/reference.md': {
      inputs: table(['Input', 'What it is', 'Default'], inputRows),
      outputs: table(['Output', 'What it is'], outputRows),
      workflow: `\`\`\`yaml\n${workflow.trimEnd()}\n\`\`\``,
      comment: quoted(shownOf(demoComment())),
      speed: shortTable(JSON.parse(read('bench/results.json')) as Results),
    },
  }
}

function codeTable(codes: Readonly<Record<string, string>>): string {
  const rows = Object.entries(codes).sort(([a], [b]) => (a < b ? -1 : 1))
  return table(
    ['Code', 'Meaning'],
    rows.map(([code, meaning]) => [`\`${code}\``, meaning]),
  )
}

const run = (...args: readonly string[]): string =>
  execFileSync(execPath, [fileURLToPath(new URL('dist/index.js', root)), ...args], {
    encoding: 'utf8',
  })

/** The names of all commands, as `--help` lists them. */
export function commandNames(): string[] {
  const [, listed = ''] = run('--help').split('Commands:')
  return [...listed.matchAll(/^ {2}([a-z]+)/gm)].map(([, name = '']) => name)
}

/** The help of every command, under a heading each. */
function commandHelp(): string {
  const one = (name: string) => `### ${name}\n\n\`\`\`text\n${run(name, '--help').trimEnd()}\n\`\`\``
  return commandNames().map(one).join('\n\n')
}

/** The comment that `npm start` prints, without the marker in its first line (it holds a commit's name). */
export function demoComment(): string {
  const [, comment = ''] = run('demo').split(/^3\. .*$/m)
  const [, text] = /<!-- .*? -->\n([\s\S]*?)\n+4\. /.exec(comment) ?? []
  if (text === undefined) throw new Error('the demo printed no comment')
  return text.trim()
}

/** All that is not folded, and the titles of what is. */
function shownOf(comment: string): string {
  let depth = 0
  const lines = comment.split('\n').flatMap((line): string[] => {
    const title = /^<details><summary>(.*)<\/summary>$/.exec(line)?.[1]
    if (title !== undefined) depth += 1
    const isShown = depth === 0 || (depth === 1 && title !== undefined)
    if (line === '</details>') depth -= 1
    return isShown ? [title === undefined ? line : `▸ ${title}`] : []
  })
  return lines.join('\n').replace(/\n{3,}/g, '\n\n')
}

function quoted(text: string): string {
  return text
    .split('\n')
    .map((line) => `> ${line}`.trimEnd())
    .join('\n')
}

function main(check: boolean): number {
  const stale = Object.entries(generatedPages()).flatMap(([path, parts]): [string, string][] => {
    const wanted = withParts(read(path), parts)
    return read(path) === wanted ? [] : [[path, wanted]]
  })
  for (const [path, wanted] of stale) {
    if (check) stderr.write(`${path} is out of date. Update them with: npm run docs\n`)
    else writeFileSync(new URL(path, root), wanted)
  }
  stdout.write(stale.length === 0 ? 'The generated documents are up to date.\n' : '')
  return check && stale.length > 0 ? 1 : 0
}

if (argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main(argv.includes('--check'))
