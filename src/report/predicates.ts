// Predicates for the changes of an image ("is rebuilt more often"), each with the values that it follows from.
import { parseDuration } from '../enrollment/grammar.js'
import { ENTRY_DECISIONS, ruleOf } from './gates/decisions.js'
import { code, listed, type Span } from './markdown.js'
import type { ImageChange, ValueChange } from './model.js'
import { durationText, effective } from './values.js'

export interface Predicate {
  /** Begins with a verb: `is rebuilt more often`. */
  readonly words: readonly Span[]
  /** More of the sentence, if it is about one image: `, up to once per 24h`. */
  readonly detail: readonly Span[]
  readonly changes: readonly ValueChange[]
  /** Rank among others: the most important is first. */
  readonly rank: number
  /** Common prefix of the changed keys, which the words already express. */
  readonly prefix: string
}

type Words = Pick<Predicate, 'words'> & Partial<Predicate>

/** From most to least important: deployment, content, frequency. */
const RULES: readonly { readonly keys: RegExp; readonly say: (changes: readonly ValueChange[]) => Words }[] = [
  {
    keys: /^(?:registry|repository|repoURL)$/,
    say: () => ({ words: ['takes its new versions from a different repository'] }),
  },
  {
    keys: /^(?:tags\b|allowTags$|imageSelectionStrategy$)/,
    say: () => ({ words: ['picks its new version by a different rule'] }),
  },
  { keys: /^analysis\b/, say: checked },
  { keys: /^source\.(?:provider|repo)$/, say: () => ({ words: ['is built in a different place'] }) },
  { keys: /^source\.branch$/, say: () => ({ words: ['is built from a different branch'] }) },
  { keys: /^source\.(?:workflow|pipeline|job)$/, say: builtBy },
  { keys: /^source\.dockerfile$/, say: () => ({ words: ['is built from a different Dockerfile'] }) },
  { keys: /^(?:source|build)\b/, say: () => ({ words: ['is built differently'] }) },
  { keys: /^autoRebuild$/, say: automatic },
  { keys: /^rebuildDelay$/, say: delayed },
  { keys: /^minimumReleaseAge$/, say: aged },
  { keys: /^rebuildOn$/, say: rebuiltOn },
  { keys: /^accept\b/, say: accepting },
  { keys: /^bases\b/, say: () => ({ words: ['names different base images'] }) },
]

const DEPLOYMENT = /^(?:environments|updates)\b/

/** The predicates of a changed image, by importance. */
export function predicatesOf({ details }: ImageChange): Predicate[] {
  const rest = details.filter(({ key }) => key !== 'enabled' && !DEPLOYMENT.test(key))
  const said = RULES.flatMap((rule, index) => {
    const changes = rest.filter(({ key }) => RULES.findIndex(({ keys }) => keys.test(key)) === index)
    return changes.length === 0 ? [] : [predicate({ ...rule.say(changes), rank: index + 1 }, changes)]
  })
  const others = rest.filter(({ key }) => !RULES.some(({ keys }) => keys.test(key)))
  const last =
    others.length === 0
      ? []
      : [predicate({ words: ['changes in something that affects no build'], rank: RULES.length + 1 }, others)]
  return [...deployments(details.filter(({ key }) => DEPLOYMENT.test(key))), ...said, ...last]
}

function predicate(words: Words, changes: readonly ValueChange[]): Predicate {
  return { detail: [], rank: 0, prefix: '', changes, ...words }
}

function checked(changes: readonly ValueChange[]): Words {
  const isOff = ({ after }: ValueChange) => after === 'false'
  const wasOff = ({ before }: ValueChange) => before === 'false'
  if (changes.some(({ key, after }) => /^analysis(?:\.enabled)?$/.test(key) && after === 'false')) {
    return { words: ['is no longer checked'] }
  }
  if (changes.every((change) => isOff(change) || isWeaker(change))) return { words: ['is checked less strictly'] }
  return { words: [changes.every(wasOff) ? 'is checked more strictly' : 'is checked differently'] }
}

/** An item removed from a list, or a change to review carefully. */
function isWeaker({ key, before, after }: ValueChange): boolean {
  if (key.endsWith(']')) return after === null
  return ruleOf(ENTRY_DECISIONS, key)?.isDangerous(effective(key, before), effective(key, after)) === true
}

function builtBy(changes: readonly ValueChange[]): Words {
  const [first] = changes
  const isGone = changes.every(({ after }) => after === null) && first?.key !== 'source.job'
  return { words: [isGone ? 'no longer has a workflow that rebuilds it' : 'is rebuilt by a different workflow'] }
}

function automatic([change]: readonly ValueChange[]): Words {
  const isOff = change?.after === 'false'
  return { words: [isOff ? 'is no longer rebuilt automatically' : 'is rebuilt automatically from now on'] }
}

/** Whether a duration gets longer; null if it is unchanged. */
function isLonger({ key, before, after }: ValueChange): boolean | null {
  const [was, is] = [before, after].map((text) => parseDuration(effective(key, text) ?? '')?.seconds ?? 0)
  if (was === undefined || is === undefined || was === is) return null
  return is > was
}

function delayed([change]: readonly ValueChange[]): Words {
  if (change === undefined) return { words: [] }
  const longer = isLonger(change)
  const delay = effective(change.key, change.after) ?? ''
  if (longer === null) return { words: ['is rebuilt as often as before'] }
  if (longer) return { words: ['is rebuilt less often'], detail: [', at most once per ', durationText(delay)] }
  const often = delay === '0' ? ['with every base image change'] : ['up to once per ', durationText(delay)]
  return { words: ['is rebuilt more often'], detail: [', ', ...often] }
}

function aged([change]: readonly ValueChange[]): Words {
  const longer = change === undefined ? null : isLonger(change)
  if (change === undefined || longer === null) return { words: ['waits for new base images as long as before'] }
  const age = effective(change.key, change.after) ?? '0'
  const until = age === '0' ? [', and rebuilds for them at once'] : [', until they are ', durationText(age), ' old']
  return { words: [longer ? 'waits longer for new base images' : 'waits less for new base images'], detail: until }
}

function rebuiltOn([change]: readonly ValueChange[]): Words {
  const fewer = change?.after === 'runtime'
  return { words: [fewer ? 'is rebuilt for fewer of its base images' : 'is rebuilt for more of its base images'] }
}

function accepting(changes: readonly ValueChange[]): Words {
  const what = changes.length === 1 ? 'a warning' : `${changes.length} warnings`
  const prefix = 'accept.'
  if (changes.every(({ before }) => before === null)) return { words: [`accepts ${what}`], prefix }
  if (changes.every(({ after }) => after === null)) return { words: [`no longer accepts ${what}`], prefix }
  return { words: ['accepts different warnings, or for different reasons'], prefix }
}

/** One predicate per environment; flat `updates` are an environment without a name. */
function deployments(changes: readonly ValueChange[]): Predicate[] {
  const names = [...new Set(changes.map(({ key }) => environmentOf(key)))]
  return names.map((name) => {
    const prefix = name === null ? '' : `environments.${name}.`
    const own = changes.filter(({ key }) => environmentOf(key) === name)
    const at = (key: string) => own.find((change) => change.key === prefix + key)
    const words = ['is ', ...deployed(name, own, at)]
    return predicate({ words, prefix }, shownChanges(own, prefix))
  })
}

function environmentOf(key: string): string | null {
  return /^environments\.([^.]*)/.exec(key)?.[1] ?? null
}

/** Leaves out most keys of an added or removed environment. */
function shownChanges(changes: readonly ValueChange[], prefix: string): readonly ValueChange[] {
  const whole = changes.every(({ before }) => before === null) || changes.every(({ after }) => after === null)
  if (!whole) return changes
  return changes.filter(({ key }) => /updates\[\d+\]\.repo$/.test(key.slice(prefix.length)))
}

function deployed(
  name: string | null,
  own: readonly ValueChange[],
  at: (key: string) => ValueChange | undefined,
): Span[] {
  const to = name === null ? [] : [' to ', code(name)]
  if (own.some(({ key }) => key.startsWith('updates[0].')) || at('name') !== undefined) {
    if (own.every(({ before }) => before === null)) return ['deployed', ...to, ' from now on']
    if (own.every(({ after }) => after === null)) return ['no longer deployed', ...to]
  }
  const review = turned(at('pullRequest'), 'only after review', 'without review')
  const auto = turned(at('auto'), 'automatically', 'only by hand')
  const soak = at('soak')
  const longer = soak === undefined ? null : isLonger(soak)
  // "Without review" implies "automatically", and both imply the timing.
  const how = review ?? auto ?? (longer === null ? null : longer ? 'later' : 'sooner')
  const through = WRITES.find(({ keys }) => own.some(({ key }) => keys.test(key)))
  const place = through === undefined ? null : `through another ${through.what}`
  const adverbs = [how, place].filter((word) => word !== null)
  const all = adverbs.length === 0 ? ['another way'] : adverbs
  return ['deployed', ...to, ' ', ...listed(all.map((word) => [word]))]
}

/** The target of a deployment, from most to least important. */
const WRITES: readonly { readonly keys: RegExp; readonly what: string }[] = [
  { keys: /updates\[\d+\]\.(?:provider|repo)$/, what: 'repository' },
  { keys: /updates\[\d+\]\.branch$/, what: 'branch' },
  { keys: /updates\[\d+\]\.path$/, what: 'file' },
  { keys: /updates\[/, what: 'key' },
]

function turned(change: ValueChange | undefined, on: string, off: string): string | null {
  if (change === undefined) return null
  return effective(change.key, change.after) === 'true' ? on : off
}

const PLURAL: Readonly<Record<string, string>> = {
  is: 'are',
  takes: 'take',
  picks: 'pick',
  names: 'name',
  changes: 'change',
  waits: 'wait',
  accepts: 'accept',
}

/** The plural for several images: `are rebuilt more often`. */
export function plural([first = '', ...rest]: readonly Span[]): Span[] {
  if (typeof first !== 'string') return [first, ...rest]
  return [first.replace(/^[a-z]+/, (verb) => PLURAL[verb] ?? verb), ...rest]
}
