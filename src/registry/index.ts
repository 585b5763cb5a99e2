/**
 * Registries: the digest of a tag, the list of tags, the content behind a digest. Read-only, using the OCI distribution
 * protocol.
 *
 * `client.ts` defines what can be read, `registry.ts` limits requests per registry, `requests.ts` sends one request
 * with the token flow, `connection.ts` checks where each one goes, `contents.ts` parses manifests and reads images, `credentials.ts`
 * reads docker's configuration.
 */

export {
  connectRegistries,
  type PinnedImage,
  type RegistryClient,
  type RegistryOptions,
  type Repository,
  rememberAnswers,
} from './client.js'
export { type PlatformImage, usualPlatform } from './contents.js'
export { type Credentials, readDockerCredentials } from './credentials.js'
export type { Answer } from './registry.js'
