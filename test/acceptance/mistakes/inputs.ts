import type { FakeGitHub } from '../../support/fake-github.js'
import { pushRun, startFactory, stopFactory } from '../factory.js'

let fake: Promise<FakeGitHub> | null = null

/** The errors that a run of the action shows for its inputs. */
export async function inputError(inputs: Readonly<Record<string, string>>): Promise<string> {
  fake ??= startFactory({ 'images.yaml': '- {name: app, repoURL: ghcr.io/org/app}\n' })
  const run = await pushRun(await fake, { inputs })
  const errors = run.annotations.filter(({ level }) => level === 'error')
  return errors.map(({ message }) => message).join('\n')
}

export async function stopInputs(): Promise<void> {
  if (fake !== null) await stopFactory(await fake)
}
