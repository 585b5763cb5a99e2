/** What is loaded when GitHub is first asked. The toolkit's main module is left out: it reads the event and may print. */
export { GitHub, getOctokitOptions } from '@actions/github/lib/utils'
export { retry } from '@octokit/plugin-retry'
export { type ThrottlingOptions, throttling } from '@octokit/plugin-throttling'
