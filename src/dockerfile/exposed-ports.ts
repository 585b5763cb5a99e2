import { quoted } from './refusal.js'

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/
const MAX_PORT = 65_535

/** What is wrong with a port of EXPOSE (`[[ip:]host:]port[-port][/protocol]`), null when nothing. */
export function portProblem(written: string): string | null {
  const parts = written.split(':')
  const container = parts.at(-1) ?? ''
  const host = parts.at(-2) ?? ''
  const address = parts.slice(0, -2).join(':')
  const slash = container.indexOf('/')
  const ports = slash === -1 ? container : container.slice(0, slash)
  const protocol = slash === -1 ? '' : container.slice(slash + 1).toLowerCase()
  const refused = `${quoted(written)} is not a port such as 80, 8000-8010 or 53/udp`
  if (!['', 'tcp', 'udp', 'sctp'].includes(protocol)) return `${refused}: the protocol is tcp, udp or sctp`
  if (address !== '' && !isAddress(address)) return `${refused}: ${quoted(address)} is not an IP address`
  const range = portRange(ports)
  if (range === null) return refused
  if (host === '') return null
  const hostRange = portRange(host)
  if (hostRange === null) return refused
  return range === 0 || range === hostRange ? null : `${refused}: the two ranges differ in length`
}

function isAddress(text: string): boolean {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text
  return bare === '' || IPV4.test(bare) || (/^[0-9A-Fa-f:.]+$/.test(bare) && URL.canParse(`http://[${bare}]`))
}

/** How many ports come after the first; null when it is no range. */
function portRange(text: string): number | null {
  const dash = text.indexOf('-')
  const start = dash === -1 ? text : text.slice(0, dash)
  const end = dash === -1 ? start : text.slice(dash + 1)
  if (!isPort(start) || !isPort(end)) return null
  const length = Number(end) - Number(start)
  return length < 0 ? null : length
}

function isPort(text: string): boolean {
  return /^(?:\+?\d+|-0+)$/.test(text) && Number(text) <= MAX_PORT
}
