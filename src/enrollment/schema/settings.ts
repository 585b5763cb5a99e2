import * as z from 'zod'
import { GITHUB_REPOSITORY } from '../../forges/github.js'
import { forEachForge } from '../../forges/index.js'
import { REBUILD_DEFAULTS } from '../../policy/index.js'
import { parseReference } from '../../reference/index.js'
import { isAllowedOrigin } from '../grammar.js'
import { FROM_FIVE_MINUTES_PATTERN, FROM_TEN_SECONDS_PATTERN, REGISTRY_PATTERN } from './patterns.js'
import { conditional, holding, where, without } from './rules.js'
import {
  branch,
  duration,
  durationFrom,
  kubernetesName,
  line,
  optional,
  path,
  wholeNumber,
  workflowFile,
} from './values.js'

const secretName = kubernetesName

const secrets = z.strictObject({
  ...forEachForge(({ name, builds, tokenSecret }) =>
    secretName.default(tokenSecret).meta({
      description: `Holds the token that starts ${name} ${builds} (key \`token\`).`,
      examples: [tokenSecret],
    }),
  ),
  registry: secretName.default('registry-credentials').meta({
    description:
      'Credentials that checks pull private images with (type kubernetes.io/dockerconfigjson); it need not exist.',
    examples: ['registry-credentials'],
  }),
  source: secretName.default('source-credentials').meta({
    description: 'Token (key `token`) that checks read private sources with; it need not exist.',
    examples: ['source-credentials'],
  }),
})

const stateWorkflow = z.strictObject({
  repo: line
    .regex(GITHUB_REPOSITORY, 'must be OWNER/REPO')
    .meta({ description: 'The state repository.', examples: ['acme/image-factory-state'] }),
  workflow: workflowFile.meta({
    description: 'Workflow that runs this action there; it needs workflow_dispatch with the input `reason`.',
    examples: ['image-factory.yml'],
  }),
  ref: branch.default('main').meta({ description: 'Branch it runs on.', examples: ['main'] }),
})

const writtenReceiver = z.strictObject({
  type: z
    .enum(['github', 'gitlab', 'bitbucket', 'dockerhub', 'quay', 'harbor', 'azure', 'gitea', 'artifactory'])
    .meta({ description: 'Who calls.', examples: ['github'] }),
  secret: secretName.meta({ description: 'Secret that the calls are checked with.', examples: ['github-webhook'] }),
  name: kubernetesName.optional().meta({ description: 'Names the receiver; else its type.', examples: ['github'] }),
  virtualRepoName: optional(line).meta({
    description: 'artifactory: name of the virtual repository.',
    examples: ['docker'],
  }),
})
const receiver = writtenReceiver
  .meta(
    conditional(
      holding({ type: 'artifactory' }),
      null,
      without(['virtualRepoName'], 'only receivers of the type artifactory have a virtualRepoName'),
    ),
  )
  .transform(({ name, ...others }) => ({ ...others, name: name ?? others.type }))

/** The default Trivy image of the checks. */
const DEFAULT_TRIVY_IMAGE = 'ghcr.io/aquasecurity/trivy:0.70.0'

const analysis = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .meta({ description: 'false: no image is checked (a cluster without Argo Rollouts).', examples: [false] }),
  image: line
    .refine((text) => parseReference(text).ok, 'is not an image reference')
    .default(DEFAULT_TRIVY_IMAGE)
    .meta({
      description: 'Image of Trivy that the checks run; from a mirror, or pinned by digest.',
      examples: ['registry.example.com/aquasecurity/trivy:0.70.0'],
    }),
})

/** A user, or a team of an organization, as mentioned on GitHub (with `_`: Enterprise Managed Users). */
const MENTION = /^@[A-Za-z0-9][A-Za-z0-9_-]{0,38}(?:\/[A-Za-z0-9][A-Za-z0-9._-]{0,99})?$/

const dashboard = z.strictObject({
  issue: z
    .boolean()
    .default(false)
    .meta({ description: 'true: runs that commit keep an issue in the state repository current.', examples: [true] }),
  notify: z
    .array(line.regex(MENTION, 'must be @user or @org/team'))
    .max(10, 'must name at most 10 users and teams')
    .default([])
    .meta({
      description:
        'Whom a comment on the issue mentions when something newly fails: `@user` or `@org/team`, at most 10.',
      examples: [['@acme/platform']],
    }),
})

const retries = wholeNumber('retries (how often a failed build is started again)', [0, 10])
const rebuildsPerRun = wholeNumber('rebuilds that one run starts', [1, 500])

const keys = z.strictObject({
  engine: z
    .enum(['kargo', 'actions'])
    .default('kargo')
    .meta({
      description:
        'What starts rebuilds: Kargo in a cluster, or this action itself on its scheduled runs, without a cluster.',
      examples: ['actions'],
    }),
  namespace: kubernetesName
    .default('image-factory')
    .meta({ description: 'Kubernetes namespace and Kargo Project.', examples: ['image-factory'] }),
  secrets: secrets.prefault({}).meta({ description: 'Names of the Secrets in that namespace that you create.' }),
  retries: retries.prefault('1').meta({
    description: 'How often a failed build is started again: 0 to 10 with `engine: actions`, 0 or 1 with Kargo.',
    default: 1,
    examples: [0],
  }),
  maxRebuildsPerRun: rebuildsPerRun.prefault('20').meta({
    description: 'How many builds one run of the action starts at most, with `engine: actions`.',
    default: 20,
    examples: [5],
  }),
  retryPause: durationFrom('ten seconds', FROM_TEN_SECONDS_PATTERN, '1h')
    .prefault('1h')
    .meta({ description: 'The pause before a failed build is started again.', examples: ['30m'] }),
  baseInterval: durationFrom('five minutes', FROM_FIVE_MINUTES_PATTERN, '24h')
    .prefault('24h')
    .meta({
      description:
        'How often Kargo looks at a base image; one that is enrolled itself is looked at every 5 minutes, like any enrolled image.',
      examples: ['12h'],
    }),
  pollInterval: durationFrom('ten seconds', FROM_TEN_SECONDS_PATTERN, '15m')
    .prefault('15m')
    .meta({
      description:
        "The longest time until a waiting rebuild notices an override; waiting asks only the cluster's own API. A running build is asked for once a minute, or this often where it is shorter.",
      examples: ['15m'],
    }),
  stagger: duration.prefault(REBUILD_DEFAULTS.stagger).meta({
    description: 'Rebuilds of images that share a base image are spread over this span.',
    examples: ['2h'],
  }),
  stateWorkflow: optional(stateWorkflow).meta({
    description:
      'The workflow that Kargo notifies of new digests, published images and changed sources; without it none.',
    examples: [{ repo: 'acme/image-factory-state', workflow: 'image-factory.yml' }],
  }),
  webhookReceivers: z
    .array(receiver)
    .default([])
    .meta({
      description: 'Who notifies Kargo of a push, so that it need not wait for its next poll.',
      examples: [[{ type: 'github', secret: 'github-webhook' }]],
    }),
  analysis: z
    .union([z.boolean(), analysis])
    .prefault(true)
    .transform((written) => (typeof written === 'boolean' ? { enabled: written, image: DEFAULT_TRIVY_IMAGE } : written))
    .meta({ description: 'How published images are checked.', examples: [false] }),
  shard: optional(kubernetesName).meta({
    description: 'Kargo controller (its shard) of all that names none itself.',
    examples: ['eu'],
  }),
  allowedRegistries: z
    .array(
      line
        .refine(isAllowedOrigin, 'must be a host, or a host and the beginning of a path, like ghcr.io/acme')
        .meta({ refined: REGISTRY_PATTERN, numbers: false }),
    )
    .default([])
    .transform((allowed) => [...allowed].sort())
    .meta({
      description: 'Where images may be published and base images may come from; else anywhere.',
      examples: [['ghcr.io/acme', 'docker.io']],
    }),
  dashboard: dashboard
    .prefault({})
    .meta({ description: 'What the state repository shows of the whole factory, on GitHub.' }),
  backstage: z
    .union([z.literal(false), path])
    .prefault(false)
    .transform((folder) => (folder === false ? null : folder))
    .meta({
      description: 'Folder that catalog entities for Backstage are written to; else none are.',
      examples: ['catalog'],
    }),
  backstageKinds: z
    .enum(['custom', 'stock'])
    .default('custom')
    .meta({
      description:
        'Kinds of the catalog entities: `ManagedImage` and `BaseImage`, which need a processor, or `Component` and `Resource`, which every Backstage has.',
      examples: ['stock'],
    }),
})

const ONE_RETRY = {
  enum: [0, 1, '0', '1'],
  errorMessage: 'Kargo starts a failed build again once at most: write 0 or 1',
}

export const settingsSchema = keys.meta(
  conditional(holding({ engine: 'actions' }), null, where({ retries: ONE_RETRY })),
)

/** Keys of the file's map form. */
export const TOP_KEYS = ['settings', 'defaults', 'images'] as const
