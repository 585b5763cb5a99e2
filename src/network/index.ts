/**
 * The network. Every request has a timeout and a limit on its response's size, goes through the proxy from the
 * environment, and is retried where that can help and cannot repeat a side effect. `request.ts` is the only file that
 * sends, `retry-policy.ts` the only one that waits.
 */
export { addressKind, hostnameOf, isLoopback } from './addresses.js'
export {
  baseDelay,
  type Connection,
  followRedirects,
  type HttpRequest,
  type HttpResponse,
  locationOf,
  openConnection,
  proxyOf,
  requestTimeout,
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
