import { expect } from 'vitest'
import {
  type BuildInputs,
  type BuildValue,
  type DefinitionReading,
  isKnown,
  readBuildFiles,
  readWorkflow,
  type WorkflowFacts,
} from '../../../src/build-definition/index.js'
import type { BuildSettings } from '../../../src/enrollment/images-file.js'

/** A build in the repository's root, with an empty environment and no files beside those that are read. */
export const NO_SETTINGS: Parameters<typeof readBuildFiles>[1] = {
  environment: new Map(),
  set: [],
  folder: '',
  beside: new Map(),
}

/** What images.yaml says about a build of which it says nothing. */
export const NOTHING: BuildSettings = { args: new Map(), target: null, platforms: null, contexts: new Map() }

/** Reads one file that defines builds, in the format that its name implies. */
export function readBuildFile(text: string, file: string, environment = NO_SETTINGS.environment): DefinitionReading {
  return readBuildFiles([{ file, text }], { ...NO_SETTINGS, environment })
}

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

/** A value, short enough for a table: unknown ones as `?written`, assumed ones as `text (written)`. */
export function text(value: BuildValue | null): string | null {
  if (value === null) return null
  if (!isKnown(value)) return `?${value.written}`
  return value.assumedFrom === undefined ? value.text : `${value.text} (${value.assumedFrom})`
}

export function map(values: ReadonlyMap<string, BuildValue>): Record<string, string | null> {
  return Object.fromEntries([...values].map(([name, value]) => [name, text(value)]))
}

/** What is passed, without what is empty. */
export function shown({ args, target, platforms, contexts, unclear }: BuildInputs): Record<string, unknown> {
  return {
    ...(args.size > 0 && { args: map(args) }),
    ...(target !== null && { target: text(target) }),
    ...(platforms.length > 0 && { platforms: platforms.map(text) }),
    ...(contexts.size > 0 && { contexts: map(contexts) }),
    ...(unclear.length > 0 && { unclear: unclear.map(({ key, written }) => `${key}: ${written}`) }),
  }
}
