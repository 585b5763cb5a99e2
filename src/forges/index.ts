/**
 * Forges: what is different about the places that sources are in and images are built by. Facts alone, nothing is asked;
 * how each is read is in sources/, how Kargo starts builds there in kargo/. A new forge is one more file here.
 */
import type { Forge, Provider } from './forge.js'
import { github } from './github.js'
import { gitlab } from './gitlab.js'

export type { BuildName, Forge, ForgeSource, Provider } from './forge.js'
export { givesRunDetails, workflowUrl } from './github.js'
export { projectUrl } from './gitlab.js'

const BY_PROVIDER: Readonly<Record<Provider, Forge>> = { github, gitlab }

/** All of them, in the order that messages name them. */
export const FORGES: readonly Forge[] = Object.values(BY_PROVIDER)

/** The forge that a source, or whatever else names its provider, is on. */
export function forgeOf({ provider }: { readonly provider: Provider }): Forge {
  return BY_PROVIDER[provider]
}

/** One value for each forge. */
export function forEachForge<Value>(of: (forge: Forge) => Value): Readonly<Record<Provider, Value>> {
  return { github: of(github), gitlab: of(gitlab) }
}

/** Addresses of the servers, as the environment names them. No slash at the end. */
export function serverUrls(env: Readonly<Record<string, string | undefined>>): Readonly<Record<Provider, string>> {
  return forEachForge(({ urlVariable, defaultUrl }) => (env[urlVariable] || defaultUrl).replace(/\/+$/, ''))
}
