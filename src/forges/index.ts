/**
 * Forges: what differs between the places that host sources and build images. Static facts only: sources/ reads from
 * them, kargo/ starts builds there. A new forge is one more file here.
 */
import type { Forge, Provider } from './forge.js'
import { github } from './github.js'
import { gitlab } from './gitlab.js'

export type { BuildName, Forge, ForgeSource, Provider } from './forge.js'
export { givesRunDetails, workflowUrl } from './github.js'
export { projectUrl } from './gitlab.js'

const BY_PROVIDER: Readonly<Record<Provider, Forge>> = { github, gitlab }

/** All forges, in the order messages list them. */
export const FORGES: readonly Forge[] = Object.values(BY_PROVIDER)

/** The forge of a source, or of anything else with a provider. */
export function forgeOf({ provider }: { readonly provider: Provider }): Forge {
  return BY_PROVIDER[provider]
}

/** One value per forge. */
export function forEachForge<Value>(of: (forge: Forge) => Value): Readonly<Record<Provider, Value>> {
  return { github: of(github), gitlab: of(gitlab) }
}

/** URLs of the servers, from the environment or the defaults. No trailing slash. */
export function serverUrls(env: Readonly<Record<string, string | undefined>>): Readonly<Record<Provider, string>> {
  return forEachForge(({ urlVariable, defaultUrl }) => (env[urlVariable] || defaultUrl).replace(/\/+$/, ''))
}
