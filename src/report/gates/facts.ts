// The effective values of an entry, key by key, however it is written: the basis for comparing two entries.
import type { EntryContent } from '../../enrollment/images-file.js'
import { type GateValue, OFF } from './rules.js'

/** A key in which two entries differ; null: no value. */
export interface Difference {
  readonly key: string
  readonly before: GateValue
  readonly after: GateValue
}

type Environment = EntryContent['environments'][number]
type Update = Environment['updates'][number]
export type Facts = Readonly<Record<string, GateValue>>

/** The differences between the effective values of two entries, with environments matched by name. */
export function differencesOf(before: EntryContent, after: EntryContent): Difference[] {
  return [...differing(entryFacts(before), entryFacts(after)), ...environmentDifferences(before, after)]
}

function differing(before: Facts, after: Facts): Difference[] {
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

function environmentDifferences(before: EntryContent, after: EntryContent): Difference[] {
  const was = new Map(before.environments.map((one) => [one.name, one]))
  return after.environments.flatMap((environment) => {
    const earlier = was.get(environment.name)
    const key = environmentKey(environment)
    if (earlier === undefined) return [{ key: `${key}.name`, before: null, after: targetsOf(environment) }]
    return [
      ...differing(gateFacts(before, earlier), gateFacts(after, environment)),
      ...updateDifferences(earlier.updates, environment.updates, updatesKey(environment)),
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
function updateDifferences(before: readonly Update[], after: readonly Update[], key: string): Difference[] {
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

/** Flat `updates` are an environment without a name in the file. */
const FLAT = '1'

function environmentKey({ name }: Environment): string {
  return `environments.${name}`
}

function updatesKey({ name }: Environment): string {
  return name === FLAT ? 'updates' : `environments.${name}.updates`
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
