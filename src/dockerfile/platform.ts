import { lower } from './text.js'

/** A platform normalized as in containerd: `linux/x86_64` is amd64, `linux/arm` is v7. */
export interface Platform {
  os: string
  osVersion: string
  /** `(10.0.17763+feature)` as written after the operating system, or empty. */
  osOptions: string
  architecture: string
  variant: string
}

/** The assumed build host. */
export const BUILD_PLATFORM: Platform = {
  os: 'linux',
  osVersion: '',
  osOptions: '',
  architecture: 'amd64',
  variant: '',
}

const SYSTEMS = new Set(
  'aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris windows zos'.split(
    ' ',
  ),
)
const ARCHITECTURES = new Set(
  '386 amd64 amd64p32 arm armbe arm64 arm64be ppc64 ppc64le loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ppc riscv riscv64 s390 s390x sparc sparc64 wasm'.split(
    ' ',
  ),
)
const ARM64_VARIANTS: Readonly<Record<string, string>> = {
  8: '',
  v8: '',
  'v8.0': '',
  9: 'v9',
  '9.0': 'v9',
  'v9.0': 'v9',
}
const ARM_VARIANTS: Readonly<Record<string, string>> = { '': 'v7', 7: 'v7', 5: 'v5', 6: 'v6', 8: 'v8' }

/** Parses `os/architecture[/variant]`, or either of the two alone; null if invalid. The host is linux/amd64. */
export function parsePlatform(text: string): Platform | null {
  const [system = '', architecture, variant, ...more] = text.split('/', 5)
  const named = /^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.%-]*)((?:\+[A-Za-z0-9_.%-]+)*)\))?$/.exec(system)
  if (named === null || more.length > 0) return null
  if ([architecture, variant].some((part) => part !== undefined && !/^[A-Za-z0-9_.-]+$/.test(part))) return null
  const [, name = '', version = '', features = ''] = named
  const os = lower(name) === 'macos' ? 'darwin' : lower(name)
  const system_ = {
    os,
    osVersion: decoded(version),
    osOptions: version + features === '' ? '' : `(${version}${features})`,
  }
  if (architecture === undefined) return fromSingleWord(text, system_)
  const normal = normalArchitecture(architecture, variant ?? '')
  if (variant === undefined && normal.architecture === 'arm' && normal.variant === 'v7')
    return { ...system_, ...normal, variant: '' }
  if (variant !== undefined && normal.architecture === 'arm64' && normal.variant === '')
    return { ...system_, ...normal, variant: 'v8' }
  return { ...system_, ...normal }
}

/** `linux/arm/v7`, `windows(10.0.17763)/amd64`. */
export function formatPlatform(platform: Platform, withOptions: boolean): string {
  const parts = [platform.os + (withOptions ? platform.osOptions : ''), platform.architecture, platform.variant]
  return parts.filter((part) => part !== '').join('/')
}

/** The predefined platform arguments, as BuildKit sets them; overrides win. */
export function platformArguments(
  target: Platform,
  build: Platform,
  stage: string,
  overrides: ReadonlyMap<string, string>,
): Map<string, string> {
  const values: [string, string][] = [
    ['BUILDPLATFORM', formatPlatform(build, false)],
    ['BUILDOS', build.os],
    ['BUILDOSVERSION', build.osVersion],
    ['BUILDARCH', build.architecture],
    ['BUILDVARIANT', build.variant],
    ['TARGETPLATFORM', formatPlatform(target, true)],
    ['TARGETOS', target.os],
    ['TARGETOSVERSION', target.osVersion],
    ['TARGETARCH', target.architecture],
    ['TARGETVARIANT', target.variant],
    ['TARGETSTAGE', stage === '' ? 'default' : stage],
  ]
  return new Map(values.map(([name, value]) => [name, overrides.get(name) ?? value]))
}

function fromSingleWord(text: string, system: Pick<Platform, 'os' | 'osVersion' | 'osOptions'>): Platform | null {
  if (SYSTEMS.has(system.os)) return { ...system, architecture: 'amd64', variant: '' }
  const { architecture, variant } = normalArchitecture(text, '')
  if (!ARCHITECTURES.has(architecture)) return null
  const isDefault = architecture === 'arm' && variant === 'v7'
  return {
    os: 'linux',
    osVersion: system.osVersion,
    osOptions: system.osOptions,
    architecture,
    variant: isDefault ? '' : variant,
  }
}

function normalArchitecture(written: string, writtenVariant: string): { architecture: string; variant: string } {
  const architecture = lower(written)
  const variant = lower(writtenVariant)
  switch (architecture) {
    case 'i386':
      return { architecture: '386', variant: '' }
    case 'x86_64':
    case 'x86-64':
    case 'amd64':
      return { architecture: 'amd64', variant: variant === 'v1' ? '' : variant }
    case 'aarch64':
    case 'arm64':
      return { architecture: 'arm64', variant: ARM64_VARIANTS[variant] ?? variant }
    case 'armhf':
      return { architecture: 'arm', variant: 'v7' }
    case 'armel':
      return { architecture: 'arm', variant: 'v6' }
    case 'arm':
      return { architecture: 'arm', variant: ARM_VARIANTS[variant] ?? variant }
    default:
      return { architecture, variant }
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
