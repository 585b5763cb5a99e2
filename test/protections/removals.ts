/** Every protection that can be taken away, by the rows of docs/threat-model.md. */
import type { Removal } from './removal.ts'
import { removals as decisions } from './removals/decisions.ts'
import { removals as input } from './removals/input.ts'
import { removals as output } from './removals/output.ts'
import { removals as programs } from './removals/programs.ts'

export const removals: readonly Removal[] = [...programs, ...input, ...output, ...decisions]
