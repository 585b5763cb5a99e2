import { catalogFiles, catalogFolderFault, recordsOf } from '../backstage/index.js'
import { type ImagesFile, type Override, refuse } from '../enrollment/index.js'
import { type OutputFolder, readOutput, refuseForeignFiles } from '../manifests/index.js'
import { fromTop, type MergedState } from '../state/index.js'
import type { Loaded, RunSetting, StateFolder } from './job.js'

/** What a run reads and what it leaves, as far as the state goes. */
interface Kept {
  readonly loaded: Loaded
  readonly state: MergedState
}

/**
 * The state with the entity files of Backstage's catalog among its files, as they are and as they shall be; as it is
 * where the catalog is off. Files in the catalog's folder that are not ours stay out of both.
 *
 * @throws Refusal when the folder is somebody else's, or holds a file in our place that is not ours.
 */
export async function withCatalog(
  kept: Kept,
  { settings }: ImagesFile,
  overrides: readonly Override[],
  folder: StateFolder,
  job: RunSetting,
): Promise<Kept> {
  const { backstage: path, namespace: name, stagger } = settings
  if (path === null) return kept
  return job.step('Make the catalog', async () => {
    const { loaded, state } = kept
    const present = catalogFolder(path, folder)
    const records = recordsOf(state.files)
    const wanted = catalogFiles({ ...state, folder: path, name, records, overrides, staggerSeconds: stagger.seconds })
    const names = [...wanted.keys()].map((file) => file.slice(path.length + 1))
    refuseForeignFiles(names, present, fromTop(folder.path, path))
    job.say(`${wanted.size} files of the catalog.`)
    const there = [...present.generated].map(([file, text]) => [`${path}/${file}`, text] as const)
    return {
      loaded: { ...loaded, state: { ...loaded.state, texts: new Map([...loaded.state.texts, ...there]) } },
      state: { ...state, files: new Map([...state.files, ...wanted]) },
    }
  })
}

function catalogFolder(path: string, folder: StateFolder): OutputFolder {
  const fault = catalogFolderFault(path, folder.outputDir)
  if (fault === null) return readOutput(folder.root, path)
  const about = { file: fromTop(folder.path, folder.imagesFile), remedy: 'Name another folder, like catalog.' }
  throw refuse(`settings.backstage: ${fault}`, about)
}
