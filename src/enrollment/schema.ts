import * as z from 'zod'
import {
  DNS_LABEL,
  GITHUB_REPOSITORY,
  GITLAB_PROJECT,
  hasControlCharacter,
  hasExpressionOpener,
  INPUT_NAME,
  isBranchName,
  isInsidePath,
  PLATFORM,
  parseDuration,
  REPOSITORY,
  WORKFLOW_FILE,
} from './grammar.js'

const line = z
  .string()
  .min(1, 'must not be empty')
  .max(1024, 'is longer than 1,024 characters')
  .refine((text) => !hasControlCharacter(text), 'holds a control character')
  .refine((text) => !hasExpressionOpener(text), 'holds ${{ or ${%, which Kargo would evaluate')

const duration = line.refine(
  (text) => parseDuration(text) !== null,
  'is no duration; write 90s, 30m, 24h, 7d, 2w, a sum like 1d12h, or 0',
)
const branch = line.refine(isBranchName, 'is no branch name that git and Kargo take')
const path = line.refine(isInsidePath, 'must be a path inside the repository, without .. and without a leading /')
const text = z.union([z.string(), z.boolean().transform(String)])
const values = z.record(
  line.regex(INPUT_NAME, 'is no input name'),
  text.pipe(
    z
      .string()
      .max(65_535)
      .refine((value) => !hasExpressionOpener(value), 'holds ${{ or ${%, which Kargo would evaluate'),
  ),
)
const strings = z.record(line, text)
/** Something this version knows of and does not use. */
const unused = z.unknown()

const githubSource = z.strictObject({
  provider: z.literal('github'),
  repo: line.regex(GITHUB_REPOSITORY, 'must be OWNER/REPO'),
  branch: branch.optional(),
  dockerfile: path.default('Dockerfile'),
  workflow: line
    .regex(WORKFLOW_FILE, 'must be the file name of a workflow in .github/workflows, like build.yml')
    .optional(),
  builds: z.enum(['any', 'dispatched']).default('any'),
  inputs: values.default({}),
})

const gitlabSource = z.strictObject({
  provider: z.literal('gitlab'),
  repo: line.regex(GITLAB_PROJECT, 'must be GROUP/PROJECT'),
  branch: branch.optional(),
  dockerfile: path.default('Dockerfile'),
  pipeline: path.optional(),
  job: line.optional(),
  inputs: values.default({}),
})

const build = z.strictObject({
  args: z.record(line.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is no argument name'), text).default({}),
  target: line.optional(),
  platforms: z
    .array(line.regex(PLATFORM, 'must be OS/ARCH or OS/ARCH/VARIANT'))
    .min(1, 'must name a platform')
    .optional(),
  contexts: strings.default({}),
})

const tags = z.strictObject({
  strategy: z.enum(['SemVer', 'NewestBuild', 'Lexical', 'Digest']).default('SemVer'),
  constraint: line.optional(),
  allow: z.array(line).default([]),
})

/** One entry of `images`, defaults merged in. */
export const entrySchema = z.strictObject({
  name: line.regex(DNS_LABEL, 'must be lower-case letters, digits and dashes, at most 63 (an RFC 1123 label)'),
  registry: line.optional(),
  repository: line.regex(REPOSITORY, 'must be a repository path like org/app, in lower case').optional(),
  repoURL: line.optional(),
  enabled: z.boolean().default(true),
  source: z.discriminatedUnion('provider', [githubSource, gitlabSource]).optional(),
  build: build.prefault({}),
  rebuildDelay: duration.default('7d'),
  minimumReleaseAge: duration.default('0'),
  autoRebuild: z.boolean().default(true),
  rebuildOn: z.enum(['all', 'runtime']).default('all'),
  tags: tags.prefault({}),
  allowTags: line.optional(),
  imageSelectionStrategy: z.enum(['SemVer', 'NewestBuild', 'Lexical', 'Digest']).optional(),
  updates: unused.optional(),
  environments: unused.optional(),
  analysis: unused.optional(),
  shard: unused.optional(),
  local: unused.optional(),
  quarantine: unused.optional(),
  promote: unused.optional(),
  tagging: unused.optional(),
  latest_stable_tags: unused.optional(),
  description: unused.optional(),
})

/** Entry keys that are accepted and have no effect yet. */
export const UNUSED_ENTRY_KEYS = [
  'updates',
  'environments',
  'analysis',
  'shard',
  'local',
  'quarantine',
  'promote',
  'tagging',
  'latest_stable_tags',
] as const

export type Entry = z.infer<typeof entrySchema>

/** The key `settings`. */
export const settingsSchema = z.strictObject({
  namespace: line.regex(DNS_LABEL, 'must be an RFC 1123 label').default('image-factory'),
  secrets: z
    .strictObject({ github: line.regex(DNS_LABEL, 'must be the name of a Secret').default('github-dispatch') })
    .prefault({}),
  pollInterval: duration.default('15m'),
  stateWorkflow: unused.optional(),
  webhookReceivers: unused.optional(),
  stagger: unused.optional(),
  shard: unused.optional(),
  backstage: unused.optional(),
})

/** Setting keys that are accepted and have no effect yet. */
export const UNUSED_SETTINGS_KEYS = ['stateWorkflow', 'webhookReceivers', 'stagger', 'shard', 'backstage'] as const

/** Keys of the file's map form. */
export const TOP_KEYS = ['settings', 'defaults', 'images'] as const
