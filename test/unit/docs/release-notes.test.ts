import { describe, expect, it } from 'vitest'
import { releaseNotes } from '../../../scripts/release-notes.js'
import { readDocument } from '../../support/documents.js'

const changelog = `# Changelog

## Unreleased

- Not yet.

## [1.2.3] - 2026-11-22

- New.

### Fixed

- Old.

## 1.2.0 (2026-11-01)
## v1.0.0

- First.
`
const notes = (version: string, packageVersion = version) => releaseNotes({ version, changelog, packageVersion })

describe('release notes', () => {
  it('are the section of the version', () => {
    expect(notes('1.2.3')).toEqual({ notes: '- New.\n\n### Fixed\n\n- Old.' })
    expect(notes('1.0.0')).toEqual({ notes: '- First.' })
  })

  it.each([
    ['v1.2.3', 'v1.2.3', 'is no version like 1.2.3'],
    ['1.2', '1.2', 'is no version like 1.2.3'],
    ['01.2.3', '01.2.3', 'is no version'],
    ['1.2.3\n', '1.2.3\n', 'is no version'],
    ['$(id)', '$(id)', 'is no version'],
    ['1.2.3', '0.1.0', 'package.json has version 0.1.0, not 1.2.3.'],
    ['1.2.4', '1.2.4', 'CHANGELOG.md has no section 1.2.4.'],
    ['1.2.0', '1.2.0', 'CHANGELOG.md says nothing about 1.2.0.'],
    ['2.0.0-rc.1', '2.0.0-rc.1', 'CHANGELOG.md has no section 2.0.0-rc.1.'],
  ])('%j is refused', (version, packageVersion, fault) => {
    expect(notes(version, packageVersion)).toEqual({ fault: expect.stringContaining(fault) })
  })

  it('can be read from our own CHANGELOG.md', () => {
    const own = readDocument('CHANGELOG.md').replace('## Unreleased', '## 9.9.9')
    expect(releaseNotes({ version: '9.9.9', changelog: own, packageVersion: '9.9.9' })).toHaveProperty('notes')
  })
})
