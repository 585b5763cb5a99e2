import { parseDuration } from './grammar.js'
import { DEFAULT_TRIVY_IMAGE, type Settings, type WebhookReceiver } from './images-file.js'
import type { WrittenSettings } from './schema/settings.js'

/** Settings with every default filled in. */
export function settingsOf(written: WrittenSettings): Settings {
  const { analysis } = written
  return {
    namespace: written.namespace,
    githubTokenSecret: written.secrets.github,
    gitlabTokenSecret: written.secrets.gitlab,
    registrySecret: written.secrets.registry,
    sourceTokenSecret: written.secrets.source,
    retries: Number(written.retries),
    retryPause: durationOf(written.retryPause),
    baseInterval: durationOf(written.baseInterval),
    pollInterval: durationOf(written.pollInterval),
    stagger: durationOf(written.stagger),
    shard: written.shard ?? null,
    stateWorkflow: written.stateWorkflow ?? null,
    webhookReceivers: written.webhookReceivers.map(receiverOf).sort((a, b) => (a.name < b.name ? -1 : 1)),
    allowedRegistries: [...written.allowedRegistries].sort(),
    analysis: typeof analysis === 'boolean' ? analysis : analysis.enabled,
    trivyImage: typeof analysis === 'boolean' ? DEFAULT_TRIVY_IMAGE : analysis.image,
    backstage: written.backstage === false ? null : written.backstage,
  }
}

function receiverOf({
  name,
  type,
  secret,
  virtualRepoName,
}: WrittenSettings['webhookReceivers'][number]): WebhookReceiver {
  return { name: name ?? type, type, secret, virtualRepoName: virtualRepoName ?? null }
}

/** A duration that the schema has checked. */
export function durationOf(text: string) {
  return parseDuration(text) ?? { text, seconds: 0 }
}

/** A thing wrong with settings that no single key can tell. */
export interface SettingsFault {
  /** Path below `settings`. */
  readonly path: readonly (string | number)[]
  readonly message: string
  readonly remedy: string
}

/** What is wrong across the keys of settings. */
export function settingsFaults(written: WrittenSettings): SettingsFault[] {
  return [...receiverFaults(written), ...FLOORS.flatMap((floor) => floorFaults(written, floor))]
}

function receiverFaults({ webhookReceivers }: WrittenSettings): SettingsFault[] {
  const names = webhookReceivers.map(({ name, type }) => name ?? type)
  const repeated = names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [
          {
            path: ['webhookReceivers', index],
            message: `two webhook receivers are called ${name}.`,
            remedy: 'Give each a name of its own.',
          },
        ],
  )
  const misplaced = webhookReceivers.flatMap(({ type, virtualRepoName }, index) =>
    virtualRepoName === undefined || type === 'artifactory'
      ? []
      : [
          {
            path: ['webhookReceivers', index, 'virtualRepoName'],
            message: `only receivers of the type artifactory have a virtualRepoName, not ${type}.`,
            remedy: 'Take it out.',
          },
        ],
  )
  return [...repeated, ...misplaced]
}

/** The shortest that a duration may be. */
interface Floor {
  readonly key: 'pollInterval' | 'retryPause' | 'baseInterval'
  readonly seconds: number
  /** What is wrong with a shorter one, after the key's name. */
  readonly message: string
  readonly remedy: string
}

const POLL_FLOOR = {
  seconds: 10,
  message: 'is shorter than 10 seconds, which is the shortest that Kargo waits.',
} as const

const FLOORS: readonly Floor[] = [
  { key: 'retryPause', ...POLL_FLOOR, remedy: 'Write 1h, or another span of at least 10s.' },
  {
    key: 'baseInterval',
    seconds: 300,
    // The minReconciliationInterval of Kargo's chart: a shorter interval would be a promise that nobody keeps.
    message: "is shorter than 5 minutes, and Kargo's controller looks no more often than that by default.",
    remedy: 'Write 24h, or another span of at least 5m.',
  },
  { key: 'pollInterval', ...POLL_FLOOR, remedy: 'Write 15m, or another span of at least 10s.' },
]

function floorFaults(written: WrittenSettings, { key, seconds, message, remedy }: Floor): SettingsFault[] {
  if (durationOf(written[key]).seconds >= seconds) return []
  return [{ path: [key], message: `${key} ${message}`, remedy }]
}
