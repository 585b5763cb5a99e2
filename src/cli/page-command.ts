import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { pageFiles } from '../dashboard/index.js'
import { refuse } from '../enrollment/index.js'
import { readOverview } from '../overview.js'
import { serversIn } from '../run-options.js'
import { writeFiles } from '../state/index.js'
import { printable } from '../text/index.js'
import { type CommandContext, ownRepository, shownPath, stateFolder } from './options.js'
import { printJson } from './terminal.js'

export interface PageOptions {
  /** Folder that the page is written to. */
  readonly out?: string
}

/**
 * `page --out DIR`: the factory as one HTML file, index.html, and as data, factory.json. Works offline.
 *
 * @throws Refusal when no folder is given, or images.yaml, overrides.yaml or a state file is invalid.
 */
export function pageCommand({ options, env, terminal, now }: CommandContext, { out }: PageOptions): number {
  if (out === undefined && options.json !== true) {
    const remedy = 'Give the folder to write to, for example --out public; or print the data with --json.'
    throw refuse('option-invalid', '--out is missing.', { remedy })
  }
  const folder = stateFolder(options, env)
  const repository = ownRepository(env)
  const overview = readOverview(folder, { repository, urls: serversIn(env), now, missingBases: new Set() })
  if (out !== undefined) {
    const root = resolve(out)
    makeFolder(root, out)
    const files = pageFiles(overview)
    writeFiles(root, files)
    if (!options.json) terminal.out(printable(`Wrote ${[...files.keys()].join(' and ')} to ${shownPath(out)}.\n`))
  }
  if (options.json) printJson(terminal, overview)
  return 0
}

function makeFolder(root: string, out: string): void {
  try {
    mkdirSync(root, { recursive: true })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const faults: Readonly<Record<string, string>> = { EEXIST: 'is a file', ENOTDIR: 'is below a file' }
    const fault = faults[code ?? ''] ?? `cannot be created (${code})`
    const remedy = 'Write --out public, a folder.'
    throw refuse('option-invalid', `--out: ${shownPath(out)} ${fault}.`, { remedy })
  }
}
