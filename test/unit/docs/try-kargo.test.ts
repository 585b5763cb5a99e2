/** What docs/try-kargo.md has people run, as far as that can be held without a cluster. */
import { existsSync } from 'node:fs'
import process from 'node:process'
import { describe, expect, it } from 'vitest'
import { parseDocument } from 'yaml'
import { codeBlocks, ROOT, readDocument, tableRows } from '../../support/documents.js'
import { runProcess } from '../../support/processes.js'

const PAGE = 'docs/try-kargo.md'
const text = readDocument(PAGE)
const blocks = codeBlocks(PAGE).filter(({ language }) => language === 'sh')
const commands = blocks.map((block) => block.text).join('\n')

/** All that a pattern with one group finds in the commands, once each. */
const named = (pattern: RegExp): string[] => [...new Set([...commands.matchAll(pattern)].map(([, one = '']) => one))]

describe('the commands', () => {
  it('are all there is of code', () => {
    expect(blocks.length).toBeGreaterThan(10)
    expect(codeBlocks(PAGE)).toHaveLength(blocks.length)
  })

  it.skipIf(process.platform === 'win32').each(blocks.map((block) => [block.line, block.text] as const))(
    'in line %i are bash',
    async (_, block) => {
      const { code, stderr } = await runProcess('/bin/bash', ['-n'], { env: {}, input: block })
      expect([code, `${stderr}`]).toEqual([0, ''])
    },
  )

  it('use no variable that none of them sets', () => {
    const set = [...named(/^(?:\w+=.*)?\b([A-Z_]+)=/gm), ...named(/^read -rs (\w+)$/gm), ...named(/^for (\w+) in/gm)]
    const used = named(/\$\{?([A-Za-z_]\w*)/g)
    expect(used.length).toBeGreaterThan(4)
    expect(used.filter((name) => !set.includes(name))).toEqual([])
  })

  it('copy files of this repository that are there', () => {
    const copied = named(/image-factory-action\/(\S*?)(?:["\s]|\/\.\s)/g).filter((path) => !path.includes('$'))
    expect(copied).toContain('examples/try-kargo')
    expect(copied.filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([])
  })

  it('make the Secret as the steps of docs/install.md do', () => {
    const makesSecret = (page: string) =>
      codeBlocks(page).filter((block) => block.text.includes('create secret generic github-dispatch'))
    const [here, there] = [makesSecret(PAGE), makesSecret('docs/install.md')]
    expect(here.map((block) => block.text)).toEqual(there.map((block) => block.text))
    expect(here).toHaveLength(1)
  })

  it('bring the AppProject and the Application of the examples to another repository', () => {
    const [before = ''] = named(/sed "s\|([^|]+)\|\$OWNER\/factory-demo-state\|"/g)
    const files = named(/^for file in ([\w ]+); do$/gm).flatMap((list) => list.split(' '))
    expect(files).toEqual(['project', 'application'])
    const kinds = files.map((file) => {
      const example = readDocument(`examples/platform-repo/${file}.yaml`)
      const changed = example.replace(before, 'me/factory-demo-state')
      expect(changed).not.toContain(before)
      const { errors, warnings } = parseDocument(changed)
      expect([...errors, ...warnings]).toEqual([])
      expect(changed).toContain('https://github.com/me/factory-demo-state.git')
      return /^kind: (\w+)$/m.exec(changed)?.[1]
    })
    expect(kinds).toEqual(['AppProject', 'Application'])
  })

  it('start and wait for workflows that the repository has', () => {
    const started = named(/--workflow ([\w.-]+\.yml) --limit/g)
    expect(started).toEqual(['base.yml', 'build.yml'])
    expect(readDocument('examples/try-kargo/.github/workflows/base.yml')).toContain('\n  workflow_dispatch:\n')
    expect(readDocument('examples/app-repo/.github/workflows/build.yml')).toContain('\n  workflow_dispatch:\n')
  })
})

describe('the versions', () => {
  it('are pinned, each program and each image', () => {
    const installs = commands.replaceAll('\\\n', ' ').match(/^helm install .*$/gm) ?? []
    expect(installs).toHaveLength(4)
    for (const install of installs) expect(install).toMatch(/ --version v?\d+\.\d+\.\d+ /)
    expect(named(/--image (\S+)/g).filter((image) => !/:v\d+\.\d+\.\d+/.test(image) && !image.startsWith('"'))).toEqual(
      [],
    )
  })

  it('are those of the table', () => {
    const table = text.slice(0, text.indexOf('## A cluster'))
    for (const version of named(/--version v?(\d+\.\d+\.\d+)/g)) expect(table, version).toContain(version)
    for (const version of named(/:v(1\.\d+\.\d+)/g)) expect(table, version).toContain(version)
  })

  it('of Kargo and Kubernetes were tried', () => {
    const tried = tableRows(readDocument('docs/install.md'), 'Versions tried')
    const minor = (version = '') => version.split('.').slice(0, 2).join('.')
    const [image = ''] = named(/kindest\/node:v([\d.]+)/g)
    const [chart = ''] = named(/kargo-charts\/kargo --version ([\d.]+)/g)
    expect(tried.map(([version]) => version)).toContain(chart)
    expect(tried.find(([version]) => version === chart)?.map(minor)).toContain(minor(image))
  })
})
