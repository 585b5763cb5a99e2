import { describe, expect, it } from 'vitest'
import { parseImagesFile } from '../../../src/enrollment/index.js'
import { ENTRY_DECISIONS, SETTINGS_DECISIONS } from '../../../src/report/gates/decisions.js'
import { gatesOf } from '../../../src/report/gates/index.js'
import { imageChanges, settingsChanges } from '../../../src/report/index.js'

const BASE = `
settings:
  analysis: {image: 'ghcr.io/aquasecurity/trivy:0.70.0'}
  secrets: {github: a, gitlab: b, registry: c, source: d}
  stateWorkflow: {repo: acme/state, workflow: run.yml, ref: main}
  webhookReceivers: [{type: github, secret: hook}]
  allowedRegistries: [docker.io, ghcr.io/acme]
  namespace: factory
images:
- name: app
  registry: ghcr.io
  repository: acme/app
  autoRebuild: false
  minimumReleaseAge: 2d
  tags: {strategy: SemVer, constraint: ^1.0.0, allow: ['^v1', '^v2']}
  source: {repo: acme/app, branch: main, workflow: build.yml, inputs: {mode: fast}}
  analysis: {dockerfile: HIGH, content: MEDIUM, vulnerabilities: {severity: HIGH, ignoreUnfixed: false}, templates: [smoke, license]}
  environments:
  - {name: staging, updates: [{repo: acme/deploy, path: staging, type: kustomize-set-image}]}
  - name: production
    auto: false
    soak: 24h
    pullRequest: true
    updates:
    - {repo: acme/deploy, branch: main, path: production, type: yaml-update, key: image.digest, value: digest}
    - {repo: acme/deploy, path: audit, type: kustomize-set-image}
- name: lab
  registry: ghcr.io
  repository: acme/lab
  source: {provider: gitlab, repo: acme/lab, pipeline: ci.yml, job: build}
  updates: [{repo: acme/deploy, path: lab, type: kustomize-set-image}]
`

function enrolled(text: string) {
  const { enrolled, problems } = parseImagesFile(text, 'images.yaml')
  if (enrolled === null) throw new Error(JSON.stringify(problems))
  return enrolled
}

/** What is to be reviewed when one images.yaml becomes another. */
function gates(from: string, to: string) {
  const [before, now] = [enrolled(from), enrolled(to)]
  const entries = new Map(before.images.map(({ name, written }) => [name, written]))
  const changes = {
    images: imageChanges(now.images, entries),
    settings: settingsChanges(before.settings, now.settings),
  }
  return gatesOf(changes, now, entries)
}

type Edit = readonly [string, string]

function edited(...edits: readonly Edit[]): string {
  return edits.reduce((text, [from, to]) => {
    expect(text).toContain(from)
    return text.replace(from, to)
  }, BASE)
}

const shown = (all: ReturnType<typeof gates>) =>
  all.map(({ image, key, before, after }) => `${image ?? 'all'} ${key}: ${before ?? 'none'} → ${after ?? 'none'}`)

/** For each key that is a gate, edits that open it. */
const ENTRY_EDITS: Readonly<Record<string, readonly (readonly [Edit, string])[]>> = {
  repository: [
    [['acme/app\n', 'acme/other\n'], 'app repository: ghcr.io/acme/app → ghcr.io/acme/other'],
    [
      ['registry: ghcr.io\n  repository: acme/app', 'repoURL: docker.io/acme/app'],
      'app repository: ghcr.io/acme/app → docker.io/acme/app',
    ],
  ],
  'tags.strategy': [
    [['strategy: SemVer, constraint: ^1.0.0', 'strategy: Lexical'], 'app tags.strategy: SemVer → Lexical'],
    [['strategy: SemVer, constraint: ^1.0.0, ', 'strategy: NewestBuild, '], 'app tags.strategy: SemVer → NewestBuild'],
  ],
  'tags.constraint': [
    [['^1.0.0', '^1'], 'app tags.constraint: ^1.0.0 → ^1'],
    [[', constraint: ^1.0.0', ''], 'app tags.constraint: ^1.0.0 → none'],
  ],
  'tags.allow': [
    [["'^v2'", "'^v'"], 'app tags.allow: ^v1, ^v2 → ^v, ^v1'],
    [[", allow: ['^v1', '^v2']", ''], 'app tags.allow: ^v1, ^v2 → none'],
    [["allow: ['^v1', '^v2']}", "}\n  allowTags: '.*'"], 'app tags.allow: ^v1, ^v2 → .*'],
  ],
  environments: [
    [
      ['  - {name: staging, updates: [{repo: acme/deploy, path: staging, type: kustomize-set-image}]}\n', ''],
      'app environments.production: staging → none',
    ],
  ],
  'environments[].name': [
    [
      [
        '  - name: production',
        '  - {name: qa, updates: [{repo: acme/qa, path: x, type: kustomize-set-image}]}\n  - name: production',
      ],
      'app environments.qa: none → acme/qa@main x',
    ],
  ],
  'environments[].auto': [
    [['auto: false', 'auto: true'], 'app environments.production.auto: false → true'],
    [['    auto: false\n', ''], 'app environments.production.auto: false → true (default)'],
  ],
  'environments[].soak': [
    [['soak: 24h', 'soak: 23h'], 'app environments.production.soak: 24h → 23h'],
    [['    soak: 24h\n', ''], 'app environments.production.soak: 24h → 0 (default)'],
  ],
  'environments[].pullRequest': [
    [['    pullRequest: true\n', ''], 'app environments.production.pullRequest: true → false (default)'],
  ],
  'environments[].updates': [
    [
      [
        '    - {repo: acme/deploy, path: audit',
        '    - {repo: evil/x, path: y, type: kustomize-set-image}\n    - {repo: acme/deploy, path: audit',
      ],
      'app environments.production.updates[1]: none → evil/x@main y',
    ],
  ],
  'environments[].updates[].provider': [
    [
      ['{repo: acme/deploy, path: audit', '{provider: gitlab, repo: acme/deploy, path: audit'],
      'app environments.production.updates[1].provider: github (default) → gitlab',
    ],
  ],
  'environments[].updates[].repo': [
    [
      ['acme/deploy, path: staging', 'acme/x, path: staging'],
      'app environments.staging.updates[0].repo: acme/deploy → acme/x',
    ],
  ],
  'environments[].updates[].branch': [
    [['path: staging', 'branch: x, path: staging'], 'app environments.staging.updates[0].branch: main (default) → x'],
  ],
  'environments[].updates[].path': [[['path: lab', 'path: production'], 'lab updates[0].path: lab → production']],
  'environments[].updates[].type': [
    [
      ['path: lab, type: kustomize-set-image', 'path: lab, type: yaml-update, key: a'],
      'lab updates[0].type: kustomize-set-image → yaml-update',
    ],
  ],
  'environments[].updates[].key': [
    [['image.digest', 'other.digest'], 'app environments.production.updates[0].key: image.digest → other.digest'],
  ],
  'environments[].updates[].value': [
    [['value: digest', 'value: tag'], 'app environments.production.updates[0].value: digest → tag'],
  ],
  autoRebuild: [[['  autoRebuild: false\n', ''], 'app autoRebuild: false → true (default)']],
  minimumReleaseAge: [[['minimumReleaseAge: 2d', 'minimumReleaseAge: 12h'], 'app minimumReleaseAge: 2d → 12h']],
  analysis: [[['analysis: {dockerfile', 'analysis: {enabled: false, dockerfile'], 'app analysis: true → false']],
  'analysis.dockerfile': [[['dockerfile: HIGH', 'dockerfile: false'], 'app analysis.dockerfile: HIGH → off']],
  'analysis.content': [[['content: MEDIUM', 'content: HIGH'], 'app analysis.content: MEDIUM → HIGH']],
  'analysis.vulnerabilities': [
    [['severity: HIGH', 'severity: CRITICAL'], 'app analysis.vulnerabilities: HIGH → CRITICAL'],
    [['severity: HIGH', 'enabled: false'], 'app analysis.vulnerabilities: HIGH → off'],
  ],
  'analysis.vulnerabilities.ignoreUnfixed': [
    [['ignoreUnfixed: false', 'ignoreUnfixed: true'], 'app analysis.vulnerabilities.ignoreUnfixed: false → true'],
  ],
  accept: [
    [
      ['  autoRebuild', '  accept: [{code: base-missing, reason: New.}]\n  autoRebuild'],
      'app accept: none → base-missing',
    ],
    [
      ['minimumReleaseAge', `# image-factory: accept runs-mixed One build.\n  minimumReleaseAge`],
      'app accept: none → runs-mixed',
    ],
  ],
  'analysis.templates': [[['smoke, license', 'smoke'], 'app analysis.templates: license, smoke → smoke']],
  'source.provider': [
    [
      [
        'source: {repo: acme/app, branch: main, workflow: build.yml, ',
        'source: {provider: gitlab, repo: acme/app, branch: main, ',
      ],
      'app source.provider: github → gitlab',
    ],
  ],
  'source.repo': [[['repo: acme/app,', 'repo: evil/app,'], 'app source.repo: acme/app → evil/app']],
  'source.branch': [
    [['branch: main, workflow', 'branch: next, workflow'], 'app source.branch: main → next'],
    [['branch: main, workflow', 'workflow'], 'app source.branch: main → default branch'],
  ],
  'source.workflow': [[['build.yml', 'other.yml'], 'app source.workflow: build.yml → other.yml']],
  'source.pipeline': [[['ci.yml', 'other.yml'], 'lab source.pipeline: ci.yml → other.yml']],
  'source.job': [[['job: build', 'job: deploy'], 'lab source.job: build → deploy']],
  'source.inputs.*': [
    [['mode: fast', 'mode: slow'], 'app source.inputs.mode: fast → slow'],
    [['mode: fast', 'mode: fast, more: x'], 'app source.inputs.more: none → x'],
    [['mode: fast', ''], 'app source.inputs.mode: fast → none'],
  ],
}

const SETTINGS_EDITS: Readonly<Record<string, readonly (readonly [Edit, string])[]>> = {
  namespace: [[['namespace: factory', 'namespace: other'], 'all settings.namespace: factory → other']],
  'secrets.github': [[['github: a', 'github: z'], 'all settings.secrets.github: a → z']],
  'secrets.gitlab': [[['gitlab: b', 'gitlab: z'], 'all settings.secrets.gitlab: b → z']],
  'secrets.registry': [[['registry: c', 'registry: z'], 'all settings.secrets.registry: c → z']],
  'secrets.source': [[['source: d', 'source: z'], 'all settings.secrets.source: d → z']],
  'stateWorkflow.repo': [[['acme/state', 'evil/state'], 'all settings.stateWorkflow.repo: acme/state → evil/state']],
  'stateWorkflow.workflow': [[['run.yml', 'x.yml'], 'all settings.stateWorkflow.workflow: run.yml → x.yml']],
  'stateWorkflow.ref': [[['ref: main', 'ref: x'], 'all settings.stateWorkflow.ref: main → x']],
  'webhookReceivers[].secret': [
    [['secret: hook', 'secret: mine'], 'all settings.webhookReceivers.github.secret: hook → mine'],
    [
      ['secret: hook}', 'secret: hook}, {type: quay, secret: q}'],
      'all settings.webhookReceivers.quay.secret: none → q',
    ],
  ],
  'analysis.enabled': [
    [
      ["analysis: {image: 'ghcr.io/aquasecurity/trivy:0.70.0'}", 'analysis: false'],
      'all settings.analysis.enabled: true → false',
    ],
  ],
  'analysis.image': [
    [
      ['ghcr.io/aquasecurity/trivy:0.70.0', 'evil.example/trivy:1'],
      'all settings.analysis.image: ghcr.io/aquasecurity/trivy:0.70.0 → evil.example/trivy:1',
    ],
  ],
  allowedRegistries: [
    [['ghcr.io/acme]', 'ghcr.io]'], 'all settings.allowedRegistries: docker.io, ghcr.io/acme → docker.io, ghcr.io'],
    [
      ['  allowedRegistries: [docker.io, ghcr.io/acme]\n', ''],
      'all settings.allowedRegistries: docker.io, ghcr.io/acme → none',
    ],
  ],
}

const isGate = (decisions: typeof ENTRY_DECISIONS) =>
  Object.keys(decisions).filter((key) => 'kind' in (decisions[key] ?? {}))
const meaningIn = (decisions: typeof ENTRY_DECISIONS, key: string) => {
  const decision = decisions[key]
  return decision !== undefined && 'meaning' in decision ? { meaning: decision.meaning, kind: decision.kind } : {}
}
const flat = (edits: typeof ENTRY_EDITS) =>
  Object.entries(edits).flatMap(([key, all]) => all.map(([edit, said]) => [key, ...edit, said] as const))

describe('a gate', () => {
  it('of every kind is opened below', () => {
    expect(Object.keys(ENTRY_EDITS).sort()).toEqual(isGate(ENTRY_DECISIONS).sort())
    // What images ask of Kargo cannot be in a file without it: its test is below.
    expect([...Object.keys(SETTINGS_EDITS), 'engine'].sort()).toEqual(isGate(SETTINGS_DECISIONS).sort())
  })

  it.each([...flat(ENTRY_EDITS), ...flat(SETTINGS_EDITS)])('%s: %j → %j', (key, from, to, said) => {
    const found = gates(BASE, edited([from, to]))
    expect(shown(found)).toContain(said)
    const decisions =
      Object.hasOwn(SETTINGS_EDITS, key) && said.startsWith('all ') ? SETTINGS_DECISIONS : ENTRY_DECISIONS
    expect(found.find((one) => shown([one])[0] === said)).toMatchObject(meaningIn(decisions, key))
  })
})

describe('what starts rebuilds', () => {
  const images = 'images:\n  - {name: web, registry: ghcr.io, repository: acme/web}\n'

  it.each([
    ['', 'settings: {engine: actions}\n', 'kargo → actions'],
    ['settings: {engine: actions}\n', '', 'actions → kargo'],
  ])('%j → %j', (from, to, said) => {
    const found = gates(from + images, to + images)
    expect(shown(found)).toEqual([`all settings.engine: ${said}`])
    expect(found[0]).toMatchObject({ kind: 'builds' })
  })
})

describe('acceptances', () => {
  const accepting = (list: string) => edited(['  autoRebuild', `  accept: ${list}\n  autoRebuild`])
  const ONE = '[{code: base-missing, reason: New.}]'
  const TWO = '[{code: base-missing, reason: New.}, {code: base-pinned, reason: Certified.}]'

  it.each([
    ['one more', ONE, TWO, ['app accept: base-missing → base-missing, base-pinned']],
    ['another', ONE, '[{code: base-pinned, reason: x}]', ['app accept: base-missing → base-pinned']],
    ['one less', TWO, ONE, []],
    ['another order', TWO, '[{code: base-pinned, reason: x}, {code: base-missing, reason: x}]', []],
    ['another reason', ONE, '[{code: base-missing, reason: Still.}]', []],
  ])('%s', (_, from, to, said) => {
    expect(shown(gates(accepting(from), accepting(to)))).toEqual(said)
  })

  it('of a new image, whether it goes anywhere or not', () => {
    const entry = `- {name: new, registry: ghcr.io, repository: acme/new, accept: ${TWO}}\n- name: lab`
    expect(shown(gates(BASE, edited(['- name: lab', entry])))).toEqual(['new accept: none → base-missing, base-pinned'])
  })
})

describe('a change that lets nothing through', () => {
  it.each<readonly [string, ...Edit[]]>([
    ['no change'],
    ['a longer soak', ['soak: 24h', 'soak: 2d']],
    ['the same soak, written otherwise', ['soak: 24h', 'soak: 1d']],
    ['a longer age', ['minimumReleaseAge: 2d', 'minimumReleaseAge: 1w']],
    ['another delay', ['  autoRebuild: false', '  rebuildDelay: 30d\n  autoRebuild: false']],
    [
      'stricter severities',
      ['dockerfile: HIGH, content: MEDIUM', 'dockerfile: LOW, content: LOW'],
      ['severity: HIGH', 'severity: LOW'],
    ],
    ['another check', ['smoke, license', 'smoke, license, more']],
    ['checks in another order', ['smoke, license', 'license, smoke']],
    ['fewer tags', ["['^v1', '^v2']", "['^v2']"]],
    ['tags in another order', ["['^v1', '^v2']", "['^v2', '^v1']"]],
    ['narrower registries', ['docker.io, ghcr.io/acme', 'docker.io/library, ghcr.io/acme/app, ghcr.io/acme/lab']],
    ['fewer registries', ['docker.io, ghcr.io/acme', 'ghcr.io/acme']],
    ['promotion by hand', ['{name: staging, ', '{name: staging, auto: false, ']],
    ['promotion by pull request', ['{name: staging, ', '{name: staging, pullRequest: true, ']],
    [
      'updates in another order',
      [
        '    - {repo: acme/deploy, branch: main, path: production, type: yaml-update, key: image.digest, value: digest}\n    - {repo: acme/deploy, path: audit, type: kustomize-set-image}\n',
        '    - {repo: acme/deploy, path: audit, type: kustomize-set-image}\n    - {repo: acme/deploy, path: production, type: yaml-update, key: image.digest, value: digest}\n',
      ],
    ],
    ['an update less', ['    - {repo: acme/deploy, path: audit, type: kustomize-set-image}\n', '']],
    ['defaults written out', ['path: staging', 'branch: main, path: staging']],
    ['comments', ['images:', '# why\nimages:']],
    ['an image in one key', ['registry: ghcr.io\n  repository: acme/lab', 'repoURL: ghcr.io/acme/lab']],
    ['nothing to rebuild it any more', ['workflow: build.yml, ', '']],
    ['an image that is switched off', ['- name: app', '- name: app\n  enabled: false'], ['acme/app\n', 'acme/other\n']],
    ['nobody to tell', ['  stateWorkflow: {repo: acme/state, workflow: run.yml, ref: main}\n', '']],
    [
      'a new image that goes nowhere',
      ['- name: lab', '- {name: new, registry: ghcr.io, repository: acme/new, analysis: false}\n- name: lab'],
    ],
    [
      'a new image that somebody promotes',
      [
        '- name: lab',
        `- {name: new, registry: ghcr.io, repository: acme/new, environments: [{name: p, auto: false, updates: [{repo: a/b, path: x, type: kustomize-set-image}]}]}\n- name: lab`,
      ],
    ],
    [
      'a new image that is promoted by pull request',
      [
        '- name: lab',
        `- {name: new, registry: ghcr.io, repository: acme/new, environments: [{name: p, pullRequest: true, updates: [{repo: a/b, path: x, type: kustomize-set-image}]}]}\n- name: lab`,
      ],
    ],
  ])('%s', (_, ...edits) => {
    expect(shown(gates(BASE, edited(...(edits as Edit[]))))).toEqual([])
  })

  it('images, keys and items in another order', () => {
    const [head = '', app = '', lab = ''] = BASE.split(/(?=^- name)/m)
    expect(shown(gates(BASE, head + lab + app))).toEqual([])
    expect(
      shown(
        gates(
          BASE,
          edited([
            '  autoRebuild: false\n  minimumReleaseAge: 2d\n',
            '  minimumReleaseAge: 2d\n  autoRebuild: false\n',
          ]),
        ),
      ),
    ).toEqual([])
  })
})

const UPDATES = 'updates: [{repo: acme/deploy, path: new, type: kustomize-set-image}]'

describe('a new entry', () => {
  const added = (more: string, base = BASE) =>
    shown(gates(base, `${base}- {name: new, registry: ghcr.io, repository: acme/new, ${more}}\n`))

  it.each([
    [
      'without any check',
      `analysis: false, environments: [{name: production, auto: false, ${UPDATES}}]`,
      ['new analysis: none → false'],
    ],
    ['straight', UPDATES, ['new updates: none → acme/deploy@main new']],
    [
      'straight into two environments, not into what comes after a soak',
      `environments: [{name: a, ${UPDATES}}, {name: b, ${UPDATES}}, {name: c, soak: 1h, ${UPDATES}}, {name: d, ${UPDATES}}]`,
      ['new environments.a: none → acme/deploy@main new', 'new environments.b: none → acme/deploy@main new'],
    ],
  ])('that is promoted %s', (_, more, expected) => {
    expect(added(more)).toEqual(expected)
  })

  it('that is promoted while no image is checked at all', () => {
    const base = edited(["analysis: {image: 'ghcr.io/aquasecurity/trivy:0.70.0'}", 'analysis: false'])
    expect(added(`environments: [{name: production, auto: false, ${UPDATES}}]`, base)).toEqual([
      'new analysis: none → false',
    ])
  })
})

describe('an entry that is switched on', () => {
  const off = edited(['- name: lab', '- name: lab\n  enabled: false'])

  it('is reviewed as a new one, and for what changed while it was off', () => {
    expect(shown(gates(off, BASE))).toEqual(['lab updates: none → acme/deploy@main lab'])
    expect(shown(gates(off, edited(['job: build', 'job: deploy'])))).toEqual([
      'lab source.job: build → deploy',
      'lab updates: none → acme/deploy@main lab',
    ])
  })

  it('is not compared with an entry that was its name alone', () => {
    const bare = BASE.replace(/- name: lab[\s\S]*$/, '- {name: lab, enabled: false}\n')
    expect(shown(gates(bare, BASE))).toEqual(['lab updates: none → acme/deploy@main lab'])
  })
})

it('an entry that was written in a way that is not known is to be reviewed as a whole', () => {
  const now = enrolled(BASE)
  const entries = new Map<string, unknown>([
    ['app', { nonsense: true }],
    ['lab', now.images[1]?.written],
  ])
  const images = imageChanges(now.images, entries)
  const found = gatesOf({ images, settings: [] }, now, entries)
  expect(shown(found)).toEqual(['app name: none → app', 'app environments.staging: none → acme/deploy@main staging'])
})
