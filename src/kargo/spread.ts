import { createHash } from 'node:crypto'

/**
 * A number that a name always gets, spread evenly over the names: so that a thousand objects do not wake at once.
 *
 * @param limit greater than 0.
 * @returns a whole number from 0 to below the limit, from the first 48 bits of the name's SHA-256.
 */
export function spread(name: string, limit: number): number {
  return createHash('sha256').update(name).digest().readUIntBE(0, 6) % limit
}
