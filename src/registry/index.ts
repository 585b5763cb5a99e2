/**
 * Registries: which digest does a tag have, which tags are there, what is behind a digest. Reads only, by the OCI
 * distribution protocol.
 *
 * `client.ts` is what can be read, `registry.ts` how much one registry is asked, `requests.ts` sends one request with the
 * token flow, `connection.ts` looks at where each one goes, `manifests.ts` reads what comes back, `credentials.ts` what
 * docker's configuration knows.
 */

export {
  connectRegistries,
  type PinnedImage,
  type RegistryClient,
  type RegistryOptions,
  type Repository,
  rememberAnswers,
} from './client.js'
export type { PlatformImage } from './contents.js'
export { type Credentials, readDockerCredentials } from './credentials.js'
export { usualPlatform } from './manifests.js'
export type { Answer } from './registry.js'
