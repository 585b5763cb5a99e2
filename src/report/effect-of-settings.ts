// Sentences about changed settings: the subject of each, then its values.
import { FORGES } from '../forges/index.js'
import type { Report, ValueChange } from './model.js'
import { listed, type Span, strong } from './spans.js'
import { keyedChange } from './values.js'

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
export function settingsSentences({ settings }: Pick<Report, 'settings'>): Span[][] {
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
