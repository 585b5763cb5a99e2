/**
 * The network: how servers are asked. Every request ends in time, its answer is read up to a size, it goes through the
 * proxy the environment names, and it is sent again where that makes sense and cannot be done twice by it.
 * `exchange.ts` is the only file that opens connections, `patience.ts` the only one that waits.
 */
export { agentsFor, type ChooseAgent, proxyOf } from './agents.js'
export { type Exchange, exchange, type Line, type Reply } from './exchange.js'
export { firstPause, requestTimeout } from './limits.js'
export { NoAnswer } from './no-answer.js'
export { type Clock, type Log, Patience } from './patience.js'
export { type ReplyHeaders, retryAfter } from './retry-after.js'
export { isPassing, isTrouble, mayBeDone, statusTrouble, type Trouble, trouble } from './trouble.js'
