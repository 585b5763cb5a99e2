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

/** A forge as images.yaml writes it under `provider`. */
export type Provider = keyof typeof BY_PROVIDER

/** All of them, in the order that messages name them. */
export const FORGES: readonly Forge<Provider>[] = Object.values(BY_PROVIDER)

export const PROVIDERS: readonly Provider[] = FORGES.map(({ provider }) => provider)

/** Where a source is that names no provider. */
export const DEFAULT_PROVIDER = 'github' satisfies Provider

/** The providers that have to be written. */
export const OTHER_PROVIDERS: readonly Provider[] = PROVIDERS.filter((provider) => provider !== DEFAULT_PROVIDER)

/** The forge that a source, or whatever else names its provider, is on. */
export function forgeOf({ provider }: { readonly provider: Provider }): Forge<Provider> {
  return BY_PROVIDER[provider]
}

/** One value for each forge. */
export function forEachForge<Value>(of: (forge: Forge<Provider>) => Value): Readonly<Record<Provider, Value>> {
  return Object.fromEntries(FORGES.map((forge) => [forge.provider, of(forge)])) as Record<Provider, Value>
}

/** The forges whose repositories are named otherwise than the default's. */
export const OTHERWISE_NAMED = FORGES.filter(({ repositoryForm }) => repositoryForm !== github.repositoryForm)

/** Whether some forge has repositories of this name. */
export function isRepository(repo: string): boolean {
  return FORGES.some(({ repository }) => repository.test(repo))
}

/** What is asked of a repository's name. That groups hold groups is for descriptions to say. */
export function repositoryRule({ repositoryForm }: Forge): string {
  return `must be ${repositoryForm.replace('/…', '')}`
}

/** Addresses of the servers, without a slash at their end. */
export interface Servers extends Readonly<Record<Provider, string>> {
  readonly githubApi: string
}

/** URLs of the servers, from the environment or the defaults. No trailing slash. */
export function serverUrls(env: Readonly<Record<string, string | undefined>>): Readonly<Record<Provider, string>> {
  return forEachForge(({ urlVariable, defaultUrl }) => (env[urlVariable] || defaultUrl).replace(/\/+$/, ''))
}
