/** A wrong images file: title, text, and what is said of it as `line:column message remedy`. */
export type WrongFile = readonly [title: string, text: string, said: readonly string[]]

/** The smallest entry there is. */
export const APP = '- name: app\n  registry: ghcr.io\n  repository: org/app\n'

/** The same below `images:`. */
export const INDENTED_APP = '  - name: app\n    registry: ghcr.io\n    repository: org/app\n'

/** An entry with a source that further keys can be added to. */
export const SOURCE = `${APP}  source:\n    repo: org/app\n`

/** The keys of an entry, as a problem lists them. */
export const ENTRY_KEYS =
  'accept, allowTags, analysis, autoRebuild, backstage, bases, build, description, enabled, environments, imageSelectionStrategy, minimumReleaseAge, name, rebuildDelay, rebuildOn, rebuildOnEnrollment, registry, repoURL, repository, shard, source, tags, updates.'
