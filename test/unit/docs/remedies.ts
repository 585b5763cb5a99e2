// The words of every remedy, read from the source: each text that can become one, with what is filled in left open.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/** What stands for a value that is filled in. */
export const OPEN = '…'

/** A text that a remedy is, or is put together from. */
export interface RemedyText {
  /** Path below the repository's top. */
  readonly file: string
  readonly text: string
}

/** Every text of more than one word that a `remedy` in `src` comes to, through constants and functions of its file. */
export function remedyTexts(root: string): RemedyText[] {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.ts'),
  )
  return files.sort().flatMap((path) => {
    const file = `src/${path}`
    const texts = textsIn(
      ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true),
    )
    return [...texts].filter((text) => text.includes(' ')).map((text) => ({ file, text }))
  })
}

function textsIn(source: ts.SourceFile): Set<string> {
  const declared = new Map<string, ts.Node[]>()
  const starts: ts.Node[] = []
  const look = (node: ts.Node) => {
    const body = bodyOf(node)
    const name = nameOf(node)
    if (body !== undefined && name !== null) {
      if (!ts.isPropertyAssignment(node)) declared.set(name, [...(declared.get(name) ?? []), body])
      if (/remedy/i.test(name)) starts.push(body)
    }
    ts.forEachChild(node, look)
  }
  look(source)
  const texts = new Set<string>()
  const seen = new Set<ts.Node>()
  const collect = (node: ts.Node) => {
    if (seen.has(node)) return
    seen.add(node)
    if (ts.isStringLiteralLike(node)) texts.add(node.text)
    else if (ts.isTemplateExpression(node)) {
      texts.add(node.head.text + node.templateSpans.map(({ literal }) => OPEN + literal.text).join(''))
      for (const { expression } of node.templateSpans) collect(expression)
    } else if (ts.isIdentifier(node)) for (const body of declared.get(node.text) ?? []) collect(body)
    else if (!ts.isPropertyAccessExpression(node)) ts.forEachChild(node, collect)
  }
  for (const start of starts) collect(start)
  return texts
}

function bodyOf(node: ts.Node): ts.Node | undefined {
  if (ts.isVariableDeclaration(node) || ts.isPropertyAssignment(node)) return node.initializer
  return ts.isFunctionDeclaration(node) ? node.body : undefined
}

function nameOf(node: ts.Node): string | null {
  const { name } = node as { readonly name?: ts.Node }
  return name !== undefined && ts.isIdentifier(name) ? name.text : null
}
