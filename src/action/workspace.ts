import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { refuse } from '../enrollment/index.js'
import { isSafeFolder } from '../state/index.js'
import type { Context } from './context.js'

/**
 * A folder that an input names: below the workspace, where a pull request can bring links, so that none on the way is
 * followed; or elsewhere by its whole path, which only who wrote the workflow can say, and which is no link itself.
 *
 * @param input its name, for the message.
 * @returns its absolute path; null where there is no such folder.
 * @throws Refusal when the path climbs out of the workspace, or there is a link on the way.
 */
export function namedFolder(input: string, value: string, { workspace }: Context): string | null {
  const folder = resolve(workspace, value)
  const inside = relative(workspace, folder)
  const isInside = inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside)
  if (isInside) return isSafeFolder(workspace, inside.replaceAll(sep, '/')) ? folder : null
  if (isAbsolute(value)) return isSafeFolder(dirname(folder), basename(folder)) ? folder : null
  throw refuse(`${input} leads out of the workspace: ${JSON.stringify(value)}.`, {
    remedy: 'Name a folder in the workspace, or give its whole path.',
  })
}
