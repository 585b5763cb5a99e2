/**
 * What random tests draw: the same in every run, so that nothing but a change of the code lets one fail. `FUZZ_SEED`
 * names another seed; `FUZZ_SEED=random` draws anew each time, and a failure says from which seed.
 */
import fc from 'fast-check'
import { runs } from './full.js'

const USUAL_SEED = 20_261_122

export const SEED = seedOf(process.env.FUZZ_SEED ?? '')

// So often where a test does not say it.
fc.configureGlobal({ seed: SEED, numRuns: runs(100, 40) })
if (process.env.FUZZ_SEED === 'random') console.log(`FUZZ_SEED=${SEED}`)

function seedOf(text: string): number {
  if (text === '') return USUAL_SEED
  if (text === 'random') return Math.trunc(Math.random() * 0x7fff_ffff)
  if (/^-?\d{1,10}$/.test(text)) return Number(text)
  throw new Error(`FUZZ_SEED must be a whole number or "random", not ${text}`)
}
