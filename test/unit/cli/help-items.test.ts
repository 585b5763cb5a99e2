import { describe, expect, it } from 'vitest'
import { makeProgram } from '../../../src/cli/commands.js'
import { recordingTerminal } from '../../support/terminal.js'

function helpOf(name: string | null, columns: number): string {
  const terminal = { ...recordingTerminal().terminal, columns }
  const program = makeProgram({ env: {}, terminal, now: '2026-01-01T00:00:00Z', finish: () => undefined })
  const command = name === null ? program : program.commands.find((one) => one.name() === name)
  return command?.helpInformation() ?? ''
}

const NAMES = makeProgram({
  env: {},
  terminal: recordingTerminal().terminal,
  now: '2026-01-01T00:00:00Z',
  finish: () => undefined,
}).commands.map((one) => one.name())

/** A usage line is one command, and is not broken. */
const lines = (help: string) => help.split('\n').filter((line) => !line.startsWith('Usage:'))

describe.each([null, ...NAMES])('help of %s', (name) => {
  it.each([60, 80, 120])('fits %i columns', (columns) => {
    expect(lines(helpOf(name, columns)).filter((line) => line.length > columns)).toEqual([])
  })
})

it('puts descriptions beside the terms where they fit, else below them', () => {
  expect(helpOf('graph', 120)).toMatch(
    /^ {2}--images <file> {2,}enrollment file in the state folder \(default: "images\.yaml"\)$/m,
  )
  expect(helpOf('enroll', 60)).toMatch(
    /^ {2}--images <file>\n {6}enrollment file in the state folder \(default:\n {6}"images\.yaml"\)$/m,
  )
})
