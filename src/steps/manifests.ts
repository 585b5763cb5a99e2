import type { ImagesFile, Override } from '../enrollment/index.js'
import { type ManifestFile, synthesize } from '../kargo/index.js'
import { type Comparison, compareManifests, type OutputFolder, refuseForeignFiles } from '../manifests/index.js'
import { fromTop, type MergedState } from '../state/index.js'
import type { RunSetting, StateFolder } from './job.js'

export function manifestsOf(
  enrolled: ImagesFile,
  state: MergedState,
  overrides: readonly Override[],
  folder: StateFolder,
  job: RunSetting,
): ManifestFile[] {
  const { images, bases, branches } = state
  const imagesFile = fromTop(folder.path, folder.imagesFile)
  const hosts = { github: { apiUrl: job.apiUrl }, gitlab: { url: job.gitlabUrl } }
  const files = synthesize({ settings: enrolled.settings, images, bases, branches, overrides, ...hosts, imagesFile })
  job.say(`${files.length} manifest files.`)
  return files
}

export function compare(
  output: OutputFolder,
  manifests: readonly ManifestFile[],
  folder: StateFolder,
  job: RunSetting,
): Comparison {
  const paths = manifests.map((file) => file.path)
  refuseForeignFiles(paths, output, fromTop(folder.path, folder.outputDir))
  const comparison = compareManifests(output.generated, manifests)
  job.say(`${comparison.changes.length} resources change.`)
  return comparison
}
