import * as z from 'zod'
import { forgeOf, PROVIDERS, type Provider, repositoryRule } from '../../forges/index.js'
import { PLATFORM } from '../grammar.js'
import { branch, inputs, line, mapFrom, optional, path, text, workflowFile } from './values.js'

/** The default Dockerfile of an image whose entry names neither a Dockerfile nor base images. */
export const DEFAULT_DOCKERFILE = 'Dockerfile'

const shared = {
  branch: optional(branch).meta({
    description: 'Branch to build from; the default branch by default.',
    examples: ['main'],
  }),
  // No default in the schema: beside `bases`, a Dockerfile is read only if it is set explicitly.
  dockerfile: optional(path).meta({
    default: DEFAULT_DOCKERFILE,
    description:
      'Path of the Dockerfile inside the repository, or of the `.ko.yaml` of an image that ko builds. If `bases` is set, a Dockerfile is read only if it is set here.',
    examples: ['apps/web/Dockerfile'],
  }),
}

const inputsText =
  'Inputs to start the build with. `$(baseImage)` becomes REPOSITORY:TAG of the base image that changed, `$(baseDigest)` its digest.'

/** The keys that name a repository on a forge. */
function repositoryOn<P extends Provider>(
  provider: P,
  about: { readonly description: string; readonly example: string },
) {
  const forge = forgeOf({ provider })
  return {
    provider: z.literal(provider).meta({ description: 'Where the repository is.', examples: [provider] }),
    repo: line
      .regex(forge.repository, repositoryRule(forge))
      .meta({ description: about.description, examples: [about.example] }),
  }
}

const github = z.strictObject({
  ...repositoryOn('github', { description: 'OWNER/REPO of the repository it is built from.', example: 'acme/web' }),
  ...shared,
  workflow: optional(workflowFile).meta({
    description:
      'File name of the workflow in .github/workflows that builds and publishes the image; it needs a workflow_dispatch trigger. Without a workflow, the image is never rebuilt.',
    examples: ['build.yml'],
  }),
  builds: z
    .enum(['any', 'dispatched'])
    .default('any')
    .meta({
      description:
        'Which successful runs of the workflow count as builds of this image. If images share a workflow with different inputs, runs that were not dispatched count only if `any` is written here.',
      enumDescriptions: [
        'Every successful run.',
        'Only runs that were dispatched, for workflows that only test on other events.',
      ],
      examples: ['dispatched'],
    }),
  inputs: inputs.meta({ description: inputsText, examples: [{ reason: '$(baseImage) is now $(baseDigest)' }] }),
})

const gitlab = z.strictObject({
  ...repositoryOn('gitlab', { description: 'GROUP/…/PROJECT it is built from.', example: 'acme/platform/web' }),
  ...shared,
  pipeline: optional(path).meta({ description: 'Path of the pipeline definition.', examples: ['.gitlab-ci.yml'] }),
  job: optional(line).meta({ description: 'Job of the pipeline that builds the image.', examples: ['build-web'] }),
  inputs: inputs.meta({ description: inputsText, examples: [{ REASON: '$(baseImage) is now $(baseDigest)' }] }),
})

/** Where an image is built. */
export const source = z.discriminatedUnion('provider', [github, gitlab])

/** The keys of a source on each forge, in order. */
export const SOURCES = { github, gitlab } satisfies Record<Provider, z.ZodObject>

/** The providers whose sources have a key. */
export function providersWith(key: string): readonly Provider[] {
  return PROVIDERS.filter((provider) => Object.hasOwn(SOURCES[provider].shape, key))
}

/** Their names, for messages. */
export function forgesWith(key: string): string {
  return providersWith(key)
    .map((provider) => forgeOf({ provider }).name)
    .join(' or ')
}

/** The build settings that the workflow passes to BuildKit. */
export const build = z.strictObject({
  enabled: z
    .boolean()
    .optional()
    .meta({
      description: 'false: it is not built from its source, which is not read; it is only tracked.',
      examples: [false],
    }),
  args: mapFrom(z.record(line.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not a valid name of a build argument'), text)).meta(
    {
      description: 'Build arguments.',
      examples: [{ NODE_VERSION: '22' }],
    },
  ),
  target: optional(line).meta({ description: 'Dockerfile stage to build.', examples: ['runtime'] }),
  platforms: optional(
    z.array(line.regex(PLATFORM, 'must be OS/ARCH or OS/ARCH/VARIANT')).min(1, 'must name a platform'),
  ).meta({ description: 'Platforms to build.', examples: [['linux/amd64', 'linux/arm64']] }),
  contexts: mapFrom(z.record(line, text)).meta({
    description: 'Named build contexts.',
    examples: [{ base: 'docker-image://ghcr.io/acme/base:1' }],
  }),
})
