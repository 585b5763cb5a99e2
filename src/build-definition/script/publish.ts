import { type BuildValue, isKnown } from '../value.js'
import type { CommandBuild, Retag, ScriptBuild } from './types.js'

/**
 * Builds of which a push of one of their tags is seen, by the name they were built with or one they got later: they
 * publish. What is not known is the same where it is written the same.
 */
export function withPushes<Build extends ScriptBuild>(
  builds: readonly Build[],
  { pushes, retags }: { readonly pushes: readonly BuildValue[]; readonly retags: readonly Retag[] },
): Build[] {
  const pushed = new Set(pushes.map(nameOf))
  // Backwards: what a name was given to, in turn, before.
  for (const { from, to } of [...retags].reverse()) if (isPushed(to, pushed)) pushed.add(nameOf(from))
  const isSent = (build: Build) =>
    build.kind === 'build' && build.publishes === null && tagsOf(build).some((tag) => isPushed(tag, pushed))
  return builds.map((build) => (isSent(build) ? { ...build, publishes: true } : build))
}

function tagsOf(build: CommandBuild): readonly BuildValue[] {
  return build.tags
}

/** Whether a name is pushed, or its repository with all its tags (`docker push app`, `docker push --all-tags app`). */
function isPushed(tag: BuildValue, pushed: ReadonlySet<string>): boolean {
  const name = nameOf(tag)
  return pushed.has(name) || pushed.has(name.replace(/:[^:/]*$/, ''))
}

function nameOf(value: BuildValue): string {
  const written = isKnown(value) ? value.text : value.written
  return written.replace(/^docker\.io\/(?:library\/)?/, '').replace(/:latest$/, '')
}
