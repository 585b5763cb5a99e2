/**
 * The network: how servers are asked. Every request ends in time, its response is read up to a size, it goes through the
 * proxy the environment names, and it is repeated where that makes sense and nothing can be done twice by it.
 * `request.ts` is the only file that sends, `retry-policy.ts` the only one that waits.
 */
export { addressKind, hostnameOf, isLoopback } from './addresses.js'
export { baseDelay, type Connection, openConnection, proxyOf, requestTimeout } from './connection.js'
export {
  followRedirects,
  type HttpRequest,
  type HttpResponse,
  locationOf,
  sendRequest,
  unusableProxy,
} from './request.js'
export {
  FailedRequest,
  isFailure,
  mayHaveTakenEffect,
  type RequestFailure,
  requestFailure,
  statusFailure,
} from './request-failure.js'
export { type Clock, DEFAULT_RETRY_LIMITS, type Log, type RetryLimits, RetryPolicy } from './retry-policy.js'
