import { describe, expect, it } from 'vitest'
import { checkDispatch } from '../../../src/build-definition/index.js'
import { workflow } from './examples.js'

const INPUTS = `on:
  workflow_dispatch:
    inputs:
      tag: { required: true }
      level: { type: choice, options: [debug, info, 3.20] }
      reason: { required: true, default: rebuild }
      note:
`

function check(on: string, inputs: Record<string, string>) {
  return checkDispatch(workflow(`${on}\njobs: {}`), new Map(Object.entries(inputs)))
}

describe('would GitHub take the dispatch', () => {
  it.each([
    ['with what is required', { tag: '1' }],
    ['with everything', { tag: '1', level: 'debug', reason: 'x', note: 'y' }],
    ['with a number among the choices', { tag: '1', level: '3.2' }],
    ['with the base that changed', { tag: '$(baseImage)', level: '$(baseDigest)' }],
    ['with an empty text', { tag: '' }],
  ])('yes, %s', (_title, inputs) => expect(check(INPUTS, inputs)).toEqual([]))

  it.each([
    [
      'no trigger',
      'on: push',
      { tag: '1' },
      'workflow',
      'build.yml has no workflow_dispatch trigger: it cannot be started.',
      'Add `workflow_dispatch:` under `on:` in that workflow.',
    ],
    [
      'an input it does not declare',
      INPUTS,
      { tag: '1', lvel: 'x' },
      'inputs.lvel',
      'build.yml declares no input "lvel".',
      'Did you mean level?',
    ],
    [
      'an input where it takes none',
      'on: workflow_dispatch',
      { base: 'x' },
      'inputs.base',
      'build.yml declares no input "base".',
      'It takes none. Declare it under workflow_dispatch, or do not send it.',
    ],
    [
      'a required input that is missing',
      INPUTS,
      {},
      'inputs.tag',
      'build.yml requires the input "tag", which has no default and is not sent.',
      'Add it under source.inputs in images.yaml, or give it a default in the workflow.',
    ],
    [
      'a choice it does not offer',
      INPUTS,
      { tag: '1', level: 'loud\n' },
      'inputs.level',
      'build.yml does not offer "loud\\n" for the input "level".',
      'Send one of: debug, info, 3.2.',
    ],
  ])('no: %s', (_title, on, inputs, key, message, remedy) => {
    const code = key === 'workflow' ? 'dispatch-impossible' : 'dispatch-input'
    expect(check(on, inputs as Record<string, string>)).toEqual([{ code, key, message, remedy }])
  })

  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`i${n}`, 'x']))
  const declaring = (count: number) =>
    `on: { workflow_dispatch: { inputs: { ${Object.keys(many(count)).join(': , ')}: } } }`
  it('yes: 25 inputs', () => expect(check(declaring(25), many(25))).toEqual([]))
  it('no: 26 inputs', () => {
    const message = 'build.yml is sent 26 inputs; GitHub accepts at most 25.'
    expect(check(declaring(26), many(26))).toEqual([
      { code: 'dispatch-input', key: 'workflow', message, remedy: 'Send fewer or shorter ones.' },
    ])
  })
  it('no: too much text', () => {
    expect(check(INPUTS, { tag: 'x'.repeat(70_000) })).toMatchObject([{ key: 'workflow' }])
  })
})
