/** Every protection that can be taken away, by the rows of docs/threat-model.md. */
import type { Removal } from './removal.ts'
import { cluster } from './rows/cluster.ts'
import { input } from './rows/input.ts'
import { output } from './rows/output.ts'
import { programs } from './rows/programs.ts'
import { rebuild } from './rows/rebuild.ts'

export const removals: readonly Removal[] = [...programs, ...input, ...output, ...cluster, ...rebuild]
