import type { Settings } from '../enrollment/images-file.js'
import { flatten, valueChanges } from './image-changes.js'
import type { ValueChange } from './model.js'

/** The settings that differ, by the keys of images.yaml. */
export function settingsChanges(before: Settings, now: Settings): ValueChange[] {
  return valueChanges(flatten(written(before)), flatten(written(now)))
}

function written(settings: Settings): object {
  const { githubTokenSecret, gitlabTokenSecret, registrySecret, sourceTokenSecret, ...rest } = settings
  const { retryPause, baseInterval, pollInterval, stagger, ...plain } = rest
  const { webhookReceivers, allowedRegistries, analysis, trivyImage, backstage, ...others } = plain
  return {
    ...others,
    secrets: {
      github: githubTokenSecret,
      gitlab: gitlabTokenSecret,
      registry: registrySecret,
      source: sourceTokenSecret,
    },
    retryPause: retryPause.text,
    baseInterval: baseInterval.text,
    pollInterval: pollInterval.text,
    stagger: stagger.text,
    webhookReceivers: Object.fromEntries(webhookReceivers.map(({ name, ...receiver }) => [name, receiver])),
    allowedRegistries: allowedRegistries.length === 0 ? null : allowedRegistries.join(', '),
    analysis: { enabled: analysis, image: trivyImage },
    backstage,
  }
}
