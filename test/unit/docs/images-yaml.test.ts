import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { withTables } from '../../../scripts/images-yaml-tables.js'
import { PUBLISHED, schemaComment } from '../../../src/enrollment/action-pin.js'
import { parseImagesFile } from '../../../src/enrollment/index.js'
import { imagesJsonSchema, printJsonSchema } from '../../../src/enrollment/json-schema.js'

const root = new URL('../../../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')
const page = read('docs/images-yaml.md')
const schema = imagesJsonSchema()
const MEND = 'rewrite it: npm run docs'

describe('what is generated from the schema', () => {
  it('schema/images.schema.json', () => {
    expect(read('schema/images.schema.json'), MEND).toBe(printJsonSchema())
  })

  it('the tables of docs/images-yaml.md', () => {
    expect(page, MEND).toBe(withTables(page, schema))
  })

  it('is written by the script, which finds it up to date', () => {
    const said = execFileSync(process.execPath, ['scripts/images-yaml.ts', '--check'], { cwd: root, encoding: 'utf8' })
    expect(said).toContain('up to date')
  })
})

describe('docs/images-yaml.md', () => {
  const examples = [...page.matchAll(/```yaml\n(# images\.yaml\n[\s\S]*?)```/g)].map(([, text = '']) => text)
  const ajv = new Ajv({ strict: false, allErrors: true })
  const check = ajv.compile(schema)

  it('has a first entry, seven recipes and an acceptance', () => expect(examples).toHaveLength(9))

  it.each(examples)('an example without any problem, for the command line and for an editor: %s', (example) => {
    expect(parseImagesFile(example, 'images.yaml').problems).toEqual([])
    expect(check(parse(example)), JSON.stringify(check.errors)).toBe(true)
    // What is deprecated is accepted, and not recommended.
    expect(example).not.toMatch(/^\s*(?:- )?(?:enrollment|image|namespace|full_name|quarantine|local):/m)
  })

  it('names every key', () => {
    const keys = new Set<string>()
    JSON.stringify(schema, (_, value: unknown) => {
      const properties = (value as { properties?: object } | null)?.properties
      if (typeof properties === 'object') for (const key of Object.keys(properties)) keys.add(key)
      return value
    })
    expect(keys.size).toBeGreaterThan(50)
    expect([...keys].filter((key) => !page.includes(`\`${key}\``))).toEqual([])
  })

  it('names the schema by the commit that the action is pinned to, like the example', () => {
    const line = `${schemaComment(PUBLISHED)}\n`
    expect(page).toContain(line)
    expect(read('examples/state-repo/images.yaml').startsWith(line)).toBe(true)
  })

  it('names the hook that there is', () => {
    const [hook] = parse(read('.pre-commit-hooks.yaml')) as { readonly id: string; readonly files: string }[]
    expect(page).toContain(`- id: ${hook?.id}`)
    const files = new RegExp(hook?.files ?? '')
    const taken = ['images.yaml', 'state/images.yml', 'overrides.yaml', 'a/b/overrides.yaml']
    expect(taken.filter((path) => !files.test(path))).toEqual([])
    const others = [
      'my-images.yaml',
      'images.yaml.bak',
      'images/web.yaml',
      'overrides.yml',
      'x-overrides.yaml',
      'imagesxyaml',
    ]
    expect(others.filter((path) => files.test(path))).toEqual([])
  })
})

describe('.pre-commit-hooks.yaml', () => {
  const [hook] = parse(read('.pre-commit-hooks.yaml')) as { readonly entry: string; readonly language: string }[]
  const [program = ''] = hook?.entry.split(' ') ?? []

  it('runs a committed file as it is: language script takes a path below the top of this repository', () => {
    expect(hook?.language).toBe('script')
    expect(existsSync(new URL(program, root))).toBe(true)
    expect(read(program).startsWith('#!/usr/bin/env node\n')).toBe(true)
    if (process.platform !== 'win32') expect(statSync(new URL(program, root)).mode & 0o111).not.toBe(0)
  })
})
