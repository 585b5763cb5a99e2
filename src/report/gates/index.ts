// The gates: changes that run something else, permit more, or skip a person. `decisions.ts` lists all keys, `rules.ts`
// defines what is compared and when a change is dangerous.

import type { EnrolledImage, EntryContent, ImagesFile, Settings } from '../../enrollment/images-file.js'
import { completeEntry } from '../../enrollment/variants.js'
import { flatten } from '../image-changes.js'
import type { GateChange, ImageChange, ValueChange } from '../model.js'
import { ENTRY_DECISIONS, type GateRule, NEW_ENTRY, ruleOf, SETTINGS_DECISIONS } from './decisions.js'
import { differencesOf, type GateDifference, type GateValue, schemaKeyOf, targetsOf } from './rules.js'

export { GATE_KINDS } from './decisions.js'

/**
 * The changes to review carefully: images in their order, then settings.
 *
 * @param entries as previously written, by image name.
 */
export function gatesOf(
  { images, settings }: { readonly images: readonly ImageChange[]; readonly settings: readonly ValueChange[] },
  enrolled: Pick<ImagesFile, 'images' | 'settings'>,
  entries: ReadonlyMap<string, unknown>,
): GateChange[] {
  const byName = new Map(enrolled.images.map((image) => [image.name, image]))
  const ofImages = images.flatMap((change) => {
    const image = byName.get(change.name)
    return image?.enabled === true ? imageGates(change, image, entries.get(change.name), enrolled.settings) : []
  })
  return [...ofImages, ...settings.flatMap(settingGate)]
}

function imageGates(
  { name, kind }: ImageChange,
  image: EnrolledImage,
  written: unknown,
  settings: Settings,
): GateChange[] {
  const before = kind === 'enrolled' ? null : completeEntry(name, written)
  const isUnknown = before === null && kind !== 'enrolled'
  const fresh = [
    ...(isUnknown ? [toChange(NEW_ENTRY.unknown, name, 'name', null, name)] : []),
    ...(before === null || kind === 'enabled' ? newEntryGates(image, settings) : []),
  ]
  if (before === null || before.registry === '') return fresh
  const read = { before: writtenKeys(written), after: writtenKeys(image.written) }
  const changes = differencesOf(before, image).flatMap((difference) => gateOf(name, difference, read))
  return [...changes, ...fresh]
}

/** @param written the keys that each version of the entry sets. */
function gateOf(
  image: string,
  { key, before, after }: GateDifference,
  written: Readonly<Record<'before' | 'after', ReadonlySet<string>>>,
): GateChange[] {
  const rule = ruleOf(ENTRY_DECISIONS, schemaKeyOf(key))
  if (rule === null || !rule.isDangerous(before, after)) return []
  const isWritten = (keys: ReadonlySet<string>) => [key, ...(WRITTEN_AS[key] ?? [])].some((one) => says(keys, one))
  const show = (value: GateValue, keys: ReadonlySet<string>) => textOf(value, !isWritten(keys))
  return [toChange(rule, image, shownKey(key), show(before, written.before), show(after, written.after))]
}

/** Other keys that can set the same value. */
const WRITTEN_AS: Readonly<Record<string, readonly string[]>> = {
  repository: ['repoURL', 'full_name'],
  'tags.strategy': ['imageSelectionStrategy'],
  'tags.allow': ['allowTags'],
  minimumReleaseAge: ['quarantine'],
}

function writtenKeys(written: unknown): ReadonlySet<string> {
  return new Set(flatten(written).keys())
}

/** Whether a key is set: itself, a key below it, or a single value for its whole parent (`analysis: true`). */
function says(keys: ReadonlySet<string>, key: string): boolean {
  if ([...keys].some((one) => one === key || one.startsWith(`${key}.`) || one.startsWith(`${key}[`))) return true
  const above = key.slice(0, key.lastIndexOf('.'))
  return key.includes('.') && keys.has(above)
}

function shownKey(key: string): string {
  if (/^environments\.1\.[a-z]+$/i.test(key)) return 'updates'
  return key.replace(/^(environments\.[^.]+)\.(?:after|name)$/, '$1')
}

function textOf(value: GateValue, isDefault: boolean): string | null {
  const text = typeof value === 'object' && value !== null ? value.join(', ') : value
  if (text === null || text === '') return null
  return isDefault && typeof value === 'string' && !value.startsWith('default ') ? `${text} (default)` : text
}

function toChange(
  { kind, meaning }: GateRule,
  image: string | null,
  key: string,
  before: string | null,
  after: string | null,
): GateChange {
  return { kind, image, key, before, after, meaning }
}

/** A new entry that is deployed: whether it is checked, and whether a person approves. */
function newEntryGates({ name, accept, analysis, environments }: EnrolledImage, settings: Settings): GateChange[] {
  const codes = accept.length === 0 ? null : [...new Set(accept.map(({ code }) => code))].sort()
  const accepted = codes === null ? [] : [toChange(NEW_ENTRY.accepted, name, 'accept', null, textOf(codes, false))]
  if (environments.length === 0) return accepted
  const isUnchecked = analysis === null || !settings.analysis
  const unchecked = isUnchecked ? [toChange(NEW_ENTRY.unchecked, name, 'analysis', null, 'false')] : []
  const straight = straightThrough(environments).map((environment) =>
    toChange(
      NEW_ENTRY.straight,
      name,
      shownKey(`environments.${environment.name}.name`),
      null,
      textOf(targetsOf(environment), false),
    ),
  )
  return [...accepted, ...unchecked, ...straight]
}

/** The first environments that every published version reaches immediately. */
function straightThrough(environments: EntryContent['environments']): EntryContent['environments'] {
  const stop = environments.findIndex(({ auto, pullRequest, soak }) => !auto || pullRequest || soak.seconds > 0)
  return stop < 0 ? environments : environments.slice(0, stop)
}

function settingGate({ key, before, after }: ValueChange): GateChange[] {
  const schemaKey = key.replace(/^webhookReceivers\.[^.]+/, 'webhookReceivers[]')
  const rule = ruleOf(SETTINGS_DECISIONS, schemaKey)
  const isList = key === 'allowedRegistries'
  const value = (text: string | null) => (isList && text !== null ? text.split(', ') : text)
  if (rule === null || !rule.isDangerous(value(before), value(after))) return []
  return [toChange(rule, null, `settings.${key}`, before, after)]
}
