// The effective values of an entry, key by key, however it is written, and the rules for dangerous changes of them: the
// few ways in which keys of images.yaml permit more than before.

import { isAllowedRegistry } from '../../enrollment/across-entries.js'
import { parseDuration } from '../../enrollment/grammar.js'
import type { EntryContent, Environment, Update } from '../../enrollment/images-file.js'
import { FLAT } from '../../enrollment/promotion.js'
import { THRESHOLDS, type Threshold } from '../../enrollment/schema/promotion.js'

/** The value of a key or its default; a list is a set. null: none. */
export type GateValue = string | readonly string[] | null

/** Whether a change between two different values must be reviewed carefully. */
export type Rule = (before: GateValue, after: GateValue) => boolean

/** Any change, also a removal. */
export const anyChange: Rule = () => true

/** Any new value; a removal permits nothing. */
export const changed: Rule = (_, after) => after !== null

/** Another value than before; the first one does not count. */
export const replaced: Rule = (before, after) => before !== null && after !== null

export const added: Rule = (before, after) => listOf(after).some((one) => !listOf(before).includes(one))

/** A waiting time is shorter. */
export const shortened: Rule = (before, after) => secondsOf(after) < secondsOf(before)

export const turnedOn: Rule = (before, after) => before === 'false' && after === 'true'
export const turnedOff: Rule = (before, after) => before === 'true' && after === 'false'

/** A check is disabled, or fails for fewer findings; severities are ordered. */
export const weakened: Rule = (before, after) =>
  rankOf(before) >= 0 && rankOf(after) >= 0 && rankOf(after) < rankOf(before)

/** An item that had to be passed is no longer in the list. */
export const shortenedList: Rule = (before, after) =>
  after !== null && listOf(before).some((one) => !listOf(after).includes(one))

/** A list of what is permitted (empty: everything) permits something else. Anything but a subset counts as wider. */
export const widened: Rule = (before, after) =>
  isWider(listOf(before), listOf(after), (one, allowed) => allowed.includes(one))

/** Like `widened`, for registries: `ghcr.io/acme` is narrower than `ghcr.io`. */
export const widenedRegistries: Rule = (before, after) =>
  isWider(listOf(before), listOf(after), (one, allowed) => isAllowedRegistry(one, allowed))

function isWider(
  before: readonly string[],
  after: readonly string[],
  covers: (one: string, allowed: readonly string[]) => boolean,
): boolean {
  if (before.length === 0) return false
  return after.length === 0 || after.some((one) => !covers(one, before))
}

function listOf(value: GateValue): readonly string[] {
  if (value === null) return []
  return typeof value === 'string' ? [value] : value
}

function secondsOf(value: GateValue): number {
  return typeof value === 'string' ? (parseDuration(value)?.seconds ?? 0) : 0
}

/** `off` is the weakest, then CRITICAL, which fails least; -1 for other values. */
function rankOf(value: GateValue): number {
  if (value === OFF) return 0
  const rank = THRESHOLDS.indexOf(value as Threshold)
  return rank < 0 ? -1 : THRESHOLDS.length - rank
}

const OFF = 'off'

/** A key in which two entries differ; null: no value. */
export interface GateDifference {
  readonly key: string
  readonly before: GateValue
  readonly after: GateValue
}

type Facts = Readonly<Record<string, GateValue>>

/** The differences between the effective values of two entries, with environments matched by name. */
export function differencesOf(before: EntryContent, after: EntryContent): GateDifference[] {
  return [...differing(entryFacts(before), entryFacts(after)), ...environmentDifferences(before, after)]
}

function differing(before: Facts, after: Facts): GateDifference[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return keys.flatMap((key) => {
    const [was, is] = [before[key] ?? null, after[key] ?? null]
    return JSON.stringify(was) === JSON.stringify(is) ? [] : [{ key, before: was, after: is }]
  })
}

function entryFacts(entry: EntryContent): Facts {
  const { registry, repository, tags, accept, minimumReleaseAge, autoRebuild } = entry
  return {
    repository: registry === '' ? null : `${registry}/${repository}`,
    'tags.strategy': tags.strategy,
    'tags.constraint': tags.constraint,
    'tags.allow': [...tags.allow].sort(),
    accept: [...new Set(accept.map(({ code }) => code))].sort(),
    autoRebuild: String(autoRebuild),
    minimumReleaseAge: minimumReleaseAge.text,
    ...analysisFacts(entry),
    ...sourceFacts(entry),
  }
}

/** Without any checks there is one fact: the individual checks would repeat it. */
function analysisFacts({ analysis }: EntryContent): Facts {
  if (analysis === null) return { analysis: 'false' }
  const { dockerfile, content, vulnerabilities, ignoreUnfixed, templates } = analysis
  return {
    analysis: 'true',
    'analysis.dockerfile': dockerfile ?? OFF,
    'analysis.content': content ?? OFF,
    'analysis.vulnerabilities': vulnerabilities ?? OFF,
    'analysis.vulnerabilities.ignoreUnfixed': vulnerabilities === null ? null : String(ignoreUnfixed),
    'analysis.templates': templates,
  }
}

function sourceFacts({ source }: EntryContent): Facts {
  if (source === null) return {}
  const inputs = [...source.inputs].map(([name, value]): [string, string] => [`source.inputs.${name}`, value])
  return {
    'source.provider': source.provider,
    'source.repo': source.repo,
    'source.branch': source.branch ?? 'default branch',
    ...('workflow' in source
      ? { 'source.workflow': source.workflow }
      : { 'source.pipeline': source.pipeline ?? 'default pipeline', 'source.job': source.job }),
    ...Object.fromEntries(inputs),
  }
}

function environmentDifferences(before: EntryContent, after: EntryContent): GateDifference[] {
  const was = new Map(before.environments.map((one) => [one.name, one]))
  return after.environments.flatMap((environment) => {
    const earlier = was.get(environment.name)
    const key = environmentKey(environment)
    if (earlier === undefined) return [{ key: `${key}.name`, before: null, after: targetsOf(environment) }]
    return [
      ...differing(gateFacts(before, earlier), gateFacts(after, environment)),
      ...updateDifferences(
        earlier.updates,
        environment.updates,
        environment.name === FLAT ? 'updates' : `${key}.updates`,
      ),
    ]
  })
}

function gateFacts({ environments }: EntryContent, environment: Environment): Facts {
  const key = environmentKey(environment)
  const names = environments.map(({ name }) => name)
  return {
    [`${key}.after`]: names.slice(0, names.indexOf(environment.name)).sort(),
    [`${key}.auto`]: String(environment.auto),
    [`${key}.soak`]: environment.soak.text,
    [`${key}.pullRequest`]: String(environment.pullRequest),
  }
}

/** Updates that are in both are skipped, whatever their order; the others are compared in order. */
function updateDifferences(before: readonly Update[], after: readonly Update[], key: string): GateDifference[] {
  const [was, is] = [before.map(placeOf), after.map(placeOf)]
  const gone = before.filter((_, index) => !is.includes(was[index] ?? ''))
  const others = after.filter((_, index) => !was.includes(is[index] ?? ''))
  return others.flatMap((update, index) => {
    const at = `${key}[${after.indexOf(update)}]`
    const earlier = gone[index]
    if (earlier === undefined) return [{ key: at, before: null, after: placeOf(update) }]
    const facts = (one: Update): Facts =>
      Object.fromEntries(Object.entries(one).map(([name, value]) => [`${at}.${name}`, value]))
    return differing(facts(earlier), facts(update))
  })
}

function environmentKey({ name }: Environment): string {
  return `environments.${name}`
}

/** Where an environment's updates are written. */
export function targetsOf({ updates }: Environment): string[] {
  return updates.map(placeOf)
}

function placeOf({ provider, repo, branch, path, type, key, value }: Update): string {
  const host = provider === 'github' ? '' : `${provider}:`
  const what = type === 'yaml-update' ? ` ${key ?? ''} (${value})` : ''
  return `${host}${repo}@${branch} ${path}${what}`
}

/** The schema key of a difference: `environments[].soak`, `source.inputs.*`. */
export function schemaKeyOf(key: string): string {
  return key
    .replace(/^environments\.[^.]+\.after$/, 'environments')
    .replace(/^environments\.[^.]+/, 'environments[]')
    .replace(/^updates/, 'environments[].updates')
    .replace(/updates\[\d+\]$/, 'updates')
    .replace(/\[\d+\]/g, '[]')
    .replace(/^(source\.inputs|build\.args|build\.contexts)\..*$/, '$1.*')
}
