// Loaded into a measured process before its program: tells at the end, on file descriptor 3, what the process used.
const { writeSync } = require('node:fs')

process.on('exit', () => {
  writeSync(3, JSON.stringify(process.resourceUsage()))
})
