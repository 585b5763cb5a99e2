import type { HclValue } from './bake-value.js'
import type { Expression } from './hcl-tree.js'

/** Names of one place: of a matrix, a function's parameters, a `for`. */
export type Locals = ReadonlyMap<string, HclValue>

/** Where an expression stands: its names, and which of them come from a default. */
export interface Scope {
  readonly locals: Locals
  readonly assumed: ReadonlySet<string>
}

/** The top of a file. */
export const TOP: Scope = { locals: new Map(), assumed: new Set() }

/** A function that the file declares. */
export interface UserFunction {
  readonly params: readonly string[]
  /** Takes the arguments that are left over, as a list. */
  readonly rest: string | null
  readonly result: Expression
}

/** What names of the file stand for. */
export interface Names {
  /** @throws {Fault} where there is no such variable. */
  variable(name: string): HclValue
  userFunction(name: string): UserFunction | null
}
