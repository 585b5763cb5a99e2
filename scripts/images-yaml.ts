/**
 * Writes what is generated from the source: schema/images.schema.json and the tables in docs/images-yaml.md from the
 * schema of images.yaml, the timelines in docs/rebuild-policy.md from the rule that state files are written by.
 *
 *     node scripts/images-yaml.ts           rewrites them   (Node 24: npm exec -- node …)
 *     node scripts/images-yaml.ts --check   exit code 1 when one is out of date
 */
import { readFileSync, writeFileSync } from 'node:fs'
import process, { argv, stderr, stdout } from 'node:process'
import { fileURLToPath } from 'node:url'
import type * as Generator from '../src/enrollment/json-schema.js'
import type * as Rule from '../src/policy/index.js'
import type * as Tables from './images-yaml-tables.js'

import type * as Timelines from './rebuild-timeline.js'
import { loadSourceModules } from './source-modules.ts'

const root = new URL('../', import.meta.url)

async function main(check: boolean): Promise<number> {
  loadSourceModules()
  const { imagesJsonSchema, printJsonSchema }: typeof Generator = await import('../src/enrollment/json-schema.js')
  const { withTables }: typeof Tables = await import('./images-yaml-tables.js')
  const { rebuildEligibleAt }: typeof Rule = await import('../src/policy/index.js')
  const { withTimelines }: typeof Timelines = await import('./rebuild-timeline.js')
  const page = new URL('docs/images-yaml.md', root)
  const policy = new URL('docs/rebuild-policy.md', root)
  const wanted = new Map([
    [new URL('schema/images.schema.json', root), printJsonSchema()],
    [page, withTables(readFileSync(page, 'utf8'), imagesJsonSchema())],
    [policy, withTimelines(readFileSync(policy, 'utf8'), rebuildEligibleAt)],
  ])
  const stale = [...wanted].filter(([url, text]) => current(url) !== text)
  for (const [url, text] of stale) {
    const name = url.href.slice(root.href.length)
    if (check) stderr.write(`${name} is out of date. Update them with: npm exec -- node scripts/images-yaml.ts\n`)
    else writeFileSync(url, text)
  }
  if (stale.length === 0)
    stdout.write('schema/images.schema.json, docs/images-yaml.md and docs/rebuild-policy.md are up to date.\n')
  return check && stale.length > 0 ? 1 : 0
}

function current(url: URL): string | null {
  try {
    return readFileSync(url, 'utf8')
  } catch {
    return null
  }
}

if (argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(argv.includes('--check'))
