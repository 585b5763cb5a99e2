import type { GlobalArgs } from './global-args.js'
import { quoted } from './refusal.js'

/** Why a name made of variables came out empty, and what to do about each of them. */
export function explainBlank(written: string, { missing }: { missing: ReadonlySet<string> }, args: GlobalArgs): string {
  const advice = adviceFor(missing, args)
  return `${quoted(written)} comes out empty${advice === '' ? '' : `: ${advice}`}`
}

/** One sentence about variables that have no value where FROM looks for one; empty when there are none. */
export function adviceFor(
  missing: Iterable<string>,
  args: GlobalArgs,
  stageArgs: ReadonlySet<string> = new Set(),
): string {
  return [...missing]
    .map((name) => {
      if (args.declared.has(name)) {
        return `ARG ${name} has no default: pass it (build.args.${name} in images.yaml) or write ARG ${name}=…`
      }
      if (stageArgs.has(name))
        return `ARG ${name} stands inside a stage, where FROM does not see it: move it above the first FROM`
      return `no ARG ${name} stands above the first FROM: add ARG ${name}=…, then build.args.${name} in images.yaml can set it`
    })
    .join('; ')
}
