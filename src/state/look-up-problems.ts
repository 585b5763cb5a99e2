import { type Problem, problem } from '../enrollment/problem.js'

/** What came of one question to a registry; message: why nothing was learnt, null where something was. */
export interface FailedLookUp {
  readonly registry: string
  readonly message: string | null
}

/** Registries of which something was not learnt: one warning each, with the first reason, by name. */
export function lookUpProblems(asked: readonly FailedLookUp[]): Problem[] {
  const registries = new Map<string, { count: number; messages: Set<string>; missed: number }>()
  for (const { registry, message } of asked) {
    const known = registries.get(registry) ?? { count: 0, messages: new Set<string>(), missed: 0 }
    known.count += 1
    if (message !== null) {
      known.missed += 1
      known.messages.add(message)
    }
    registries.set(registry, known)
  }
  return [...registries]
    .filter(([, { missed }]) => missed > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([registry, { count, messages, missed }]) => {
      const [first] = [...messages].sort()
      const others = messages.size > 1 ? ` (and ${messages.size - 1} other reasons)` : ''
      const message = `${missed} of ${count} images at ${registry} could not be looked up: ${first}${others}.`
      const remedy = 'Nothing is taken for a change; what is known of them stands, and the next run asks again.'
      return problem('warning', message, { remedy })
    })
}
