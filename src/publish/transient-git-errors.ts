/**
 * The server's own trouble, and connections that break, in the words of git: what curl says behind them has another
 * wording in each version.
 */
const PASSING =
  /\bHTTP (?:429|5\d\d)|returned error: (?:429|5\d\d)|RPC failed; curl (?!22\b)|unable to access '[^']*': (?!The requested URL|.*(?:certificate|from proxy))|early EOF|unexpected disconnect|hung up unexpectedly/i

/** A no hangs up as well. */
const NO = /\bHTTP 4(?!29)\d\d/

/** Whether git failed in a way that passes by itself: then it is worth another try, and no no. */
export function isTransient(said: string): boolean {
  return PASSING.test(said) && !NO.test(said)
}

/** What mends what passes. Nothing we do with git or the API is done twice by it. */
export function runAgain(said: string): string {
  if (/\b429\b/.test(said)) return 'The server asks for a pause: run this again later.'
  return 'The server, or the way to it, is in trouble: run this again later.'
}
