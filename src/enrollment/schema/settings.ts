import * as z from 'zod'
import { GITHUB_REPOSITORY } from '../../forges/github.js'
import { forEachForge } from '../../forges/index.js'
import { REBUILD_DEFAULTS } from '../../policy/index.js'
import { parseReference } from '../../reference/index.js'
import { isAllowedOrigin } from '../grammar.js'
import { conditional, holding, where, without } from './rules.js'
import {
  branch,
  duration,
  durationFrom,
  FROM_FIVE_MINUTES_PATTERN,
  FROM_TEN_SECONDS_PATTERN,
  kubernetesName,
  line,
  optional,
  path,
  REGISTRY_PATTERN,
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
    description: 'Credentials for checks to pull private images (type kubernetes.io/dockerconfigjson); optional.',
    examples: ['registry-credentials'],
  }),
  source: secretName.default('source-credentials').meta({
    description: 'Token (key `token`) for checks to read private sources; optional.',
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
  secret: secretName.meta({ description: 'Secret that authenticates the calls.', examples: ['github-webhook'] }),
  name: kubernetesName
    .optional()
    .meta({ description: 'Name of the receiver; its type by default.', examples: ['github'] }),
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
      description: 'Trivy image that the checks run, for example from a mirror or pinned by digest.',
      examples: ['registry.example.com/aquasecurity/trivy:0.70.0'],
    }),
})

/** A user, or a team of an organization, as mentioned on GitHub (with `_`: Enterprise Managed Users). */
const MENTION = /^@[A-Za-z0-9][A-Za-z0-9_-]{0,38}(?:\/[A-Za-z0-9][A-Za-z0-9._-]{0,99})?$/

const dashboard = z.strictObject({
  issue: z
    .boolean()
    .default(false)
    .meta({ description: 'true: commit runs keep an issue in the state repository up to date.', examples: [true] }),
  notify: z
    .array(line.regex(MENTION, 'must be @user or @org/team'))
    .max(10, 'must name at most 10 users and teams')
    .default([])
    .meta({
      description:
        'Who is mentioned in a comment on the issue when something newly fails: `@user` or `@org/team`, at most 10.',
      examples: [['@acme/platform']],
    }),
})

const retries = wholeNumber('retries (how often a failed build is retried)', [0, 10])
const rebuildsPerRun = wholeNumber('rebuilds that one run starts', [1, 500])

const keys = z.strictObject({
  engine: z
    .enum(['kargo', 'actions'])
    .default('kargo')
    .meta({
      description: 'What starts rebuilds: Kargo in a cluster, or this action itself on a schedule, without a cluster.',
      examples: ['actions'],
    }),
  namespace: kubernetesName
    .default('image-factory')
    .meta({ description: 'Kubernetes namespace and Kargo Project.', examples: ['image-factory'] }),
  secrets: secrets.prefault({}).meta({ description: 'Names of the Secrets that you create in that namespace.' }),
  retries: retries.prefault('1').meta({
    description: 'How often a failed build is retried: 0 to 10 with `engine: actions`, 0 or 1 with Kargo.',
    default: 1,
    examples: [0],
  }),
  maxRebuildsPerRun: rebuildsPerRun.prefault('20').meta({
    description: 'Maximum number of builds that one run of the action starts, with `engine: actions`.',
    default: 20,
    examples: [5],
  }),
  retryPause: durationFrom('ten seconds', FROM_TEN_SECONDS_PATTERN, '1h')
    .prefault('1h')
    .meta({ description: 'Pause before a failed build is retried.', examples: ['30m'] }),
  baseInterval: durationFrom('five minutes', FROM_FIVE_MINUTES_PATTERN, '24h')
    .prefault('24h')
    .meta({
      description:
        'How often Kargo checks a base image; a base image that is enrolled itself is checked every 5 minutes, like any enrolled image.',
      examples: ['12h'],
    }),
  pollInterval: durationFrom('ten seconds', FROM_TEN_SECONDS_PATTERN, '15m')
    .prefault('15m')
    .meta({
      description:
        "Maximum time until a waiting rebuild notices an override; waiting polls only the cluster's own API. A running build is polled once a minute, or this often if that is shorter.",
      examples: ['15m'],
    }),
  stagger: duration.prefault(REBUILD_DEFAULTS.stagger).meta({
    description: 'Rebuilds of images that share a base image are spread over this time.',
    examples: ['2h'],
  }),
  stateWorkflow: optional(stateWorkflow).meta({
    description:
      'The workflow that Kargo notifies of new digests, published images and changed sources; none by default.',
    examples: [{ repo: 'acme/image-factory-state', workflow: 'image-factory.yml' }],
  }),
  webhookReceivers: z
    .array(receiver)
    .default([])
    .meta({
      description: 'Services that notify Kargo of a push, so that it does not wait for its next poll.',
      examples: [[{ type: 'github', secret: 'github-webhook' }]],
    }),
  analysis: z
    .union([z.boolean(), analysis])
    .prefault(true)
    .transform((written) => (typeof written === 'boolean' ? { enabled: written, image: DEFAULT_TRIVY_IMAGE } : written))
    .meta({ description: 'How published images are checked.', examples: [false] }),
  shard: optional(kubernetesName).meta({
    description: 'Default shard of the Kargo controller.',
    examples: ['eu'],
  }),
  allowedRegistries: z
    .array(
      line
        .refine(isAllowedOrigin, 'must be a host, or a host and a path prefix, like ghcr.io/acme')
        .meta({ refined: REGISTRY_PATTERN, numbers: false }),
    )
    .default([])
    .transform((allowed) => [...allowed].sort())
    .meta({
      description: 'Registries that images may be published to and base images may come from; any by default.',
      examples: [['ghcr.io/acme', 'docker.io']],
    }),
  dashboard: dashboard
    .prefault({})
    .meta({ description: 'How the state repository shows the whole factory, on GitHub.' }),
  backstage: z
    .union([z.literal(false), path])
    .prefault(false)
    .transform((folder) => (folder === false ? null : folder))
    .meta({
      description: 'Folder to write Backstage catalog entities to; none are written by default.',
      examples: ['catalog'],
    }),
  backstageKinds: z
    .enum(['custom', 'stock'])
    .default('custom')
    .meta({
      description:
        'Kinds of the catalog entities: `ManagedImage` and `BaseImage`, which need a processor, or `Component` and `Resource`, which are built into Backstage.',
      examples: ['stock'],
    }),
})

const ONE_RETRY = {
  enum: [0, 1, '0', '1'],
  errorMessage: 'Kargo restarts a failed build at most once: write 0 or 1',
}

export const settingsSchema = keys.meta(
  conditional(holding({ engine: 'actions' }), null, where({ retries: ONE_RETRY })),
)

/** Keys of the file's map form. */
export const TOP_KEYS = ['settings', 'defaults', 'images'] as const
