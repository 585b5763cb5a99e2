import { posix } from 'node:path'
import type { Path } from '../yaml/data.js'
import type { EntryFault } from './entry-fault.js'
import { GITHUB_REPOSITORY } from './grammar.js'
import type { Environment, Update } from './images-file.js'
import { pathName, quote } from './messages.js'
import type { Entry } from './schema/entry.js'
import { durationOf } from './settings.js'

/** Name of the one environment that the flat `updates` are. */
const FLAT = '1'

/** Where an image is promoted to, in the order it goes through. */
export function environmentsOf({ updates, environments = [] }: Entry): readonly Environment[] {
  if (environments.length > 0) {
    return environments.map((one) => ({
      name: one.name,
      auto: one.auto,
      soak: durationOf(one.soak),
      pullRequest: one.pullRequest,
      updates: one.updates.map(updateOf),
    }))
  }
  if (updates === undefined || updates.length === 0) return []
  const soak = durationOf('0')
  return [{ name: FLAT, auto: true, soak, pullRequest: false, updates: updates.map(updateOf) }]
}

type WrittenUpdate = NonNullable<Entry['updates']>[number]

function updateOf({ provider, repo, branch, path, type, key, value }: WrittenUpdate): Update {
  return { provider, repo, branch, path: posix.normalize(path), type, key: key ?? null, value: value ?? 'tag' }
}

/** What is wrong across the keys that say where an image is promoted to. */
export function promotionFaults({ updates = [], environments = [] }: Entry): EntryFault[] {
  const both: EntryFault[] =
    updates.length === 0 || environments.length === 0
      ? []
      : [
          {
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
    return [{ path: ['environments', index, 'name'], message, remedy: 'Give each a name of its own.' }]
  })
}

function updateFaults({ provider, repo, type, key, value }: WrittenUpdate, path: Path): EntryFault[] {
  const faults: EntryFault[] = []
  if (provider === 'github' && !GITHUB_REPOSITORY.test(repo)) {
    const message = `${pathName([...path, 'repo'])}: ${quote(repo)} is no repository on GitHub.`
    faults.push({ path: [...path, 'repo'], message, remedy: 'Write OWNER/REPO, or provider: gitlab.' })
  }
  if (type === 'yaml-update' && key === undefined) {
    const remedy = 'Name the value that is changed, like key: image.tag.'
    faults.push({ path: [...path, 'type'], message: 'yaml-update needs a key.', remedy })
  }
  if (type === 'kustomize-set-image') {
    for (const [name, written] of Object.entries({ key, value })) {
      if (written === undefined) continue
      const message = `${name} has no meaning for kustomize-set-image.`
      faults.push({ path: [...path, name], message, remedy: 'Take it out, or write type: yaml-update.' })
    }
  }
  return faults
}
