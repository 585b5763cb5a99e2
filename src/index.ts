#!/usr/bin/env node
/** Entry point: the action when run on a runner without arguments, otherwise the command line. */
const epoch = Number(process.env.SOURCE_DATE_EPOCH)
const now = (Number.isSafeInteger(epoch) && epoch > 0 ? new Date(epoch * 1000) : new Date()).toISOString()

if (process.argv.length <= 2 && process.env.GITHUB_ACTIONS === 'true') {
  const { runAction } = await import(/* webpackMode: "eager" */ './action/index.js')
  await runAction(process.env, now)
} else {
  const { runCommandLine } = await import(/* webpackMode: "eager" */ './cli/index.js')
  process.exitCode = await runCommandLine(process.argv.slice(2), process.env, now)
}
