import { DEFAULT_PROVIDER, forgeOf, OTHER_PROVIDERS } from '../forges/index.js'
import { quote } from '../text/index.js'
import { type Data, isDataMap, mergeData, type Path } from '../yaml/data.js'
import { pathName } from './messages.js'
import type { EntryFault } from './problem.js'
import type { Entry } from './schema/entry.js'
import type { Threshold } from './schema/promotion.js'

/** The checks of a published image; null: the check is off. */
export interface Analysis {
  readonly dockerfile: Threshold | null
  readonly content: Threshold | null
  readonly vulnerabilities: Threshold | null
  /** Whether vulnerabilities without a fix are ignored. */
  readonly ignoreUnfixed: boolean
  /** Custom AnalysisTemplates by name; they receive the arguments `image` and `digest`. */
  readonly templates: readonly string[]
}

const WORST: Threshold = 'CRITICAL'

const EVERYTHING: Analysis = {
  dockerfile: WORST,
  content: WORST,
  vulnerabilities: WORST,
  ignoreUnfixed: true,
  templates: [],
}

/** The checks of an entry; null if all are off. */
export function analysisOf(written: Entry['analysis']): Analysis | null {
  if (written === true) return EVERYTHING
  if (written === false || (typeof written === 'object' && !written.enabled)) return null
  const { dockerfile = true, content = true, vulnerabilities = true, templates = [] } = written
  const checks = {
    dockerfile: thresholdOf(dockerfile),
    content: thresholdOf(content),
    vulnerabilities: thresholdOf(vulnerabilities),
  }
  const isEmpty = Object.values(checks).every((check) => check === null) && templates.length === 0
  const ignoreUnfixed = typeof vulnerabilities === 'object' ? vulnerabilities.ignoreUnfixed : true
  return isEmpty ? null : { ...checks, ignoreUnfixed, templates: [...new Set(templates)].sort() }
}

/** AnalysisTemplates that the factory generates. */
export const OWN_TEMPLATES = {
  vulnerabilities: 'scan-image',
  content: 'check-content',
  dockerfile: 'check-dockerfile',
} as const

/** Custom AnalysisTemplates must not have the name of a generated one: one of the two would be lost. */
export function analysisFaults(written: Entry['analysis']): EntryFault[] {
  const templates = typeof written === 'object' ? written.templates : []
  return templates.flatMap((name, index) => {
    if (!(Object.values(OWN_TEMPLATES) as readonly string[]).includes(name)) return []
    const message = `${name} is one of the factory's own AnalysisTemplates.`
    const remedy = 'Remove it (its check is switched on by name), or rename yours.'
    return [{ code: 'name-taken', path: ['analysis', 'templates', index], message, remedy }]
  })
}

function thresholdOf(
  check: boolean | Threshold | { readonly enabled: boolean; readonly severity: Threshold },
): Threshold | null {
  if (typeof check === 'boolean') return check ? WORST : null
  if (typeof check === 'string') return check
  return check.enabled ? check.severity : null
}

/**
 * Merges the checks of an entry over the defaults. A severity alone is short for a map with it, so that
 * `{ignoreUnfixed: false}` over `HIGH` keeps the severity and `CRITICAL` over a map keeps its other keys.
 */
export function analysisOver(below: Data, above: Data): Data {
  if (!isDataMap(below) || !isDataMap(above)) return above
  const checks = ['dockerfile', 'content', 'vulnerabilities'].flatMap((key) => {
    const [under, over] = [below[key], above[key]]
    return under === undefined || over === undefined ? [] : [[key, checkOver(under, over)] as const]
  })
  return Object.assign(Object.create(null), mergeData(below, above), Object.fromEntries(checks))
}

function checkOver(below: Data, above: Data): Data {
  if (typeof below === 'string' && isDataMap(above)) return mergeData({ severity: below }, above)
  if (isDataMap(below) && typeof above === 'string') return mergeData(below, { enabled: true, severity: above })
  return mergeData(below, above)
}

/** Name of the only environment when an entry has flat `updates`. */
export const FLAT = '1'
const NO_TIME = { text: '0', seconds: 0 }

/** Where an image is promoted to, in order; flat `updates` are one environment. */
export function environmentsOf({ updates = [], environments = [] }: Entry) {
  const flat = { name: FLAT, auto: true, soak: NO_TIME, pullRequest: false, updates }
  const stages = environments.length > 0 || updates.length === 0 ? environments : [flat]
  return stages.map(({ updates: written, ...stage }) => ({
    ...stage,
    // The default is set here rather than in the schema: `updateFaults` must know whether a value was written.
    updates: written.map((update) => ({ ...update, value: update.value ?? ('tag' as const) })),
  }))
}

/** Problems across the keys that define promotions. */
export function promotionFaults({ updates = [], environments = [] }: Entry): EntryFault[] {
  const both: EntryFault[] =
    updates.length === 0 || environments.length === 0
      ? []
      : [
          {
            code: 'keys-conflicting',
            path: ['updates'],
            message: 'both updates and environments are given.',
            remedy: 'Keep environments: updates are one environment.',
          },
        ]
  return [
    ...both,
    ...updates.flatMap((update, index) => updateFaults(update, ['updates', index])),
    ...environments.flatMap((environment, place) =>
      environment.updates.flatMap((update, index) => updateFaults(update, ['environments', place, 'updates', index])),
    ),
    ...repeatedNames(environments),
  ]
}

function repeatedNames(environments: NonNullable<Entry['environments']>): EntryFault[] {
  const names = environments.map(({ name }) => name)
  return names.flatMap((name, index) => {
    if (names.indexOf(name) === index) return []
    const message = `two environments are called ${name}.`
    return [
      { code: 'name-taken', path: ['environments', index, 'name'], message, remedy: 'Give each a different name.' },
    ]
  })
}

function updateFaults(
  { provider, repo, type, key, value }: NonNullable<Entry['updates']>[number],
  path: Path,
): EntryFault[] {
  const faults: EntryFault[] = []
  const { name: forge, repository, repositoryForm } = forgeOf({ provider })
  if (provider === DEFAULT_PROVIDER && !repository.test(repo)) {
    const message = `${pathName([...path, 'repo'])}: ${quote(repo)} is not a repository on ${forge}.`
    faults.push({
      code: 'value-invalid',
      path: [...path, 'repo'],
      message,
      remedy: `Write ${[repositoryForm, ...OTHER_PROVIDERS.map((one) => `provider: ${one}`)].join(', or ')}.`,
    })
  }
  if (type === 'yaml-update' && key === null) {
    const remedy = 'Write the key of the value to change, like key: image.tag.'
    faults.push({ code: 'key-missing', path: [...path, 'type'], message: 'yaml-update needs a key.', remedy })
  }
  if (type === 'kustomize-set-image') {
    for (const [name, written] of Object.entries({ key, value })) {
      if (written === undefined || written === null) continue
      const message = `${name} has no meaning for kustomize-set-image.`
      faults.push({
        code: 'keys-conflicting',
        path: [...path, name],
        message,
        remedy: 'Remove it, or write type: yaml-update.',
      })
    }
  }
  return faults
}
