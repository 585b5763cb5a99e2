/** The INPUT_* variables a runner would set: every input of action.yml, with its default. */
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

export const ACTION_FILE = new URL('../../action.yml', import.meta.url)

interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly default?: string } | null>>
}

export interface ActionInputs {
  readonly inputs: Readonly<Record<string, string>>
  /** What `${{ github.token }}` stands for. */
  readonly token: string
}

export function inputEnvironment({ inputs, token }: ActionInputs): Record<string, string> {
  const declared = (parse(readFileSync(ACTION_FILE, 'utf8'), { schema: 'failsafe' }) as ActionFile).inputs
  const unknown = Object.keys(inputs).filter((name) => !(name in declared))
  if (unknown.length > 0) throw new Error(`action.yml has no input ${unknown.join(', ')}`)
  const environment: Record<string, string> = {}
  for (const [name, input] of Object.entries(declared)) {
    const preset = (input?.default ?? '').replace(/\$\{\{\s*github\.token\s*\}\}/g, token)
    environment[`INPUT_${name.toUpperCase().replace(/ /g, '_')}`] = inputs[name] ?? preset
  }
  return environment
}
