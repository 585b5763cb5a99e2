import { afterEach, expect, it, vi } from 'vitest'
import { runCommandLine } from '../../../src/cli/index.js'

afterEach(() => vi.restoreAllMocks())

async function run(...args: readonly string[]) {
  const printed = { out: '', err: '' }
  for (const [stream, to] of [
    [process.stdout, 'out'],
    [process.stderr, 'err'],
  ] as const) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      printed[to] += String(text)
      return true
    })
  }
  const code = await runCommandLine(args, {}, '2026-01-01T00:00:00Z')
  return { code, ...printed }
}

it.each([
  [['vaildate'], /^error: unknown command "vaildate"\. Did you mean validate\?\n$/],
  [['help', 'vaildate'], /^error: unknown command "vaildate"\. Did you mean validate\?\n$/],
  [['help', 'nope'], /^error: unknown command "nope"\. image-factory help lists all commands\.\n$/],
  [['nope', '--state', '.'], /^error: unknown command "nope"\. image-factory help lists all commands\.\n$/],
])('%o is an unknown command, and says what to type', async (args, error) => {
  const { code, out, err } = await run(...args)
  expect([code, out]).toEqual([1, ''])
  expect(err).toMatch(error)
})

it.each([[['help']], [['help', 'validate']], [['--help']], [['validate', '--help']]])('%o shows help', async (args) => {
  const { code, out, err } = await run(...args)
  expect([code, err]).toEqual([0, ''])
  expect(out).toMatch(/^Usage: image-factory/)
})
