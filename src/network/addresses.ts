import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net'

/**
 * Link-local, cloud metadata, multicast and addresses that are not a valid destination. No registry has one of these,
 * and metadata services answer anyone who runs code on the machine.
 */
const FORBIDDEN = listOf([
  '0.0.0.0/8',
  '169.254.0.0/16',
  // Metadata of Alibaba Cloud, Azure's host agent, Oracle Cloud.
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.192/32',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  'fe80::/10',
  'ff00::/8',
  'fd00:ec2::/32',
])
const LOOPBACK = listOf(['127.0.0.0/8', '::1/128'])
const PRIVATE = listOf([
  '10.0.0.0/8',
  '100.64.0.0/10',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  'fc00::/7',
  'fec0::/10',
])

/** Classifies an address (IANA's special-purpose registries); text that is not an address is forbidden. */
export function addressKind(address: string): 'public' | 'private' | 'loopback' | 'forbidden' {
  const plain = embedded(address) ?? address
  const family = isIPv4(plain) ? 'ipv4' : isIPv6(plain) ? 'ipv6' : null
  if (family === null || FORBIDDEN.check(plain, family)) return 'forbidden'
  if (LOOPBACK.check(plain, family)) return 'loopback'
  return PRIVATE.check(plain, family) ? 'private' : 'public'
}

/** Whether a host is this machine by its literal name or address. Only there may credentials be sent without TLS. */
export function isLoopback(host: string): boolean {
  const name = hostnameOf(host)
  return name === 'localhost' || (isIP(name) !== 0 && addressKind(name) === 'loopback')
}

/** A host in lower case, without port, brackets and trailing dot. */
export function hostnameOf(host: string): string {
  return host
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase()
}

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits] = range.split('/')
    list.addSubnet(address, Number(bits), isIPv4(address) ? 'ipv4' : 'ipv6')
  }
  return list
}

/** The IPv4 address embedded in an IPv6 address (mapped, RFC 4291 §2.5.5; NAT64, RFC 6052; 6to4, RFC 3056). */
function embedded(address: string): string | null {
  const groups = groupsOf(address)
  if (groups === null) return null
  const start = groups.slice(0, 6).join(':')
  if (start === '0:0:0:0:0:ffff' || start === '64:ff9b:0:0:0:0') return dotted(groups[6] ?? '', groups[7] ?? '')
  return groups[0] === '2002' ? dotted(groups[1] ?? '', groups[2] ?? '') : null
}

/** The eight groups of an IPv6 address, without leading zeros. */
function groupsOf(address: string): string[] | null {
  const [bare = ''] = address.split('%')
  if (!isIPv6(bare)) return null
  // The URL parser normalizes every spelling, including a dotted-quad suffix.
  const [left = '', right] = new URL(`http://[${bare}]`).hostname.slice(1, -1).split('::')
  const before = left === '' ? [] : left.split(':')
  const after = right === undefined || right === '' ? [] : right.split(':')
  return [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after]
}

function dotted(high: string, low: string): string {
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)]
  return [a >> 8, a & 255, b >> 8, b & 255].join('.')
}
