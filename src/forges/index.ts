/**
 * Forges: what differs between the places that host sources and build images. Static facts only: sources/ reads from
 * them, rebuild/ and kargo/ start builds there. A new forge is one more file here.
 */
import type { Forge } from './forge.js'
import { github } from './github.js'
import { gitlab } from './gitlab.js'

export type { BuildName, Forge, ForgeSource } from './forge.js'
export { givesRunDetails, workflowUrl } from './github.js'
export { projectUrl } from './gitlab.js'

const BY_PROVIDER = { github, gitlab }

/** The forges, as `provider` in images.yaml names them. */
export type Provider = keyof typeof BY_PROVIDER

/** All forges, in the order messages list them. */
export const FORGES: readonly Forge<Provider>[] = Object.values(BY_PROVIDER)

export const PROVIDERS: readonly Provider[] = FORGES.map(({ provider }) => provider)

/** The provider of a source that names none. */
export const DEFAULT_PROVIDER = 'github' satisfies Provider

/** The providers that a source must name. */
export const OTHER_PROVIDERS: readonly Provider[] = PROVIDERS.filter((provider) => provider !== DEFAULT_PROVIDER)

/** The forge of a source, or of anything else with a provider. */
export function forgeOf({ provider }: { readonly provider: Provider }): Forge<Provider> {
  return BY_PROVIDER[provider]
}

/** One value per forge. */
export function forEachForge<Value>(of: (forge: Forge<Provider>) => Value): Readonly<Record<Provider, Value>> {
  return Object.fromEntries(FORGES.map((forge) => [forge.provider, of(forge)])) as Record<Provider, Value>
}

/** The forges with another form of repository names than the default forge. */
export const OTHERWISE_NAMED = FORGES.filter(({ repositoryForm }) => repositoryForm !== github.repositoryForm)

/** Whether the name is valid on any forge. */
export function isRepository(repo: string): boolean {
  return FORGES.some(({ repository }) => repository.test(repo))
}

/** The rule for repository names, for messages; they leave out nested groups. */
export function repositoryRule({ repositoryForm }: Forge): string {
  return `must be ${repositoryForm.replace('/…', '')}`
}

/** Server URLs, without trailing slash. */
export interface Servers extends Readonly<Record<Provider, string>> {
  readonly githubApi: string
}

/** URLs of the servers, from the environment or the defaults. No trailing slash. */
export function serverUrls(env: Readonly<Record<string, string | undefined>>): Readonly<Record<Provider, string>> {
  return forEachForge(({ urlVariable, defaultUrl }) => (env[urlVariable] || defaultUrl).replace(/\/+$/, ''))
}
