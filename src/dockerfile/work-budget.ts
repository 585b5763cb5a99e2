/** What is left of the work a file's variables may take, in characters written and compared; shared by all expansions. */
export interface WorkBudget {
  left: number
}

/** Enough for any real file a thousand times over, and less than a second or two. */
const MAX_WORK = 50_000_000

export function workBudget(): WorkBudget {
  return { left: MAX_WORK }
}
