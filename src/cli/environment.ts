/** The environment, as plain data. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Tokens that the environment brings. */
export function secretsIn({ GITHUB_TOKEN, GH_TOKEN, GITLAB_TOKEN }: Environment): string[] {
  return [GITHUB_TOKEN, GH_TOKEN, GITLAB_TOKEN].filter((one): one is string => one !== undefined && one !== '')
}
