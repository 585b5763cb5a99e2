/** Replaces what a removal takes away. */
import ts from 'typescript'
import { typePattern } from './edit.ts'
import type { Edit, Replacement } from './removal.ts'

/** @returns a file's text with an edit that applies to it. What is put in has no types, and is not checked for them. */
export function edited(text: string, edit: Edit): string {
  if ('file' in edit) return text.replace(edit.find, edit.by)
  const changed =
    'type' in edit
      ? text.replace(typePattern(edit.type), (_, before: string) => before + edit.by)
      : replaced(text, edit)
  return `// @ts-nocheck\n${changed}`
}

function replaced(text: string, { name, by }: Replacement): string {
  const [first = '', method] = name.split('.')
  const call = `return (${by.toString()})`
  if (method !== undefined) {
    const owner = `${first}.prototype.${method} ? ${first}.prototype : ${first}`
    const body = `{ ${call}(original.bind(this), ...arguments) }`
    return `${text}\n{\n  const owner = ${owner}\n  const original = owner.${method}\n  owner.${method} = function () ${body}\n}\n`
  }
  const { statements } = ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest, true)
  for (const statement of statements) {
    const before = `without_${first}`
    const copy = (from: ts.Node) => renamed(statement, from, before)
    if (ts.isFunctionDeclaration(statement) && statement.name?.text === first && statement.body !== undefined) {
      const body = `{ ${call}(${before}, ...arguments) }`
      return `${copy(statement.name)}\n${spliced(text, statement.body, body)}`
    }
    const [constant] = ts.isVariableStatement(statement) ? statement.declarationList.declarations : []
    if (constant?.initializer !== undefined && constant.name.getText() === first) {
      const value = `((${by.toString()})(${before}) as typeof ${before})`
      const changed = spliced(text, constant.initializer, value)
      const at = statement.getStart()
      return `${changed.slice(0, at)}${copy(constant.name)}\n${changed.slice(at)}`
    }
  }
  throw new Error(`there is no ${name}`)
}

/** A statement under another name, for this file alone. */
function renamed(statement: ts.Node, name: ts.Node, as: string): string {
  const at = statement.getStart()
  const text = statement.getText()
  const [before, after] = [text.slice(0, name.getStart() - at), text.slice(name.getEnd() - at)]
  return `${before.replace('export ', '')}${as}${after}`
}

function spliced(text: string, node: ts.Node, by: string): string {
  return `${text.slice(0, node.getStart())}${by}${text.slice(node.getEnd())}`
}
