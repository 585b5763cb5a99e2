/**
 * Prints the notes of a version out of CHANGELOG.md. Exit code 1 when the version is none, or package.json or
 * CHANGELOG.md do not have it: then nothing is to be released.
 *
 *     node scripts/release-notes.ts 1.2.3    (Node 24: npm exec -- node …)
 */
import { readFileSync } from 'node:fs'
import process, { argv, stderr, stdout } from 'node:process'
import { fileURLToPath } from 'node:url'

const root = new URL('../', import.meta.url)

/** What a release is made from. */
export interface ReleaseMaterial {
  readonly version: string
  readonly changelog: string
  /** The version that package.json has. */
  readonly packageVersion: string
}

/** The notes, or what is wrong. */
export type ReleaseNotes = { readonly notes: string } | { readonly fault: string }

/** The section of a version, without its heading (the form of keepachangelog.com). */
export function releaseNotes({ version, changelog, packageVersion }: ReleaseMaterial): ReleaseNotes {
  if (!/^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}(?:-[0-9A-Za-z.-]+)?$/.test(version)) {
    return { fault: `${JSON.stringify(version)} is no version like 1.2.3.` }
  }
  if (packageVersion !== version) return { fault: `package.json has version ${packageVersion}, not ${version}.` }
  const sections = changelog.split(/^## /m).slice(1)
  const section = sections.find((text) => text.split(/[\s\]]/, 1)[0]?.replace(/^\[?v?/, '') === version)
  if (section === undefined) return { fault: `CHANGELOG.md has no section ${version}.` }
  const notes = section.slice(section.indexOf('\n') + 1).trim()
  return notes === '' ? { fault: `CHANGELOG.md says nothing about ${version}.` } : { notes }
}

function main(version: string): number {
  const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
  const { version: packageVersion } = JSON.parse(read('package.json')) as { version: string }
  const result = releaseNotes({ version, changelog: read('CHANGELOG.md'), packageVersion })
  if ('fault' in result) {
    stderr.write(`${result.fault}\n`)
    return 1
  }
  stdout.write(`${result.notes}\n`)
  return 0
}

if (argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main(argv[2] ?? '')
