import { refuse } from '../enrollment/problem.js'
import { GENERATED_HEADER } from '../kargo/index.js'
import { readFolder } from '../state/index.js'

export interface OutputFolder {
  /** Text of the files with our header, by path in the output folder. */
  readonly generated: ReadonlyMap<string, string>
  /** Names of YAML files that are not ours: never deleted, never overwritten. */
  readonly foreign: ReadonlySet<string>
}

/**
 * Reads the output folder, including files that are not tracked by git.
 *
 * @param root the state folder.
 * @param outputDir the output folder, relative to it.
 */
export function readOutput(root: string, outputDir: string): OutputFolder {
  const generated = new Map<string, string>()
  const foreign = new Set<string>()
  for (const [path, text] of readFolder(root, outputDir, '.yaml')) {
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (text.startsWith(`${GENERATED_HEADER}\n`)) generated.set(name, text)
    else foreign.add(name)
  }
  return { generated, foreign }
}

/** Refuses to overwrite files that are not ours. */
export function refuseForeignFiles(paths: Iterable<string>, output: OutputFolder, outputDir: string): void {
  for (const path of paths) {
    if (!output.foreign.has(path)) continue
    const file = `${outputDir}/${path}`
    const remedy = 'Move it out of the output folder, or delete it if it is an old generated file.'
    throw refuse(
      'file-foreign',
      `${file} is to be written and is not ours: its first line is not "${GENERATED_HEADER}".`,
      {
        file,
        remedy,
      },
    )
  }
}
