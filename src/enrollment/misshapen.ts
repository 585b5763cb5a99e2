import { DEFAULT_PROVIDER, FORGES } from '../forges/index.js'
import { type Data, isDataMap, type Path } from '../yaml/data.js'
import { gluedLine } from '../yaml/layout.js'
import { DNS_LABEL } from './grammar.js'
import { type Problem, problem } from './problem.js'
import { entrySchema } from './schema/entry.js'
import { keysAt } from './schema/keys.js'
import { settingsSchema } from './schema/settings.js'
import { forgesWith, providersWith } from './schema/source.js'

/**
 * An entry that is not a map: `- name:app` is text in YAML.
 *
 * @param line the line that it begins on; null if unknown.
 */
export function misshapenEntry(written: Data, line: string | null) {
  const glued = typeof written === 'string' && line !== null ? gluedLine(line) : null
  if (glued !== null) return glued
  return {
    message: 'an entry must be a map with at least name, registry and repository.',
    remedy: 'Write "- name: web" and the other keys of the image below it.',
  }
}

/** Something other than a list of images: usually a map by name. */
export function misshapenList(data: Data) {
  const [first, value] = isDataMap(data) ? (Object.entries(data)[0] ?? []) : []
  const isNamed = first !== undefined && DNS_LABEL.test(first) && isDataMap(value)
  return {
    message: 'images must be a list.',
    remedy: isNamed ? `Write "- name: ${first}" instead of "${first}:".` : 'Begin each entry with "- name: web".',
  }
}

/** The problems of a file that is not valid YAML; those below a list without its key only follow from it. */
export function withKeylessList(problems: readonly Problem[], text: string, file: string): readonly Problem[] {
  const keyless = keylessList(text, file)
  if (keyless === null) return problems
  // The parser may report it at the end of the line above.
  return [...problems.filter(({ line, remedy }) => remedy !== null && (line ?? 0) < (keyless.line ?? 0)), keyless]
}

/**
 * The list of images below `settings:` or `defaults:` without its key: the line `images:` was forgotten.
 *
 * @returns null if the list has a key, or if it is not the list of images.
 */
function keylessList(text: string, file: string): Problem | null {
  const lines = text.split(/\r?\n/)
  if (!lines.some((line) => /^\ufeff?(?:settings|defaults):/.test(line))) return null
  const index = lines.findIndex((line) => /^ *- *name:/.test(line))
  const column = lines[index]?.indexOf('-')
  if (column === undefined || lines.some((line) => /^\ufeff?["']?images\b/.test(line))) return null
  const above = lines.slice(0, index).filter((line) => !/^ *(?:#|$)/.test(line))
  const isOfKey = /:(?: +#.*)? *$/.test(above.at(-1) ?? '') || above.some((line) => line.search(/- /) === column)
  if (isOfKey) return null
  const remedy = 'Add the line images: above it.'
  return problem('yaml-invalid', 'the list of images has no key.', {
    file,
    line: index + 1,
    column: column + 1,
    remedy,
  })
}

/** Maps of an entry whose keys are often written beside them. */
const NESTED = ['source', 'build', 'tags', 'backstage'] as const

/** Names that other tools use for keys of an entry, in lower case without separators. */
const ENTRY_SYNONYMS: Readonly<Record<string, string>> = {
  delay: 'rebuildDelay',
  interval: 'rebuildDelay',
  rebuild: 'autoRebuild',
  rebuilds: 'autoRebuild',
  auto: 'autoRebuild',
  url: 'repoURL',
  host: 'registry',
  base: 'bases',
  baseimage: 'bases',
  baseimages: 'bases',
  from: 'bases',
  ref: 'source.branch',
  file: 'source.dockerfile',
  path: 'source.dockerfile',
  buildargs: 'build.args',
  arch: 'build.platforms',
  architectures: 'build.platforms',
  platform: 'build.platforms',
  stage: 'build.target',
  owner: 'backstage.owner',
  team: 'backstage.owner',
  ignore: 'accept',
  suppress: 'accept',
}

/** Keys for what does not exist here. */
const SCHEDULES = ['schedule', 'cron', 'crontab']
const NO_SCHEDULE = 'There is no schedule: rebuildDelay: 24h sets the shortest time between rebuilds.'

/**
 * The remedy for a key that is unknown where it is: it may be known elsewhere in the file, or under another name.
 *
 * @param path of the key, within its part.
 * @returns null if nothing is known about it.
 */
export function misplacedKey(key: string, path: Path, part: 'file' | 'settings' | 'entry'): string | null {
  const inEntry = keysAt(entrySchema, []).includes(key)
  const inSettings = keysAt(settingsSchema, []).includes(key)
  if (part === 'file') {
    if (key === 'name') return 'Write "- " before it, and indent the keys below it by 2 spaces.'
    if (inSettings) return 'Write it below "settings:".'
    return inEntry ? 'Write it in an entry of images, or below "defaults:".' : null
  }
  if (part === 'settings') return inEntry ? 'Write it in an entry of images, or below "defaults:".' : null
  if (path.length > 0) return inEntry ? `Write it in the entry itself, beside "${path[0]}:".` : otherForge(key, path)
  const nested = NESTED.find((one) => keysAt(entrySchema, [one]).includes(key))
  if (nested !== undefined) return `Write it below "${nested}:".`
  if (inSettings) return 'Write it below "settings:", beside "images:".'
  const plain = key.toLowerCase().replace(/[-_]/g, '')
  if (SCHEDULES.includes(plain)) return NO_SCHEDULE
  return Object.hasOwn(ENTRY_SYNONYMS, plain) ? `Write ${ENTRY_SYNONYMS[plain]}.` : null
}

function otherForge(key: string, path: Path): string | null {
  if (path.length !== 1 || path[0] !== 'source') return null
  const [provider] = providersWith(key)
  if (provider === undefined) return null
  const only = `Only a source on ${forgesWith(key)} has it:`
  if (provider !== DEFAULT_PROVIDER) return `${only} write provider: ${provider} beside it.`
  const others = FORGES.filter((forge) => !providersWith(key).includes(forge.provider))
  return `${only} ${others.map(({ name, buildKey }) => `a source on ${name} has ${buildKey.replace('source.', '')}`).join(', ')}.`
}
