import { DEFAULT_TRIVY_IMAGE, type Settings, type WebhookReceiver } from './enrollment.js'
import { parseDuration } from './grammar.js'
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
export function settingsFaults({ webhookReceivers, pollInterval }: WrittenSettings): SettingsFault[] {
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
  // Kargo's own floor for an http step's pollInterval is 10 s; a rate limit is shared by every waiting rebuild.
  const seconds = durationOf(pollInterval).seconds
  const hasty = seconds >= 10 ? [] : [{ path: ['pollInterval'], ...TOO_HASTY }]
  return [...repeated, ...misplaced, ...hasty]
}

const TOO_HASTY = {
  message: 'pollInterval is shorter than 10 seconds, which is the shortest that Kargo waits.',
  remedy: 'Write 15m, or another span of at least 10s.',
}
