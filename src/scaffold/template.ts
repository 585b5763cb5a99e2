import { Document } from 'yaml'

/** A text with `{{name}}` filled in. Only names that the text's author gave are looked up. */
export function filled(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/(?<!\$)\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole)
}

/** A text as a YAML scalar on one line: quoted where any reader of YAML would take it for something else. */
export function scalar(text: string): string {
  const document = new Document(text, { compat: 'yaml-1.1' })
  return document.toString({ lineWidth: 0, blockQuote: false, singleQuote: false }).trimEnd()
}
