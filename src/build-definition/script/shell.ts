import type { ScriptOptions } from './types.js'

/** The language of a script by the `shell` of its step (docs.github.com, "Workflow syntax"); null: one that is not read. */
export function shellOf(shell: string): NonNullable<ScriptOptions['shell']> | null {
  const program = shell.trim().split(/\s/)[0] ?? ''
  if (program === '' || /^(?:ba|da|z|k)?sh$/.test(program)) return 'posix'
  if (program === 'pwsh' || program === 'powershell') return 'pwsh'
  return program === 'cmd' ? 'cmd' : null
}
