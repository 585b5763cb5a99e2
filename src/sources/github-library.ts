/** Loaded on the first request to GitHub. Skips the toolkit's main module, which reads the event and may print. */
export { GitHub, getOctokitOptions } from '@actions/github/lib/utils'
export { retry } from '@octokit/plugin-retry'
export { type ThrottlingOptions, throttling } from '@octokit/plugin-throttling'
