import { parse } from 'yaml'

interface Workflow {
  readonly jobs: Readonly<
    Record<string, { readonly steps: readonly { readonly with?: Readonly<Record<string, string>> }[] }>
  >
}

/**
 * What the last step of a workflow's first job is given.
 *
 * @param values of `${{ inputs.NAME }}` by NAME, of other expressions by their text; the others are empty.
 */
export function inputsOf(workflow: string, values: Readonly<Record<string, string>> = {}): Record<string, string> {
  const [job] = Object.values((parse(workflow) as Workflow).jobs)
  const filled = (text: string) =>
    text.replace(/\$\{\{ (?:inputs\.)?([\w.-]+) \}\}/g, (_, name: string) => values[name] ?? '')
  return Object.fromEntries(Object.entries(job?.steps.at(-1)?.with ?? {}).map(([name, text]) => [name, filled(text)]))
}
