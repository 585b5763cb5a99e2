/**
 * Registries: which digest does a tag have, which tags are there, what is behind a digest. Reads only, by the OCI
 * distribution protocol.
 *
 * `client.ts` is what can be asked, `registry.ts` how much one registry is asked, `requests.ts` sends one request with the
 * token flow of `tokens.ts`, `connection.ts` looks at where each one goes; `hosts.ts` and `addresses.ts` say
 * where a request may go, `challenge.ts` what a registry asks for, `manifests.ts` what it answers, `credentials.ts` what
 * docker's configuration knows. To add something to be asked, add it to `client.ts`.
 */

export type { Answer } from './answer.js'
export {
  connectRegistries,
  type PinnedImage,
  type RegistryClient,
  type RegistryOptions,
  type Repository,
  type TaggedImage,
} from './client.js'
export type { PlatformImage } from './contents.js'
export { type Credentials, readDockerCredentials } from './credentials.js'
export { rememberAnswers } from './remember.js'
