import { type Overview, overviewOf } from '../../../src/dashboard/index.js'
import { parseImagesFile, parseOverrides } from '../../../src/enrollment/index.js'
import { explainImages } from '../../../src/explain/index.js'
import { serverUrls } from '../../../src/forges/index.js'
import { readRecord } from '../../../src/state/read.js'
import type { StateRecord } from '../../../src/state/record.js'
import { NOW } from '../../support/factories.js'

/** The factory of a state folder's files, as `readOverview` sees it on disk. */
export function overviewIn(files: Readonly<Record<string, string>>, missing: readonly string[] = []): Overview {
  const { enrolled, problems } = parseImagesFile(files['images.yaml'] ?? '', 'images.yaml')
  if (enrolled === null) throw new Error(JSON.stringify(problems))
  const overrides = parseOverrides(files['overrides.yaml'] ?? '[]', 'overrides.yaml', NOW).active
  const records = { images: recordsBelow('images', files), bases: recordsBelow('base-images', files) }
  const urls = serverUrls({})
  const explanations = explainImages({ enrolled, records, overrides, now: NOW, urls })
  return overviewOf({
    explanations,
    records,
    overrides,
    settings: enrolled.settings,
    repository: 'acme/factory',
    now: NOW,
    missingBases: new Set(missing),
  })
}

function recordsBelow(folder: string, files: Readonly<Record<string, string>>): Map<string, StateRecord> {
  const all = Object.entries(files).flatMap(([path, text]): [string, StateRecord][] => {
    const { record } = path.startsWith(`${folder}/`) ? readRecord(text, path) : { record: null }
    return record === null ? [] : [[path.slice(folder.length + 1, -'.yaml'.length), record]]
  })
  return new Map(all)
}
