import { describe, expect, it } from 'vitest'
import { parseImagesFile } from '../../../src/enrollment/index.js'
import { risksOf } from '../../../src/report/alerts.js'
import { imageChanges, isReportable, settingsChanges } from '../../../src/report/index.js'
import { report } from './examples.js'

const BASE = `
settings:
  analysis: true
images:
- name: app
  registry: ghcr.io
  repository: acme/app
  autoRebuild: false
  source: {repo: acme/app, branch: main, workflow: build.yml}
  analysis: {vulnerabilities: HIGH}
  environments:
  - {name: staging, soak: 24h, updates: [{repo: acme/deploy, path: staging, type: kustomize-set-image}]}
`

function enrolled(text: string) {
  const { enrolled, problems } = parseImagesFile(text, 'images.yaml')
  if (enrolled === null) throw new Error(JSON.stringify(problems))
  return enrolled
}

/** The report of one edit of images.yaml. */
function edited(from: string, to: string) {
  expect(BASE).toContain(from)
  const [before, now] = [enrolled(BASE), enrolled(BASE.replace(from, to))]
  const images = imageChanges(now.images, new Map(before.images.map(({ name, written }) => [name, written])))
  return { images, settings: settingsChanges(before.settings, now.settings) }
}

const risks = (from: string, to: string) => risksOf(edited(from, to))

describe('a change that must not be overlooked', () => {
  it.each([
    [
      'acme/app, branch: main',
      'evil/app, branch: main',
      '`app` rebuilds are dispatched elsewhere, with the token: `source.repo` `acme/app` → `evil/app`',
    ],
    [
      'branch: main',
      'branch: next',
      '`app` rebuilds are dispatched elsewhere, with the token: `source.branch` `main` → `next`',
    ],
    [
      'build.yml',
      'other.yml',
      '`app` rebuilds are dispatched elsewhere, with the token: `source.workflow` `build.yml` → `other.yml`',
    ],
    [
      'registry: ghcr.io',
      'registry: ghcr.io.evil.example',
      '`app` is published to another registry: `ghcr.io/acme/app` → `ghcr.io.evil.example/acme/app`',
    ],
    ['  autoRebuild: false\n', '', '`app` is rebuilt automatically from now on: `autoRebuild` `false` → *default*'],
    [
      'vulnerabilities: HIGH',
      'vulnerabilities: false',
      '`app` is checked no longer, or for less: `analysis.vulnerabilities` `HIGH` → `false`',
    ],
    [
      'analysis: {vulnerabilities: HIGH}',
      'analysis: false',
      '`app` is checked no longer, or for less: `analysis` *default* → `false`',
    ],
    [
      'acme/deploy',
      'acme/other',
      '`app` is promoted elsewhere, with the credentials for it: `environments.staging.updates[0].repo` `acme/deploy` → `acme/other`',
    ],
    [
      'path: staging',
      'branch: x, path: staging',
      '`app` is promoted elsewhere, with the credentials for it: `environments.staging.updates[0].branch` *default* → `x`',
    ],
    ['analysis: true', 'analysis: false', 'no image is checked any more: `settings.analysis.enabled` `true` → `false`'],
    [
      'analysis: true',
      'secrets: {github: other}',
      'other credentials are used: `settings.secrets.github` `github-dispatch` → `other`',
    ],
    [
      'analysis: true',
      'namespace: other',
      'everything is made anew in another namespace, without its Freight: `settings.namespace` `image-factory` → `other`',
    ],
    [
      'analysis: true',
      'stateWorkflow: {repo: a/b, workflow: w.yml, ref: main}',
      'Kargo dispatches another workflow, with the token: `settings.stateWorkflow.repo` *default* → `a/b`',
    ],
  ])('%j → %j', (from, to, said) => {
    expect(risks(from, to)).toContain(said)
  })
})

describe('an everyday change', () => {
  it.each([
    ['soak: 24h', 'soak: 2d', 'environments.staging.soak 24h → 2d'],
    ['path: staging', 'path: stage', 'environments.staging.updates[0].path staging → stage'],
    ['vulnerabilities: HIGH', 'vulnerabilities: MEDIUM', 'analysis.vulnerabilities HIGH → MEDIUM'],
    ['repository: acme/app\n', 'repository: acme/app\n  rebuildDelay: 2d\n', 'rebuildDelay null → 2d'],
  ])('%j → %j is a row and no alert', (from, to, row) => {
    const change = edited(from, to)
    expect(risksOf(change)).toEqual([])
    const rows = change.images.flatMap(({ details }) =>
      details.map(({ key, before, after }) => `${key} ${before} → ${after}`),
    )
    expect(rows).toEqual([row])
  })
})

describe('a report worth a first comment', () => {
  const known = {
    kind: 'known',
    images: [],
    bases: [],
    changes: [],
    causes: [],
    stateFiles: 0,
    warnings: 1,
  } as const
  const warning = {
    severity: 'warning',
    file: null,
    line: null,
    column: null,
    message: 'x',
    remedy: null,
    image: null,
  } as const
  it.each([
    ['nothing', report(), false],
    ['a warning', report({ problems: [warning] }), true],
    ['a warning that the base branch has too', report({ problems: [warning], baseDrift: known }), false],
    ['an error', report({ problems: [{ ...warning, severity: 'error' }], baseDrift: known }), true],
    ['a state file', report({ stateFiles: [{ kind: 'added', path: 'x' }] }), true],
    ['a state file that comes anyway', report({ baseDrift: { ...known, stateFiles: 1 } }), true],
  ])('%s: %s', (_, one, expected) => {
    expect(isReportable(one)).toBe(expected)
  })
})
