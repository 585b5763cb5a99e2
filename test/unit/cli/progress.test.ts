import { describe, expect, it, vi } from 'vitest'
import { progressOn } from '../../../src/cli/terminal.js'
import { recordingTerminal } from '../../support/terminal.js'

/** What is on the line at last. */
const shown = (err: string) => err.split('\r\u001b[K').at(-1)

describe('progress', () => {
  it('counts on one line of a terminal, not more often than anybody can read, and leaves nothing behind', async () => {
    const { terminal, printed } = recordingTerminal()
    const progress = progressOn({ ...terminal, isLive: true })
    const clock = vi.spyOn(performance, 'now').mockReturnValue(0)
    const result = await progress.step('Look up digests', async () => {
      for (let n = 1; n <= 10_000; n += 1) {
        clock.mockReturnValue(1000 + n)
        progress.count('answers from registries')
      }
      expect(shown(printed.err)).toBe('Look up digests …, 9,901 answers from registries')
      return 7
    })
    clock.mockRestore()
    expect(result).toBe(7)
    expect(printed.err.split('\r').length).toBeLessThan(110)
    expect(printed.err.endsWith('\r\u001b[K')).toBe(true)
    expect(printed.out).toBe('')
  })

  it('is cut to the width of the terminal', async () => {
    const { terminal, printed } = recordingTerminal()
    await progressOn({ ...terminal, isLive: true, columns: 12 }).step('Look up digests', async () => undefined)
    expect(printed.err.split('\r\u001b[K')[1]).toBe('Look up dig')
  })

  it('is silent where nobody looks', async () => {
    const { terminal, printed } = recordingTerminal()
    const progress = progressOn(terminal)
    await progress.step('Look up digests', async () => progress.count('answers'))
    expect(printed).toEqual({ out: '', err: '' })
  })
})
