import { expect } from 'vitest'
import { type BuildInputs, isKnown, readWorkflow, type WorkflowFacts } from '../../../src/build-definition/index.js'

/** A workflow that must be readable. */
export function workflow(text: string): WorkflowFacts {
  const read = readWorkflow(text, { file: 'build.yml' })
  if (!read.ok) return expect.fail(`${read.line}: ${read.message}`)
  return read.workflow
}

/** A workflow with one step of docker/build-push-action. */
export function building(inputs: string, { job = '', env = '', steps = '' } = {}): string {
  const indented = (text: string, by: number) => text.replace(/^(?=.)/gm, ' '.repeat(by))
  return `on: { workflow_dispatch: }
${env}
jobs:
  docker:
    runs-on: ubuntu-latest
${indented(job, 4)}
    steps:
      - uses: actions/checkout@v4
${indented(steps, 6)}
      - uses: docker/build-push-action@v6
        with:
          push: true
${indented(inputs, 10)}
`
}

/** What is passed, short enough for a table: unknown values as `?written`, assumed ones as `text (written)`. */
export function shown({ args, target, platforms, contexts, unclear }: BuildInputs): Record<string, unknown> {
  const text = (value: BuildInputs['target']) => {
    if (value === null) return null
    if (!isKnown(value)) return `?${value.written}`
    return value.assumedFrom === undefined ? value.text : `${value.text} (${value.assumedFrom})`
  }
  const map = (values: BuildInputs['args']) =>
    Object.fromEntries([...values].map(([name, value]) => [name, text(value)]))
  return {
    ...(args.size > 0 && { args: map(args) }),
    ...(target !== null && { target: text(target) }),
    ...(platforms.length > 0 && { platforms: platforms.map(text) }),
    ...(contexts.size > 0 && { contexts: map(contexts) }),
    ...(unclear.length > 0 && { unclear: unclear.map(({ key, written }) => `${key}: ${written}`) }),
  }
}
