/** The documents of this repository, and what stands in them. */
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const ROOT = new URL('../../', import.meta.url)

/** Text of a file by its path from the repository's top, with the line ends that are committed. */
export function readDocument(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8').replaceAll('\r\n', '\n')
}

/** Paths that a pattern matches, from the repository's top, sorted. */
export function paths(...patterns: string[]): string[] {
  const found = globSync(patterns, { cwd: fileURLToPath(ROOT) })
  return found.map((path) => path.replaceAll('\\', '/')).sort()
}

/** Every page people read. */
export const PAGES = [...paths('*.md', 'docs/*.md'), 'examples/README.md', 'examples/state-repo/README.md']

/** The committed workflows, ours and those of the examples. */
export const WORKFLOWS = paths('.github/workflows/*.yml', 'examples/*/.github/workflows/*.yml')

/** A block of code in a page, and its first line. */
export interface CodeBlock {
  readonly page: string
  readonly line: number
  readonly language: string
  readonly text: string
}

/** The blocks of code of a page, without the indentation of a list they stand in. */
export function codeBlocks(page: string): CodeBlock[] {
  const text = readDocument(page)
  return [...text.matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```$/gm)].map((match) => {
    const [, indent = '', language = '', body = ''] = match
    const line = text.slice(0, match.index).split('\n').length + 1
    return { page, line, language, text: body.replaceAll(new RegExp(`^${indent}`, 'gm'), '') }
  })
}

/** A heading as GitHub makes an anchor of it. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_\s-]/gu, '')
    .replaceAll(' ', '-')
}

/** The anchors of a page. */
export function anchors(text: string): string[] {
  const prose = text.replace(/^( *)```[\s\S]*?^\1```$/gm, '')
  return [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading))
}

/** The rows of the tables below a heading: cells by row, without the head. */
export function tableRows(text: string, heading: string): string[][] {
  const [, below = ''] = text.split(`\n## ${heading}\n`)
  const [section = ''] = below.split(/^## /m, 1)
  const lines = section.split('\n').filter((line) => line.startsWith('| '))
  const rows = lines.map((line) =>
    line
      .slice(2, -2)
      .split(/ \| /)
      .map((cell) => cell.trim()),
  )
  return rows.filter((_, index) => !/^\| ---/.test(lines[index] ?? '') && !/^\| ---/.test(lines[index + 1] ?? ''))
}
