// What nobody can do without, as programs of a few lines: `floor.mjs parse FILE-OR-FOLDER…` and
// `floor.mjs copy SOURCES FROM TO`.
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { argv } from 'node:process'

function* filesIn(path) {
  if (statSync(path).isFile()) yield path
  else for (const name of readdirSync(path)) yield* filesIn(join(path, name))
}

const [, , what, ...paths] = argv
if (what === 'parse') {
  const { parseDocument } = await import('yaml')
  for (const path of paths) for (const file of filesIn(path)) parseDocument(readFileSync(file, 'utf8'))
} else {
  const [sources, from, to] = paths
  for (const file of filesIn(sources)) readFileSync(file, 'utf8')
  for (const file of filesIn(from)) {
    const target = join(to, relative(from, file))
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, readFileSync(file, 'utf8'))
  }
}
