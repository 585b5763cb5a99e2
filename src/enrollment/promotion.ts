import { DEFAULT_PROVIDER, forgeOf, OTHER_PROVIDERS } from '../forges/index.js'
import { quote } from '../text/index.js'
import type { Path } from '../yaml/data.js'
import { pathName } from './messages.js'
import type { EntryFault } from './problem.js'
import type { Entry } from './schema/entry.js'

/** Name of the only environment when an entry has flat `updates`. */
export const FLAT = '1'
const NO_TIME = { text: '0', seconds: 0 }

/** Where an image is promoted to, in order; flat `updates` are one environment. */
export function environmentsOf({ updates = [], environments = [] }: Entry) {
  const flat = { name: FLAT, auto: true, soak: NO_TIME, pullRequest: false, updates }
  const stages = environments.length > 0 || updates.length === 0 ? environments : [flat]
  return stages.map((stage) => ({ ...stage, updates: stage.updates.map(withValue) }))
}

type WrittenUpdate = NonNullable<Entry['updates']>[number]

/** The default is set here rather than in the schema, because `updateFaults` must know whether a value was written. */
function withValue(update: WrittenUpdate) {
  return { ...update, value: update.value ?? 'tag' } as const
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

function updateFaults({ provider, repo, type, key, value }: WrittenUpdate, path: Path): EntryFault[] {
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
