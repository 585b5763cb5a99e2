import { posix } from 'node:path'
import * as z from 'zod'
import {
  DEFAULT_PROVIDER,
  forgeOf,
  isRepository,
  OTHER_PROVIDERS,
  OTHERWISE_NAMED,
  PROVIDERS,
  repositoryRule,
} from '../../forges/index.js'
import { anyOf, conditional, holding, says, where, without } from './rules.js'
import { ANY_REPOSITORY_PATTERN, branch, duration, kubernetesName, line, optional, path } from './values.js'

/** Minimum severity of a finding that fails a check, in ascending order. */
export const THRESHOLDS = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const

export type Threshold = (typeof THRESHOLDS)[number]

const threshold = z.enum(THRESHOLDS)

function checkKeys(found: 'Findings' | 'Vulnerabilities') {
  return {
    enabled: z
      .boolean()
      .default(true)
      .meta({ description: 'false: this check is off.', examples: [false] }),
    severity: threshold
      .default('CRITICAL')
      .meta({ description: `${found} of this severity or worse fail the check.`, examples: ['HIGH'] }),
  }
}

const check = z.union([z.boolean(), threshold, z.strictObject(checkKeys('Findings'))])

const vulnerabilityCheck = z.union([
  z.boolean(),
  threshold,
  z.strictObject({
    ...checkKeys('Vulnerabilities'),
    ignoreUnfixed: z
      .boolean()
      .default(true)
      .meta({ description: 'Ignore vulnerabilities that have no fix yet.', examples: [false] }),
  }),
])

export const analysis = z.union([
  z.boolean(),
  z.strictObject({
    enabled: z
      .boolean()
      .default(true)
      .meta({ description: 'false: nothing is checked.', examples: [false] }),
    dockerfile: check
      .default(true)
      .meta({ description: 'The Dockerfile at the commit that was built.', examples: ['HIGH', false] }),
    content: check
      .default(true)
      .meta({ description: 'What is in the image: its user, secrets, its configuration.', examples: ['HIGH', false] }),
    vulnerabilities: vulnerabilityCheck
      .default(true)
      .meta({ description: 'Known vulnerabilities.', examples: ['HIGH', { severity: 'HIGH', ignoreUnfixed: false }] }),
    templates: z
      .array(kubernetesName)
      .default([])
      .meta({
        description: 'Your own AnalysisTemplates in the namespace; they receive the arguments `image` and `digest`.',
        examples: [['smoke-test']],
      }),
  }),
])

const byDefault = forgeOf({ provider: DEFAULT_PROVIDER })

const writtenUpdate = z.strictObject({
  provider: z
    .enum(PROVIDERS)
    .default(DEFAULT_PROVIDER)
    .meta({ description: 'Where the repository is.', examples: OTHER_PROVIDERS }),
  repo: line
    .refine(
      isRepository,
      `must be ${byDefault.repositoryForm} (${OTHERWISE_NAMED.map(({ name, repositoryForm }) => `on ${name} ${repositoryForm}`).join(', ')})`,
    )
    .meta({
      description: 'Repository to change.',
      examples: ['acme/deployments'],
      refined: ANY_REPOSITORY_PATTERN,
    }),
  branch: branch.default('main').meta({ description: 'Branch to change.', examples: ['main'] }),
  path: path.transform(posix.normalize).meta({
    description: 'A folder with a kustomization (or the kustomization itself), or the YAML file to change.',
    examples: ['apps/web/kustomization.yaml'],
  }),
  type: z.enum(['kustomize-set-image', 'yaml-update']).meta({
    description: 'How the file is changed.',
    enumDescriptions: ['The tag of this image in a kustomization.', 'One value of a YAML file, found by `key`.'],
    examples: ['yaml-update'],
  }),
  key: optional(line).meta({
    description: 'yaml-update: dotted path of the value to change.',
    examples: ['image.tag'],
  }),
  value: z
    .enum(['tag', 'digest', 'image'])
    .optional()
    .meta({
      description: 'yaml-update: what is written there; `tag` by default.',
      enumDescriptions: ['`1.4.2`', '`sha256:…`', '`ghcr.io/acme/web:1.4.2`'],
      examples: ['image'],
    }),
})

/** The rules that promotion.ts checks across these keys. */
export const update = writtenUpdate.meta({
  allOf: [
    conditional(
      anyOf(...OTHER_PROVIDERS.map((provider) => holding({ provider }))),
      null,
      where({
        repo: {
          pattern: byDefault.repository.source,
          patternErrorMessage: `${repositoryRule(byDefault)}, or write provider: ${OTHER_PROVIDERS.join(' or ')}`,
        },
      }),
    ),
    conditional(holding({ type: 'yaml-update' }), says('key'), null),
    conditional(
      holding({ type: 'kustomize-set-image' }),
      without(['key', 'value'], 'has no meaning for kustomize-set-image; remove it, or write type: yaml-update'),
      null,
    ),
  ],
})

const updates = z.array(update).min(1, 'must name an update')

export const environment = z.strictObject({
  name: kubernetesName.meta({ description: 'Name of the environment.', examples: ['staging'] }),
  auto: z
    .boolean()
    .default(true)
    .meta({ description: 'false: promoted only by hand.', examples: [false] }),
  soak: duration.prefault('0').meta({
    description: 'How long an image must have been in the previous environment (for the first one: in analysis).',
    examples: ['24h'],
  }),
  pullRequest: z
    .boolean()
    .default(false)
    .meta({ description: 'Change the files through a pull request instead of a push.', examples: [true] }),
  updates: updates.meta({
    description: 'Files to change.',
    examples: [[{ repo: 'acme/deployments', path: 'staging/web', type: 'kustomize-set-image' }]],
  }),
})

/** The keys of an entry that define its promotions. */
export const promotion = {
  analysis: analysis.default(true).meta({
    description:
      'Checks for each published image; `false`: none, and images are promoted as soon as they are published.',
    examples: [false, { vulnerabilities: 'HIGH', content: false }],
  }),
  updates: z
    .array(update)
    .optional()
    .meta({
      description: 'Files to change for each new image that passed its checks; short for one environment.',
      examples: [[{ repo: 'acme/deployments', path: 'apps/web/kustomization.yaml', type: 'kustomize-set-image' }]],
    }),
  environments: z
    .array(environment)
    .optional()
    .meta({
      description: 'Environments that the image is promoted through, in this order.',
      examples: [
        [
          {
            name: 'staging',
            updates: [{ repo: 'acme/deployments', path: 'staging/web', type: 'kustomize-set-image' }],
          },
        ],
      ],
    }),
}
