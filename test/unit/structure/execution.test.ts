/** What could make text into a program: none of it is in our code, whoever wrote the text. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const SRC = fileURLToPath(new URL('../../../src', import.meta.url))
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'))
const sources = files.map((file) => [file, readFileSync(join(SRC, file), 'utf8')] as const)

/** Where a pattern occurs, as `file: line`. */
const places = (pattern: RegExp) =>
  sources.flatMap(([file, text]) =>
    text
      .split('\n')
      .filter((line) => pattern.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  )

describe('the code', () => {
  it.each([
    ['shell', /\bshell\s*:|['"`](?:\/bin\/)?(?:ba|z|da)?sh['"`]|cmd\.exe|powershell/i],
    ['functions that start one', /(?<!\.)\b(?:exec|execSync|execFileSync|spawnSync|fork)\(/],
    ['text that becomes code', /\beval\(|new Function\b|node:vm|node:repl|\.runIn\w*Context/],
    ['modules by a name that is not written there', /\bimport\((?!\/\* webpackMode: "eager" \*\/ '[^']+'\))/],
    ['modules of the old kind', /\brequire\(|createRequire|process\.(?:binding|dlopen)|node:module/],
    ['threads and processes of its own', /node:(?:worker_threads|cluster)/],
  ])('has no %s', (_, pattern) => {
    // What the jobs in the cluster run, which shells a script is printed for, what a word of a Dockerfile is called, what scripts of steps are written in.
    const allowed =
      /^kargo\/tasks\/image-checks|^cli\/completion|^dockerfile\/command|^build-definition\/(?:script\/|workflow\/follow-script)/
    expect(places(pattern).filter((place) => !allowed.test(place))).toEqual([])
  })

  it('starts programs with a list of arguments, in two places', () => {
    const starts = places(/\bgetExecOutput\(|\bspawn\(/)
    expect(starts).toHaveLength(2)
    // Both take the program and its arguments; given one text, they would take it apart at its blanks.
    expect(starts.filter((place) => !/\b(?:getExecOutput|spawn)\(['\w]+, \[/.test(place))).toEqual([])
  })

  it('writes to disk in few places, each below a folder it was given', () => {
    const writing =
      /\b(?:writeFile|writeFileSync|appendFile|createWriteStream|renameSync|copyFile|cp|symlink|ftruncate)\(|\btruncate\b.* from 'node:fs/
    expect([...new Set(places(writing).map((place) => place.split(':')[0]))].sort()).toEqual([
      'cli/demo-loop.ts',
      'cli/demo.ts',
      'publish/work-tree.ts',
      'state/write.ts',
    ])
    const deleting = /\b(?:rm|rmSync|rmdir|rmdirSync|unlink|unlinkSync)\(/
    expect([...new Set(places(deleting).map((place) => place.split(':')[0]))].sort()).toEqual([
      'action/state-checkout.ts',
      'cli/demo.ts',
      'publish/work-tree.ts',
      'state/write.ts',
    ])
  })
})
