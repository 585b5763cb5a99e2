import { type Override, refuse, type Settings } from '../enrollment/index.js'
import { readOutput, refuseForeignFiles } from '../manifests/index.js'
import { fromTop, type MergedState, type StateFolder } from '../state/index.js'
import { catalogFiles, catalogFolderFault } from './catalog.js'

/**
 * Reads the existing catalog, and generates the one for the new state.
 *
 * @param path `settings.backstage`.
 * @returns the catalog's entity files, text by path relative to the state folder; only generated files.
 * @throws Refusal when the folder overlaps with other generated files, or an entity's path is taken by a file that is
 *   not ours.
 */
export function planCatalog(
  path: string,
  { namespace: name, stagger, backstageKinds: kinds }: Settings,
  state: MergedState,
  overrides: readonly Override[],
  folder: StateFolder,
) {
  const fault = catalogFolderFault(path, folder.outputDir)
  if (fault !== null) {
    const about = { file: fromTop(folder.path, folder.imagesFile), remedy: 'Use another folder, like catalog.' }
    throw refuse('value-invalid', `settings.backstage: ${fault}`, about)
  }
  const output = readOutput(folder.root, path)
  const wanted = catalogFiles({ ...state, folder: path, name, overrides, staggerSeconds: stagger.seconds, kinds })
  const names = [...wanted.keys()].map((file) => file.slice(path.length + 1))
  refuseForeignFiles(names, output, fromTop(folder.path, path))
  return { present: new Map([...output.generated].map(([file, text]) => [`${path}/${file}`, text])), wanted }
}
