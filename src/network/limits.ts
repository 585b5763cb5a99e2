import { refuse } from '../enrollment/problem.js'

/**
 * How long one request may take, from the first byte sent to the last one read, in milliseconds: so many seconds as
 * the environment variable IMAGE_FACTORY_TIMEOUT says, else `usual`.
 *
 * @param usual seconds.
 * @throws Refusal when the variable says something else than 0.1 to 3600 seconds.
 */
export function requestTimeout(usual = 30): number {
  return seconds('IMAGE_FACTORY_TIMEOUT', usual, 0.1) * 1000
}

/**
 * The pause before a second try, in milliseconds. All other pauses are multiples of it. It is a second; tests make it
 * shorter by the environment variable IMAGE_FACTORY_PAUSE (seconds), which is no interface.
 */
export function baseDelay(): number {
  return seconds('IMAGE_FACTORY_PAUSE', 1, 0) * 1000
}

function seconds(name: string, usual: number, least: number): number {
  const text = process.env[name] ?? ''
  if (text === '') return usual
  const value = Number(text)
  if (value >= least && value <= 3600) return value
  throw refuse(`the environment variable ${name} must be a number of seconds from ${least} to 3600.`, {
    remedy: 'Correct it, or leave it out.',
  })
}
