import { Document } from 'yaml'

/** Fills in `{{name}}` in a template. Only names with a given value are replaced. */
export function filled(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/(?<!\$)\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole)
}

/** A text as a YAML scalar on one line, quoted if any YAML parser would read it as another type. */
export function scalar(text: string): string {
  const document = new Document(text, { compat: 'yaml-1.1' })
  return document.toString({ lineWidth: 0, blockQuote: false, singleQuote: false }).trimEnd()
}
