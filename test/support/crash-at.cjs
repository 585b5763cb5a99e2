/**
 * Loaded into the bundle's process before it (`--require`): counts what it does to the world, step by step, and ends the
 * process at the step that CRASH_AT names as `kill -9` would. CRASH_LOG is a file that gets the name of every step.
 */
const childProcess = require('node:child_process')
const fs = require('node:fs')
const { syncBuiltinESMExports } = require('node:module')
const net = require('node:net')

const { openSync, writeFileSync, writeSync } = fs
const at = Number(process.env.CRASH_AT ?? '0')
const log = process.env.CRASH_LOG === undefined ? undefined : openSync(process.env.CRASH_LOG, 'a')
let count = 0

/** @param {string} name @param {() => void} [halfDone] what of the step is done when it is cut off. */
function step(name, halfDone = () => undefined) {
  count += 1
  if (log !== undefined) writeSync(log, `${name}\n`)
  if (count !== at) return
  halfDone()
  process.kill(process.pid, 'SIGKILL')
}

/** @param {Record<string, any>} owner @param {readonly string[]} names @param {string} prefix */
function watch(owner, names, prefix) {
  for (const name of names) {
    const original = owner[name]
    owner[name] = function watched(...args) {
      step(`${prefix}${name}`)
      return original.apply(this, args)
    }
  }
}

watch(fs, ['mkdirSync', 'renameSync', 'rmSync'], '')
watch(fs.promises, ['mkdir', 'mkdtemp', 'rm', 'rename', 'writeFile', 'copyFile'], 'promises.')
watch(childProcess, ['spawn'], '')
const { write } = net.Socket.prototype
net.Socket.prototype.write = function watched(...args) {
  // Not what goes to the log; what is written before the connection stands is sent once it does.
  if (this.connecting || this.remotePort !== undefined) step('send')
  return write.apply(this, args)
}
fs.writeFileSync = (path, text, options) => {
  step('writeFileSync')
  step('writeFileSync, half', () => writeFileSync(path, text.slice(0, text.length / 2), options))
  return writeFileSync(path, text, options)
}
syncBuiltinESMExports()
