// The effect of a report, in one to three sentences that need no knowledge of the manifests: which images are added,
// removed, or built or deployed in another way, and what happens after the merge. Pure: from the report to text.

import { FORGES } from '../forges/index.js'
import { count, groupBy } from '../text/index.js'
import {
  imageName,
  imageNames,
  joiningSentences,
  leavingSentences,
  movedSentences,
  switchedSentences,
} from './effect-of-entries.js'
import { code, listed, markdown, type Span, shortReference, strong } from './markdown.js'
import type { ImageChange, Report, ValueChange } from './model.js'
import { type Predicate, plural, predicatesOf } from './predicates.js'
import { dueSentences, rebuildSentences } from './rebuilds.js'
import { beforeAndAfter, keyedChange } from './values.js'
import type { View } from './view.js'

/** Up to this many images get a sentence each, with every value. */
const ONE_BY_ONE = 2
const MAX_NAMES = 3
const MAX_VALUES = 4
const MAX_DIFFERENT = 3
const MAX_GROUPS = 5

/** Sentences about changes of images that stay. */
function changedSentences(report: Report): Span[][] {
  const images = report.images.filter(({ kind }) => kind !== 'enrolled' && kind !== 'removed')
  const changed = images.flatMap((image) => {
    const predicates = predicatesOf(image)
    return predicates.length === 0 ? [] : [{ image, predicates }]
  })
  if (changed.length <= ONE_BY_ONE) return changed.map(({ image, predicates }) => alone(report, image, predicates))
  const pairs = changed.flatMap(({ image, predicates }) => predicates.map((predicate) => ({ image, predicate })))
  const sorted = pairs.sort((a, b) => a.predicate.rank - b.predicate.rank)
  const groups = [...groupBy(sorted, ({ predicate }) => markdown(predicate.words)).values()]
  const sentences = groups.slice(0, MAX_GROUPS).map((group) => together(report, group))
  const left = groups.length - MAX_GROUPS
  return left > 0 ? [...sentences, [`${count(left, 'other kind')} of changes below.`]] : sentences
}

/** `shop-web is rebuilt more often, up to once per 24h (rebuildDelay 7d (default) → 24h).` */
function alone(report: Report, image: ImageChange, predicates: readonly Predicate[]): Span[] {
  const parts = predicates.map(({ words, detail, changes, prefix }, index): Span[] => {
    const subject = index === 0 ? [imageName(report, image), ' '] : []
    const shown = isOneBreath(predicates) ? changes : []
    const values = shown.map((change) => keyedChange(change, change.key.slice(prefix.length)))
    return [strong(...subject, ...words, ...detail), ...inParentheses(listed(values, { max: MAX_VALUES, and: ', ' }))]
  })
  return [...listed(parts), '.']
}

/** With more predicates, the values are only in the table. */
const MAX_PREDICATES = 3

/** Whether one sentence contains everything about an image, with every value. */
function isOneBreath(predicates: readonly Predicate[]): boolean {
  return predicates.length <= MAX_PREDICATES && predicates.every(({ changes }) => changes.length <= MAX_VALUES)
}

/** The changed images about which the sentences leave something out. */
export function untoldImages({ images }: Report): readonly ImageChange[] {
  if (images.length > ONE_BY_ONE) return images
  return images.filter(
    (image) => image.kind !== 'removed' && (image.kind === 'enrolled' || !isOneBreath(predicatesOf(image))),
  )
}

function inParentheses(values: readonly Span[]): Span[] {
  return values.length === 0 ? [] : [' (', ...values, ')']
}

/** `98 images are rebuilt less often (49 × rebuildDelay 7d → 14d, 49 × 24h → 7d).` */
function together(
  report: Report,
  group: readonly { readonly image: ImageChange; readonly predicate: Predicate }[],
): Span[] {
  const images = group.map(({ image }) => image)
  const [first] = group
  const words = first?.predicate.words ?? []
  const subject = images.length <= MAX_NAMES ? imageNames(report, images) : [count(images.length, 'image')]
  const verb = images.length === 1 ? words : plural(words)
  return [strong(...subject, ' ', ...verb), ...inParentheses(differentValues(group.map((one) => one.predicate))), '.']
}

/** Changed values, with identical ones counted, the most frequent first. */
function differentValues(predicates: readonly Predicate[]): Span[] {
  const all = predicates.flatMap(({ changes, prefix }) =>
    changes.map((change) => ({ change, name: change.key.slice(prefix.length) })),
  )
  const alike = [...groupBy(all, ({ change, name }) => JSON.stringify([name, change.before, change.after])).values()]
  const sorted = alike.sort((a, b) => b.length - a.length)
  let told: string | null = null
  const show = ([first, ...others]: readonly { readonly change: ValueChange; readonly name: string }[]): Span[] => {
    if (first === undefined) return []
    const times = alike.length === 1 || others.length === 0 ? [] : [`${others.length + 1} × `]
    // The key is part of its first value.
    const isTold = first.name === told
    told = first.name
    return [...times, ...(isTold ? beforeAndAfter(first.change) : keyedChange(first.change, first.name))]
  }
  return listed(sorted.map(show), { max: MAX_DIFFERENT, and: ', ' })
}

/** The subject of a setting, by its key in images.yaml; a test requires one for each. */
export const SETTING_WORDS: Readonly<Record<string, string>> = {
  engine: 'what starts rebuilds',
  maxRebuildsPerRun: 'how many builds one run may start',
  namespace: 'the namespace that everything is created in',
  ...Object.fromEntries(
    FORGES.map(({ provider, name, builds }) => [
      `secrets.${provider}`,
      `the Secret with the token that starts ${name} ${builds}`,
    ]),
  ),
  'secrets.registry': 'the Secret that checks pull private images with',
  'secrets.source': 'the Secret that checks read private sources with',
  retries: 'how often a failed build is retried',
  retryPause: 'how long to wait before a failed build is retried',
  baseInterval: 'how often Kargo checks a base image',
  pollInterval: 'how long a waiting rebuild may take to notice an override',
  stagger: 'how far apart rebuilds for one base image are spread',
  stateWorkflow: 'which workflow Kargo starts when something changes',
  webhookReceivers: 'who can notify Kargo of a push',
  'analysis.enabled': 'whether images are checked',
  'analysis.image': 'the scanner that checks images',
  shard: 'which Kargo controller does the work',
  allowedRegistries: 'which registries images may come from',
  'dashboard.issue': 'whether an issue shows the whole factory',
  'dashboard.notify': 'who is notified when something newly fails',
  backstage: 'where catalog entities are written to',
  backstageKinds: 'which kinds catalog entities are of',
}

const MAX_SETTINGS = 4

/** `A setting of the whole factory changes: how often …` */
function settingsSentences({ settings }: Pick<Report, 'settings'>): Span[][] {
  if (settings.length === 0) return []
  const shown = settings.map((change): Span[] => {
    const [values, words] = [keyedChange(change, `settings.${change.key}`), wordsOf(change)]
    return words === null ? values : [`${words} (`, ...values, ')']
  })
  const what =
    settings.length === 1 ? 'A factory-wide setting changes' : `${settings.length} factory-wide settings change`
  return [[strong(what), ': ', ...listed(shown, { max: MAX_SETTINGS }), '.']]
}

/** Nested keys use the subject of their parent. */
function wordsOf({ key }: ValueChange): string | null {
  const name = Object.hasOwn(SETTING_WORDS, key) ? key : (/^[^.[]*/.exec(key)?.[0] ?? key)
  return Object.hasOwn(SETTING_WORDS, name) ? (SETTING_WORDS[name] ?? null) : null
}

/**
 * The sentences, in order.
 *
 * @param withRest whether to say that nothing changes if nothing does.
 */
export function effectOf(view: View, withRest = true): Span[][] {
  const { report } = view
  const said = [
    ...creation(view),
    ...changedSentences(report),
    ...joiningSentences(report),
    ...leavingSentences(view),
    ...switchedSentences(view),
    ...movedSentences(report),
    ...settingsSentences(report),
  ]
  if (said.length === 0 && view.errors.length > 0) return []
  const rebuilds = rebuildSentences(report)
  const isAtRest = said.length === 0 && rebuilds.length === 0
  const all = isAtRest && withRest ? [resting(view)] : said
  return [...all, ...dueSentences(report, said.length > 0), ...rebuilds, ...staleSentences(view)]
}

const MAX_STALE = 5

/** Outdated images after a run that commits, whether a rebuild is pending or not: `explain` shows which. */
function staleSentences({ report: { mode, stale } }: View): Span[][] {
  if (mode !== 'commit' || stale.length === 0) return []
  const shown = stale.map(({ image, base }): Span[] => [code(image), ' (', code(shortReference(base)), ')'])
  const what = stale.length === 1 ? 'image is on an old base image' : 'images are on an old base image'
  return [[strong(`${stale.length} ${what}`), ': ', ...listed(shown, { max: MAX_STALE }), '.']]
}

/** If the pull request adds the file, there is nothing to compare with. */
function creation({ report }: View): Span[][] {
  if (report.baseDrift?.kind !== 'first') return []
  return [[strong('This pull request creates ', code(report.imagesFile), '.')]]
}

/** The sentence if no image, base image or setting changes. */
function resting({ report, resources }: View): Span[] {
  const { mode, totals, stateFiles } = report
  const checked = ` ${count(totals.images, 'image')}, ${count(totals.bases, 'base image')} checked`
  if (resources.length > 0) {
    if (mode === 'check') return [strong('Generated files are out of date.'), `${checked}.`]
    return [strong('The Kargo manifests change, though no image, base image or setting does.')]
  }
  const updated = stateFiles.length === 0 ? '' : `, ${count(stateFiles.length, 'state file')} updated`
  return [strong(stateFiles.length === 0 ? 'Nothing changes.' : 'No manifest changes.'), `${checked}${updated}.`]
}
