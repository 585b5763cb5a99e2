import * as z from 'zod'
import { REBUILD_DEFAULTS } from '../../policy/index.js'
import { suggest } from '../../text/index.js'
import { REPOSITORY } from '../grammar.js'
import { isProblemCode, isWarningCode, severityOf, WARNING_CODES, type WarningCode } from '../problem-codes.js'
import { promotion } from './promotion.js'
import { build, source } from './source.js'
import {
  BASE_PATTERN,
  duration,
  kubernetesName,
  LINE_PATTERN,
  line,
  optional,
  REGISTRY_PATTERN,
  REPO_URL_PATTERN,
  wholeNumber,
} from './values.js'

const code = line
  .superRefine((text, context) => {
    const fault = codeFault(text)
    if (fault !== null) context.addIssue({ code: 'custom', message: fault.message, params: { remedy: fault.remedy } })
  })
  .transform((text) => text as WarningCode)
  .meta({ enum: WARNING_CODES })

const reason = line
  .refine((text) => /\S/.test(text), 'must give the reason')
  .meta({ refined: `^(?=[\\s\\S]*\\S)${LINE_PATTERN}` })

export const acceptance = z.strictObject({
  code: code.meta({ description: 'The code shown with the warning.', examples: ['base-pinned'] }),
  reason: reason.meta({ description: 'Why it is acceptable.', examples: ['Pinned on purpose'] }),
})

export const accept = z
  .array(acceptance)
  .max(WARNING_CODES.length, `must name at most ${WARNING_CODES.length} warnings`)
  .default([])

/** Why a word cannot be accepted; null if it can. */
function codeFault(text: string): { readonly message: string; readonly remedy: string } | null {
  if (isWarningCode(text)) return null
  if (!isProblemCode(text)) {
    const near = suggest(text, WARNING_CODES)
    const remedy =
      near === null
        ? 'Each warning ends with its code in square brackets; docs/troubleshooting.md lists all.'
        : `Did you mean ${near}?`
    return { message: 'is not the code of a warning', remedy }
  }
  const severity = severityOf(text)
  if (severity === 'error')
    return { message: 'is an error, and only warnings can be accepted', remedy: 'Fix it instead.' }
  if (severity === 'notice')
    return { message: 'is a notice, and only warnings can be accepted', remedy: 'Remove it: notices need no action.' }
  return {
    message: 'is about a run or a base image, and only warnings about the entry can be accepted',
    remedy: 'Remove it.',
  }
}

const strategy = z.enum(['SemVer', 'NewestBuild', 'Lexical', 'Digest'])

/** Default strategy for finding the newest image. */
export const DEFAULT_STRATEGY = 'SemVer'

const STRATEGIES = [
  'The highest version among the tags that are versions.',
  'The image that was built last.',
  'The tag that sorts last alphabetically.',
  'The digest of one moving tag, set in `constraint`.',
]

/** Kargo's limits (kargo.akuity.io, image subscription of a Warehouse). */
const discoveryLimit = wholeNumber('tags that Kargo lists', [1, 100])

const tags = z.strictObject({
  // No default in the schema: only an explicit strategy can conflict with imageSelectionStrategy.
  strategy: strategy.optional().meta({
    default: DEFAULT_STRATEGY,
    description: 'How the newest image is picked from the tags.',
    enumDescriptions: STRATEGIES,
    examples: ['NewestBuild'],
  }),
  constraint: optional(line).meta({
    description: 'SemVer: a version range. Digest: the tag to follow.',
    examples: ['^1.2.0'],
  }),
  allow: z
    .array(line)
    .default([])
    .meta({ description: 'Regular expressions (RE2); a tag must match one of them.', examples: [['^v?\\d']] }),
  discoveryLimit: discoveryLimit.optional().meta({
    description: 'Maximum number of tags that Kargo keeps in its list: 1 to 100.',
    default: 20,
    examples: [50],
  }),
})

/** A known key without effect in this version: editors show that it can be removed. */
const unused = (what: string, example: unknown) =>
  z
    .unknown()
    .optional()
    .meta({
      description: `${what} It has no effect here: remove it, or leave it for the tool that reads it.`,
      deprecated: true,
      deprecationMessage: 'It has no effect here: remove it, or leave it for the tool that reads it.',
      examples: [example],
    })

const published = {
  registry: line
    .meta({
      refined: REGISTRY_PATTERN,
      patternErrorMessage: 'must be a host, like ghcr.io or registry.example.com:5000; the organization may follow',
      numbers: false,
    })
    .optional()
    .meta({
      description: 'Host where the image is published; the organization may follow it.',
      examples: ['ghcr.io', 'ghcr.io/acme'],
    }),
  repository: line
    .regex(REPOSITORY, 'must be a repository path like org/app, in lower case, without tag or digest')
    .optional()
    .meta({ description: 'Repository in the registry, without a tag.', examples: ['acme/web'] }),
  repoURL: line
    .meta({
      refined: REPO_URL_PATTERN,
      patternErrorMessage: 'must be a host and a repository, like docker.io/library/postgres, without tag',
    })
    .optional()
    .meta({
      description: '`registry` and `repository` in one, instead of both.',
      examples: ['docker.io/library/postgres'],
    }),
}

/** Maximum number of base images: no real image has more, and each becomes a Warehouse. */
const MAX_BASES = 100

const bases = z
  .array(
    line.meta({
      refined: BASE_PATTERN,
      patternErrorMessage: 'must be an image with a tag, like docker.io/library/node:22, without digest or variables',
    }),
  )
  .max(MAX_BASES, `must name at most ${MAX_BASES} base images`)
  .default([])
  .meta({
    uniqueItems: true,
    description:
      'Base images listed by hand, in addition to those in the Dockerfile; for builds without a readable Dockerfile (ko, Nix, Jib, buildpacks, templates). Without a tag, `latest` is used.',
    examples: [['docker.io/library/node:22', 'gcr.io/distroless/static:nonroot']],
  })

const policy = {
  rebuildDelay: duration.prefault(REBUILD_DEFAULTS.rebuildDelay).meta({
    description:
      'Minimum time between the last successful build and an automatic rebuild; changes in between share one rebuild.',
    examples: ['24h', '30d'],
  }),
  minimumReleaseAge: duration.prefault(REBUILD_DEFAULTS.minimumReleaseAge).meta({
    description: "Minimum time since a base image's digest was first seen before it can trigger a rebuild.",
    examples: ['2d'],
  }),
  autoRebuild: z
    .boolean()
    .default(REBUILD_DEFAULTS.autoRebuild)
    .meta({ description: 'false: it is rebuilt only when someone starts the rebuild.', examples: [false] }),
  rebuildOn: z
    .enum(['all', 'runtime'])
    .default(REBUILD_DEFAULTS.rebuildOn)
    .meta({
      description: 'Which base images count.',
      enumDescriptions: ['All of them.', 'Those that end up in the image, not those used only to build it.'],
      examples: ['runtime'],
    }),
  rebuildOnEnrollment: z
    .boolean()
    .default(REBUILD_DEFAULTS.rebuildOnEnrollment)
    .meta({
      description:
        'true: it is rebuilt once if it was provably on an older digest when it was enrolled; otherwise that is only reported.',
      examples: [true],
    }),
}

/** A reference to another entity of the catalog: `[KIND:][NAMESPACE/]NAME` (Backstage's descriptor format). */
const entityRef = line.regex(
  /^(?:[a-zA-Z][a-zA-Z0-9]*:)?(?:[a-z0-9]+(?:-[a-z0-9]+)*\/)?[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/,
  'must be a reference of Backstage, like team-a or group:default/team-a',
)

const backstage = z.strictObject({
  owner: entityRef
    .default('unknown')
    .meta({ description: 'Who owns the image: a user or a group.', examples: ['group:default/team-a'] }),
  lifecycle: line
    .default('production')
    .meta({ description: 'Lifecycle stage of the image.', examples: ['experimental'] }),
  system: optional(entityRef).meta({ description: 'The system it belongs to.', examples: ['shop'] }),
})

/** Keys of other tools and other versions: accepted, without effect. */
const ignored = {
  local: unused('How a local development tool builds the image.', { dir: '.', dockerfile: 'Dockerfile' }),
  tag: unused('Which tag the build publishes.', 'latest'),
  promote: unused('Whether another tool promotes new base images by pull requests.', false),
  tagging: unused('How another tool tags what it builds.', { stateRepo: 'acme/state' }),
  latest_stable_tags: unused('Tags that another tool found.', ['1.4.2']),
}

/** One entry of `images`, in canonical form with defaults merged in. */
export const entrySchema = z.strictObject({
  name: kubernetesName.meta({
    description: 'Name of the image here; must differ from every other image and base image.',
    examples: ['web'],
  }),
  ...published,
  enabled: z
    .boolean()
    .default(true)
    .meta({
      description: 'false: no manifests are generated, its state is kept; the entry then needs only its name.',
      examples: [false],
    }),
  source: source.optional().meta({
    description: 'Where it is built; without it, the image is external: only watched and scanned.',
    examples: [{ repo: 'acme/web', workflow: 'build.yml' }],
  }),
  build: build.prefault({}).meta({ description: 'What the real build passes, if its workflow does not show it.' }),
  bases,
  ...policy,
  tags: tags.prefault({}).meta({ description: 'How the published image is found.' }),
  allowTags: line.optional().meta({ description: 'Short for one entry of `tags.allow`.', examples: ['^v?\\d'] }),
  imageSelectionStrategy: strategy
    .optional()
    .meta({ description: 'Short for `tags.strategy`.', enumDescriptions: STRATEGIES, examples: ['NewestBuild'] }),
  ...promotion,
  shard: optional(kubernetesName).meta({
    description: 'Shard of the Kargo controller that handles the image.',
    examples: ['eu'],
  }),
  backstage: backstage.prefault({}).meta({
    description: 'Its data in the catalog of `settings.backstage`.',
    examples: [{ owner: 'group:default/team-a' }],
  }),
  accept: accept.meta({
    description: 'Known and accepted warnings about this image: counted and folded, not shown as warnings.',
    examples: [[{ code: 'base-pinned', reason: 'Pinned on purpose' }]],
  }),
  description: z
    .string()
    .optional()
    .meta({ description: 'Free text.', examples: ['The developer portal'] }),
  ...ignored,
})

/** Entry keys that are accepted without effect. */
export const UNUSED_ENTRY_KEYS = Object.keys(ignored) as readonly (keyof typeof ignored)[]

export type Entry = z.infer<typeof entrySchema>
