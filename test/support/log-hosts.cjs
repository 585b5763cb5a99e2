/** Loaded before the bundle (`--require`): writes every address that is connected to into the file HOSTS_LOG names. */
const fs = require('node:fs')
const net = require('node:net')

const log = fs.openSync(process.env.HOSTS_LOG ?? '/dev/null', 'a')
const { connect } = net.Socket.prototype

net.Socket.prototype.connect = function logged(...args) {
  const [given] = Array.isArray(args[0]) ? args[0] : args
  fs.writeSync(log, `${given?.host ?? 'localhost'}:${given?.port ?? given?.path}\n`)
  return connect.apply(this, args)
}
