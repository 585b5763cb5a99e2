// Reports as a real state repository would make them, for golden files and properties.
import type { Problem } from '../../../src/enrollment/problem.js'
import { problem } from '../../../src/enrollment/problem.js'
import { serverUrls } from '../../../src/forges/index.js'
import type { ResourceChange } from '../../../src/manifests/compare.js'
import type { BaseRow, BaseUseRow, ImageChange, Marker, Report } from '../../../src/report/index.js'
import type { GateChange } from '../../../src/report/model.js'

const HEAD = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'
export const marker: Marker = { id: 'synth:.', sha: HEAD, run: 16_123_456_789, attempt: 1 }

const NODE = 'docker.io/library/node:22-bookworm-slim'
const NODE24 = 'docker.io/library/node:24-bookworm-slim'
const PYTHON = 'docker.io/library/python:3.12-slim'

export function report(parts: Partial<Report> = {}): Report {
  return {
    mode: 'preview',
    imagesFile: 'images.yaml',
    outputDir: 'dist',
    problems: [],
    changes: [],
    stateFiles: [],
    settings: [],
    gates: [],
    overrides: [],
    images: [],
    bases: [],
    totals: { images: 3, bases: 2, stale: 0 },
    causes: [],
    due: [],
    stale: [],
    rebuilds: [],
    baseDrift: null,
    commit: null,
    run: {
      url: 'https://github.com/example/factory-state/actions/runs/16123456789/attempts/1',
      headSha: HEAD,
      repositoryUrl: 'https://github.com/example/factory-state',
      filesUrl: `https://github.com/example/factory-state/blob/${HEAD}`,
      baseBranch: 'main',
      version: '1.2.3',
    },
    servers: serverUrls({}),
    ...parts,
  }
}

interface ChangeParts {
  readonly file: string
  readonly before?: string
  readonly after?: string
}

export function change(kind: string, name: string, { file, before, after }: ChangeParts): ResourceChange {
  const apiVersion = kind === 'Namespace' || kind === 'ConfigMap' ? 'v1' : 'kargo.akuity.io/v1alpha1'
  const how = before === undefined ? 'added' : after === undefined ? 'removed' : 'modified'
  const namespace = kind === 'Namespace' || kind === 'Project' ? '' : 'image-factory'
  return {
    kind: how,
    id: { apiVersion, kind, namespace, name },
    file,
    before: before ?? null,
    after: after ?? null,
  }
}

export function idOf({ id }: ResourceChange): string {
  return `${id.apiVersion}/${id.kind}/${id.namespace}/${id.name}`
}

export function because(cause: string, changes: readonly ResourceChange[]): (readonly [string, string])[] {
  return changes.map((one) => [idOf(one), cause])
}

export function warehouse(name: string, repoURL: string, constraint: string): string {
  return `apiVersion: kargo.akuity.io/v1alpha1
kind: Warehouse
metadata:
  name: ${name}
  namespace: image-factory
  labels:
    image-factory.io/base: ${name}
spec:
  freightCreationPolicy: Automatic
  interval: 15m0s
  subscriptions:
    - image:
        repoURL: ${repoURL}
        imageSelectionStrategy: Digest
        constraint: ${constraint}
        discoveryLimit: 1
`
}

export function trigger(image: string, delay = 604_800, warehouses = ['node-22-bookworm-slim']): string {
  return `apiVersion: kargo.akuity.io/v1alpha1
kind: Stage
metadata:
  name: rebuild-trigger-${image}
  namespace: image-factory
  labels:
    image-factory.io/auto-promotion: "true"
    image-factory.io/image: ${image}
spec:
  requestedFreight:
${warehouses.map((name) => `    - origin: {kind: Warehouse, name: ${name}}\n      sources: {stages: [soak-${name}]}`).join('\n')}
  promotionTemplate:
    spec:
      vars:
        - name: workflow
          value: https://api.github.com/repos/example/${image}/actions/workflows/build.yml
        - name: ref
          value: main
        - name: rebuildDelay
          value: "${delay}"
        - name: builds
          value: any
      steps:
        - task: {name: rebuild-github}
`
}

export function analyze(image: string): string {
  return `apiVersion: kargo.akuity.io/v1alpha1
kind: Stage
metadata:
  name: analyze-${image}
  namespace: image-factory
spec:
  requestedFreight:
    - origin: {kind: Warehouse, name: ${image}}
      sources: {direct: true}
  verification:
    analysisTemplates:
      - name: image-factory-content
`
}

export function use(image: string, line: number, how: BaseUseRow['change'] = 'unchanged', kind = 'from'): BaseUseRow {
  return { image, file: `apps/${image}/Dockerfile`, line, kind, change: how }
}

export function base(reference: string, how: BaseRow['change'], uses: readonly BaseUseRow[]): BaseRow {
  const name = reference.replace(/^docker\.io\/library\//, '').replace(/[:/]/g, '-')
  return { name, reference, change: how, uses }
}

function detail(key: string, before: string | null, after: string | null): ImageChange['details'][number] {
  return { key, before, after }
}

function gate(
  kind: GateChange['kind'],
  image: string | null,
  [key, before, after]: readonly [string, string, string],
  meaning: string,
): GateChange {
  return { kind, image, key, before, after, meaning }
}

const bases: readonly BaseRow[] = [
  base(NODE, 'unchanged', [use('backstage', 1), use('code-server-dev', 3), use('backstage', 18)]),
  base(PYTHON, 'unchanged', [use('uv', 1), use('backstage', 12, 'unchanged', 'copy')]),
]

function firstEnrollment(): Report {
  const changes = [
    change('Namespace', 'image-factory', {
      file: 'image-factory.k8s.yaml',
      after:
        'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: image-factory\n  labels:\n    kargo.akuity.io/project: "true"\n',
    }),
    change('Project', 'image-factory', {
      file: 'image-factory.k8s.yaml',
      after: 'apiVersion: kargo.akuity.io/v1alpha1\nkind: Project\nmetadata:\n  name: image-factory\n',
    }),
    change('Stage', 'rebuild-trigger-uv', {
      file: 'image-uv.k8s.yaml',
      after: trigger('uv', 604_800, ['python-3.12-slim']),
    }),
    change('Stage', 'analyze-uv', { file: 'image-uv.k8s.yaml', after: analyze('uv') }),
    change('Warehouse', 'uv', { file: 'image-uv.k8s.yaml', after: warehouse('uv', 'ghcr.io/example/uv', '^1') }),
    change('Warehouse', 'python-3.12-slim', {
      file: 'base-python-3.12-slim.k8s.yaml',
      after: warehouse('python-3.12-slim', 'docker.io/library/python', '3.12-slim'),
    }),
  ]
  return report({
    changes,
    totals: { images: 1, bases: 1, stale: 0 },
    images: [
      {
        name: 'uv',
        kind: 'enrolled',
        details: [detail('repository', null, 'ghcr.io/example/uv'), detail('rebuildDelay', null, '7d')],
      },
    ],
    bases: [base(PYTHON, 'added', [use('uv', 1, 'added')])],
    stateFiles: [
      { kind: 'added', path: 'base-images/python-3.12-slim.yaml' },
      { kind: 'added', path: 'images/uv.yaml' },
    ],
    causes: [...because('the new image', changes.slice(2, 5)), ...because('the new image `uv`', changes.slice(5))],
  })
}

function delayChange(): Report {
  const changes = [
    change('Stage', 'rebuild-trigger-backstage', {
      file: 'image-backstage.k8s.yaml',
      before: trigger('backstage', 86_400),
      after: trigger('backstage'),
    }),
  ]
  return report({
    changes,
    images: [{ name: 'backstage', kind: 'changed', details: [detail('rebuildDelay', '24h', '7d')] }],
    bases,
    stateFiles: [{ kind: 'modified', path: 'images/backstage.yaml' }],
    causes: because('`rebuildDelay`', changes),
  })
}

function baseChange(): Report {
  const changes = [
    change('Warehouse', 'node-24-bookworm-slim', {
      file: 'base-node-24-bookworm-slim.k8s.yaml',
      after: warehouse('node-24-bookworm-slim', 'docker.io/library/node', '24-bookworm-slim'),
    }),
    change('Stage', 'rebuild-trigger-backstage', {
      file: 'image-backstage.k8s.yaml',
      before: trigger('backstage'),
      after: trigger('backstage', 604_800, ['node-24-bookworm-slim']),
    }),
  ]
  return report({
    mode: 'commit',
    changes,
    totals: { images: 3, bases: 3, stale: 0 },
    bases: [
      base(NODE24, 'added', [use('backstage', 1, 'added')]),
      base(NODE, 'unchanged', [use('backstage', 1, 'removed'), use('code-server-dev', 3)]),
      base(PYTHON, 'unchanged', [use('uv', 1)]),
    ],
    stateFiles: [
      { kind: 'added', path: 'base-images/node-24-bookworm-slim.yaml' },
      { kind: 'modified', path: 'images/backstage.yaml' },
    ],
    causes: because('`apps/backstage/Dockerfile:1` FROM', changes),
    commit: {
      sha: '9c1185a5c5e9fc54612808977ee8f548b2258d31',
      branch: 'main',
      url: 'https://github.com/example/factory-state/commit/9c1185a5c5e9fc54612808977ee8f548b2258d31',
    },
  })
}

function imageRemoved(): Report {
  const changes = [
    change('Stage', 'rebuild-trigger-uv', {
      file: 'image-uv.k8s.yaml',
      before: trigger('uv', 604_800, ['python-3.12-slim']),
    }),
    change('Stage', 'analyze-uv', { file: 'image-uv.k8s.yaml', before: analyze('uv') }),
    change('Warehouse', 'uv', { file: 'image-uv.k8s.yaml', before: warehouse('uv', 'ghcr.io/example/uv', '^1') }),
    change('Stage', 'rebuild-trigger-backstage', {
      file: 'image-backstage.k8s.yaml',
      before: trigger('backstage').replace('example/backstage', 'example/legacy'),
      after: trigger('backstage'),
    }),
  ]
  return report({
    changes,
    totals: { images: 2, bases: 1, stale: 0 },
    images: [
      { name: 'uv', kind: 'removed', details: [] },
      {
        name: 'backstage',
        kind: 'changed',
        details: [detail('source.repo', 'example/legacy', 'example/backstage'), detail('autoRebuild', 'false', 'true')],
        published: { before: 'ghcr.io/example/backstage', after: 'ghcr.io.example.net/example/backstage' },
      },
    ],
    gates: [
      gate(
        'deployed',
        'backstage',
        ['repository', 'ghcr.io/example/backstage', 'ghcr.io.example.net/example/backstage'],
        'A different image is watched, checked, and deployed',
      ),
      gate('agreement', 'backstage', ['autoRebuild', 'false', 'true'], 'Rebuilt automatically from now on'),
    ],
    bases: [base(NODE, 'unchanged', [use('backstage', 1)]), base(PYTHON, 'removed', [use('uv', 1, 'removed')])],
    stateFiles: [
      { kind: 'removed', path: 'images/uv.yaml' },
      { kind: 'added', path: '_archive/images/uv.yaml' },
    ],
    causes: [...because('the removed image', changes.slice(0, 3)), ...because('`source.repo`', changes.slice(3))],
  })
}

function discoveryFailed(): Report {
  const problems: Problem[] = [
    problem('bases-unknown', 'GitHub did not answer for example/uv (HTTP 502); uv keeps its last known base images.', {
      file: 'images.yaml',
      line: 9,
      column: 5,
      image: 'uv',
      remedy: 'Run again; nothing is lost.',
    }),
    problem('base-unknown', 'FROM $BASE: the argument BASE has no default and build.args does not give one.', {
      file: 'apps/code-server-dev/Dockerfile',
      line: 3,
      image: 'code-server-dev',
      remedy: 'Say `build.args.BASE` in images.yaml.',
    }),
    problem('base-none', '`syntax=docker/dockerfile:1` is not tracked.', { file: 'apps/uv/Dockerfile', line: 1 }),
  ]
  return report({ ...delayChange(), problems })
}

function brokenImages(): Report {
  const problems: Problem[] = [
    problem('key-unknown', 'unknown key `rebuildDelya`', {
      file: 'images.yaml',
      line: 14,
      column: 3,
      image: 'backstage',
      remedy: 'Did you mean `rebuildDelay`?',
    }),
    problem('name-taken', 'name "uv" is given twice, first in line 3', { file: 'images.yaml', line: 21, column: 9 }),
    problem('rebuild-starved', 'rebuildDelay 30m is shorter than the poll interval 1h', {
      file: 'images.yaml',
      line: 30,
    }),
  ]
  return report({ problems, totals: { images: 0, bases: 0, stale: 0 } })
}

function manyChanged(): Report {
  const names = Array.from({ length: 500 }, (_, index) => `service-${String(index).padStart(3, '0')}`)
  const changes = names.map((name) =>
    change('Stage', `rebuild-trigger-${name}`, {
      file: `image-${name}.k8s.yaml`,
      before: trigger(name, 86_400),
      after: trigger(name),
    }),
  )
  const orphan = change('Warehouse', 'node-20', {
    file: 'base-node-20.k8s.yaml',
    before: warehouse('node-20', 'docker.io/library/node', '20'),
  })
  return report({
    changes: [...changes, orphan],
    totals: { images: 500, bases: 2, stale: 0 },
    images: names.map((name) => ({ name, kind: 'changed', details: [detail('rebuildDelay', '24h', '7d')] })),
    bases: [
      base(
        NODE,
        'unchanged',
        names.map((name) => use(name, 1)),
      ),
    ],
    stateFiles: names.map((name) => ({ kind: 'modified', path: `images/${name}.yaml` })),
    causes: [...because('`rebuildDelay`', changes), ...because('no image using it', [orphan])],
  })
}

/** One line of images.yaml that matters, and what the base branch has waiting beside it. */
function comesAnyway(): Report {
  const later = [
    change('Stage', 'rebuild-trigger-uv', {
      file: 'image-uv.k8s.yaml',
      before: trigger('uv', 604_800, ['python-3.12-slim']),
      after: trigger('uv', 604_800, ['python-3.13-slim']),
    }),
    change('Warehouse', 'python-3.13-slim', {
      file: 'base-python-3.13-slim.k8s.yaml',
      after: warehouse('python-3.13-slim', 'docker.io/library/python', '3.13-slim'),
    }),
  ]
  const causes = because('`apps/uv/Dockerfile:1` FROM', later)
  const moved = [
    base(PYTHON.replace('3.12', '3.13'), 'added', [use('uv', 1, 'added')]),
    base(PYTHON, 'removed', [use('uv', 1, 'removed')]),
  ]
  return {
    ...delayChange(),
    baseDrift: { kind: 'known', changes: later, causes, stateFiles: 2, warnings: [], images: [], bases: moved },
  }
}

/** Settings and promotions change: what the next rebuild and the next promotion do with whose credentials. */
function dangerousSettings(): Report {
  const changes = [
    change('PromotionTask', 'rebuild-github', {
      file: 'image-factory.k8s.yaml',
      before: "spec:\n  steps:\n    - token: secret('github-dispatch')\n",
      after: "spec:\n  steps:\n    - token: secret('dispatch')\n",
    }),
  ]
  return report({
    changes,
    settings: [
      detail('analysis.enabled', 'true', 'false'),
      detail('pollInterval', '15m', '5m'),
      detail('secrets.github', 'github-dispatch', 'dispatch'),
    ],
    gates: [
      gate(
        'checks',
        'backstage',
        ['analysis.vulnerabilities', 'HIGH', 'off'],
        'Fewer vulnerabilities stop a promotion',
      ),
      gate(
        'destination',
        'backstage',
        ['environments.production.updates[0].repo', 'example/deployments', 'example/elsewhere'],
        'Promotion changes a different repository',
      ),
      gate('builds', 'backstage', ['source.branch', 'main', 'next'], 'A different branch is built'),
      gate('checks', null, ['settings.analysis.enabled', 'true', 'false'], 'No image is checked any longer'),
      gate(
        'builds',
        null,
        ['settings.secrets.github', 'github-dispatch', 'dispatch'],
        'Different credentials are used',
      ),
    ],
    overrides: [
      {
        base: 'docker.io/library/node:22-bookworm-slim',
        digest: `sha256:${'a1'.repeat(32)}`,
        reason: 'CVE-2026-1234, fixed in this digest',
        expires: '2026-03-31T23:59:59.999Z',
        place: 'overrides.yaml:1',
      },
    ],
    images: [
      {
        name: 'backstage',
        kind: 'changed',
        details: [
          detail('analysis.vulnerabilities', 'HIGH', 'false'),
          detail('environments.production.soak', '24h', '2d'),
          detail('environments.production.updates[0].repo', 'example/deployments', 'example/elsewhere'),
          detail('source.branch', 'main', 'next'),
        ],
      },
    ],
    bases,
    causes: because('`settings.secrets.github`', changes),
    baseDrift: {
      kind: 'unknown',
      settings: 'known',
      reason: 'the base branch has errors itself (images.yaml:3:1: error: no image is enrolled.)',
    },
  })
}

/** Text that would break out, ping, link or deceive if it were shown as it is. */
export const HOSTILE: readonly string[] = [
  '</details></summary><img src=x onerror=alert(1)>',
  '@everyone see #1, GH-2, o/r#3 and https://github.com/o/r/issues/4 or www.evil.example',
  'a | b\n\n## ✅ Approved by security\n\n```\n',
  '`````` [click](https://evil.example) **bold** _it_ ~~no~~ <!-- image-factory:report -->',
  '\u001b[31mred\u001b[0m \u202egnp.exe\u202c zero\u200bwidth \ufeff\u0000 \ud800',
  '> [!CAUTION]\n> fake\n- [ ] task $\\href{x}{y}$ :white_check_mark: &lt;b&gt; --> {{x}} $' + '{{ secrets.X }} end',
]

function hostileNames(): Report {
  const [html = '', ping = '', table = '', ticks = '', unseen = '', markup = ''] = HOSTILE
  const changes = [
    change('Stage', html, {
      file: ping,
      before: trigger('x'),
      after: `${trigger('x')}# ${ticks}\n# ${table}\n  ${ticks}\n`,
    }),
    change(table, unseen, { file: `${ticks}.yaml`, after: `note: ${unseen}\n` }),
    change('Warehouse', ticks, { file: 'x.yaml', before: `${table}\n${markup}` }),
  ]
  return report({
    imagesFile: ping,
    changes,
    problems: [
      problem('value-invalid', ping, { file: html, line: 1, image: ticks, remedy: markup }),
      problem('base-pinned', table, { file: table, remedy: unseen }),
      problem('key-unused', markup, { file: unseen }),
    ],
    images: HOSTILE.map((name) => ({
      name,
      kind: 'changed',
      details: [detail('source.repo', html, table), detail(ping, ticks, null)],
      published: { before: markup, after: unseen },
    })),
    settings: HOSTILE.map((text) => detail(`secrets.${text}`, text, markup)),
    gates: HOSTILE.map((text) => gate('deployed', text, [text, html, table], markup)),
    overrides: HOSTILE.map((text) => ({ base: text, digest: text, reason: ping, expires: table, place: ticks })),
    baseDrift: {
      kind: 'known',
      changes,
      causes: because(table, changes),
      stateFiles: 1,
      warnings: [],
      images: [],
      bases: [],
    },
    bases: HOSTILE.map((name) =>
      base(name, 'added', [{ image: unseen, file: ticks, line: 1, kind: table, change: 'added' }]),
    ),
    stateFiles: HOSTILE.map((path) => ({ kind: 'added', path })),
    causes: because(ping, changes),
    commit: { sha: html, branch: table, url: 'javascript:alert(1)' },
    run: { url: 'https://evil.example/) <img>', headSha: ping, repositoryUrl: 'https://github.com/o/r' },
  })
}

export const examples = {
  'first-enrollment': firstEnrollment(),
  'delay-change': delayChange(),
  'base-change': baseChange(),
  'image-removed': imageRemoved(),
  'discovery-failed': discoveryFailed(),
  'nothing-changed': report({ bases, totals: { images: 3, bases: 2, stale: 0 } }),
  'broken-images-file': brokenImages(),
  'many-changed': manyChanged(),
  'comes-anyway': comesAnyway(),
  'dangerous-settings': dangerousSettings(),
  'from-a-fork': { ...imageRemoved(), run: { ...report().run, isUnverified: true } as Report['run'] },
  'hostile-names': hostileNames(),
} as const
