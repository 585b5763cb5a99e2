/**
 * Finds builds in the scripts of steps: what `docker build` and similar commands pass, reading the text as a shell
 * would without running anything. Pure: text in, facts out.
 *
 * Pipeline: parseScript (a Bash parser) → ScriptReader (commands in order; Flow: branches, loops) → words (expansion) →
 * wrappers (`sudo`) → programs → build-command. Unknown parts of a text are marks (marks.ts).
 */

import type { ParsedScript } from 'unbash'
import { distinctBy } from '../../text/index.js'
import { plainPath } from '../paths.js'
import { Budget } from '../scan.js'
import { type BuildValue, contentKey, type EnvironmentLookup, isKnown } from '../value.js'
import type { Expanded } from '../workflow/scope.js'
import { environmentWrites, type ScriptFacts, withPushes } from './facts.js'
import { Marks } from './marks.js'
import { mayMatter } from './programs.js'
import { ScriptReader } from './reader.js'
import { parseScript, type shellOf } from './reading.js'
import { initialState, ScriptVariables } from './state.js'
import { readWindowsScript } from './windows-shells.js'

export type * from './facts.js'
export { withMoves } from './facts.js'
export { shellOf } from './reading.js'

/** Limit on text produced by one script's variables. */
const MAX_TEXT = 2_000_000

const NOTHING: ScriptFacts = {
  builds: [],
  environmentWrites: { values: new Map(), hasOthers: false },
  unread: [],
  pushes: [],
  retags: [],
}

/**
 * Finds the images that a script builds and their inputs, and what else about the script matters for them.
 *
 * @param script its text, with known expressions filled in.
 * @param environment its initial variables.
 * @param shell its language.
 * @param folder its working directory, relative to the workspace (`working-directory`).
 */
export function readScript(
  script: Expanded,
  environment: EnvironmentLookup,
  shell: NonNullable<ReturnType<typeof shellOf>>,
  folder: BuildValue,
): ScriptFacts {
  const budget = new Budget(MAX_TEXT)
  const marks = new Marks(script.unknown, budget)
  const variables = new ScriptVariables(environment, marks)
  if (!mayMatter(script.text) && !script.unknown.some(mayMatter)) return NOTHING
  if (!budget.spend(script.text.length)) return tooMuch(script)
  const reader = new ScriptReader(script.text, { marks, variables, budget })
  const state = initialState(isKnown(folder) ? plainPath(folder.text) : marks.add(folder.written))
  if (shell === 'posix') {
    const parsed = parseScript(script.text)
    if (parsed === null) return tooMuch(script)
    reader.run(parsed, state)
    addFault(parsed, script, reader)
  } else readWindowsScript(script.text, shell, reader, state)
  const { facts } = reader
  return {
    builds: withPushes({ ...facts, builds: distinctBy(facts.builds, contentKey) }),
    environmentWrites: environmentWrites(facts.environment, marks),
    unread: distinctBy(facts.unread, contentKey),
    pushes: distinctBy(facts.pushes, contentKey),
    retags: distinctBy(facts.retags, contentKey),
  }
}

const BUILDS = /\b(?:docker|podman|buildah|nerdctl|kaniko|buildx)\b/

/** No real script exceeds the limit: only reports that it may build. */
function tooMuch({ text }: Expanded): ScriptFacts {
  const at = text.search(BUILDS)
  const line = text.slice(0, Math.max(at, 0)).split('\n').length
  const command =
    text
      .slice(at)
      .split('\n', 1)[0]
      ?.slice(0, 200)
      .replace(/\0\d*\0?/g, '…') ?? ''
  const hasOthers = text.includes('GITHUB_ENV')
  return {
    ...NOTHING,
    environmentWrites: { values: new Map(), hasOthers },
    unread: at < 0 ? [] : [{ line, command, tool: 'shell' }],
  }
}

/** A script that is not valid in this language may be in another one: what was read may be incomplete. */
function addFault({ errors = [] }: ParsedScript, { text }: Expanded, reader: ScriptReader): void {
  const [error] = errors
  if (error === undefined || !BUILDS.test(text)) return
  const line = text.slice(0, error.pos).split('\n').length
  reader.facts.addUnread(line, reader.marks.written(text.split('\n')[line - 1] ?? ''), 'shell')
}
