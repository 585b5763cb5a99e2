// Loaded into a measured process before its program: tells at the end what the process used, in the file that the
// environment names, else on file descriptor 3.
const { writeFileSync } = require('node:fs')

process.on('exit', () => {
  writeFileSync(process.env.BENCH_USAGE ?? 3, JSON.stringify(process.resourceUsage()))
})
