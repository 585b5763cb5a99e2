/** What is left of the work a file's variables may take, in characters written and compared; shared by all expansions. */
export interface WorkBudget {
  left: number
}

/** Enough for any real file a thousand times over, and less than a second or two. */
const MAX_WORK = 50_000_000

/** For all builds of one file that are looked at together. */
export const MAX_WORK_OF_ALL = 4 * MAX_WORK

/** How much of a budget was used. */
export function spentOf({ left }: WorkBudget): number {
  return MAX_WORK - left
}

export function workBudget(): WorkBudget {
  return { left: MAX_WORK }
}
