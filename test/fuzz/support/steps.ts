/**
 * A budget for work that must end: not of time, which depends on the machine, but of steps. Every call of what programs
 * that read text are made of (methods of strings, patterns, lists and maps) counts as one.
 */

/** Thrown inside of work that takes more steps than it may: also out of a loop that would not end. */
export class TooManySteps extends Error {}

let left = Number.POSITIVE_INFINITY
let isCounting = false

/** Does work that may take so many steps. @throws TooManySteps */
export function withinSteps<T>(most: number, work: () => T): T {
  start(most)
  try {
    return work()
  } finally {
    isCounting = false
  }
}

/** The same for work that waits now and then. What happens meanwhile counts as well. */
export async function withinStepsAsync<T>(most: number, work: () => Promise<T>): Promise<T> {
  start(most)
  try {
    return await work()
  } finally {
    isCounting = false
  }
}

function start(most: number): void {
  left = most
  isCounting = true
}

function count(): void {
  left -= 1
  if (left >= 0) return
  isCounting = false
  throw new TooManySteps('more steps than work of this size may take')
}

type Method = (this: unknown, ...args: unknown[]) => unknown

function watch(owner: object, names: readonly string[]): void {
  for (const name of names) {
    const original = Reflect.get(owner, name) as Method
    const watched: Method = function (...args) {
      if (isCounting) count()
      return original.apply(this, args)
    }
    Reflect.defineProperty(owner, name, { value: watched, configurable: true, writable: true })
  }
}

const TEXT =
  'at charAt charCodeAt codePointAt endsWith includes indexOf lastIndexOf match matchAll normalize padEnd padStart repeat replace replaceAll search slice split startsWith substring toLowerCase toUpperCase trim trimEnd trimStart'
const LIST =
  'at concat every filter find findIndex flatMap includes indexOf join map pop push reduce shift slice some sort splice unshift'

watch(String.prototype, TEXT.split(' '))
watch(Array.prototype, LIST.split(' '))
watch(RegExp.prototype, ['exec', 'test'])
watch(Map.prototype, ['get', 'set', 'has', 'delete'])
watch(Set.prototype, ['add', 'has', 'delete'])
