import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseImagesFile } from '../../../src/enrollment/index.js'
import { readObjects } from '../../support/kargo-schemas.js'
import { shapeFaults } from '../../support/kubernetes-shapes.js'

const root = new URL('../../../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')
const PLATFORM = 'examples/platform-repo'
const FILES = ['application.yaml', 'project.yaml', 'secrets/external-secrets.yaml', 'secrets/templates.yaml']

interface Labelled {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly labels?: Record<string, string> }
}
interface Secret extends Labelled {
  readonly stringData: Readonly<Record<string, string>>
}
interface ExternalSecret extends Labelled {
  readonly kind: string
  readonly spec: {
    readonly refreshInterval: string
    readonly target: {
      readonly name: string
      readonly template?: { readonly metadata: { readonly labels: object }; readonly data?: object }
    }
    readonly data?: readonly { readonly secretKey: string; readonly remoteRef: { readonly key: string } }[]
    readonly dataFrom?: readonly { readonly sourceRef: { readonly generatorRef: Readonly<Record<string, string>> } }[]
  }
}
interface Generator extends Labelled {
  readonly spec: {
    readonly appID: string
    readonly installID: string
    readonly permissions: object
    readonly auth: { readonly privateKey: { readonly secretRef: object } }
  }
}

const objects = (file: string) => readObjects(read(`${PLATFORM}/${file}`))
const { settings } = parseImagesFile('- {name: a, repoURL: ghcr.io/a/b}\n', 'images.yaml').enrolled ?? {}
const CRED_TYPE = 'kargo.akuity.io/cred-type'

describe('examples/platform-repo', () => {
  it.each(FILES)('%s holds objects of known kinds, without a key too many', (file) => {
    const found = objects(file)
    expect(found.length).toBeGreaterThan(0)
    expect(found.flatMap(shapeFaults)).toEqual([])
  })

  it('has no other files', () => {
    const there = readdirSync(new URL(PLATFORM, root), { recursive: true, withFileTypes: true })
    expect(there.filter((entry) => entry.isFile())).toHaveLength(FILES.length)
  })

  it('notices a misspelt key, a missing one and an unknown kind', () => {
    const [application = {}] = objects('application.yaml')
    const { source, ...spec } = application.spec as Record<string, unknown>
    expect(shapeFaults({ ...application, spec: { ...spec, source, sorce: 1 } })).toHaveLength(1)
    expect(shapeFaults({ ...application, spec })).toHaveLength(1)
    expect(shapeFaults({ apiVersion: 'v1', kind: 'Pod' })).toEqual(['no shape for v1 Pod'])
  })
})

describe('the Application', () => {
  const [application] = objects('application.yaml')
  const [project] = objects('project.yaml')

  it('syncs dist/ as the design has it: not recursive, prune and selfHeal, into the namespace of the settings', () => {
    expect(application?.spec).toMatchObject({
      source: { path: 'dist', directory: { recurse: false } },
      syncPolicy: { automated: { prune: true, selfHeal: true } },
      destination: { namespace: settings?.namespace },
    })
  })

  it('belongs to the AppProject, which has its repository and its namespace', () => {
    const spec = application?.spec as { source: { repoURL: string }; destination: object }
    expect(application).toMatchObject({ spec: { project: (project as unknown as Labelled).metadata.name } })
    expect(project?.spec).toMatchObject({ sourceRepos: [spec.source.repoURL], destinations: [spec.destination] })
  })

  it('may bring every kind that is generated, and no other', () => {
    const golden = readdirSync(new URL('test/golden/kargo', root), { recursive: true, encoding: 'utf8' })
    const files = golden.filter((path) => path.endsWith('.yaml')).map((path) => `test/golden/kargo/${path}`)
    const found = files.flatMap((path) => readObjects(read(path)))
    const kinds = found.map(({ apiVersion, kind }) => {
      const [group = ''] = String(apiVersion).includes('/') ? String(apiVersion).split('/') : ['']
      return `${group} ${kind}`
    })
    const { clusterResourceWhitelist, namespaceResourceWhitelist } = (project?.spec ?? {}) as Record<
      string,
      readonly { readonly group: string; readonly kind: string }[]
    >
    const allowed = [...(clusterResourceWhitelist ?? []), ...(namespaceResourceWhitelist ?? [])]
    expect(allowed.map(({ group, kind }) => `${group} ${kind}`).sort()).toEqual([...new Set(kinds)].sort())
  })
})

describe('the Secrets', () => {
  const templates = objects('secrets/templates.yaml') as unknown as readonly Secret[]
  const external = objects('secrets/external-secrets.yaml') as unknown as readonly ExternalSecret[]
  const secrets = external.filter(({ kind }) => kind === 'ExternalSecret')

  it('have the names that the settings have by default', () => {
    const named = Object.values(settings?.secrets ?? {})
    expect(new Set(named).size).toBeGreaterThanOrEqual(4)
    expect(templates.map(({ metadata }) => metadata.name)).toEqual(expect.arrayContaining(named))
  })

  it('hold nothing that is secret', () => {
    for (const { stringData } of templates) {
      const values = Object.entries(stringData).filter(([key]) => !/^repoURL|^username$/.test(key))
      expect(values.length).toBeGreaterThan(0)
      for (const [, value] of values) expect(value).toContain('REPLACE_ME')
    }
    expect(read(`${PLATFORM}/secrets/external-secrets.yaml`)).not.toMatch(/gh[a-z]_|glpat-|PRIVATE KEY/)
  })

  it('carry the label that Kargo finds credentials by, where Kargo uses them as such', () => {
    const labels = new Map(templates.map(({ metadata }) => [metadata.name, metadata.labels?.[CRED_TYPE]]))
    expect(Object.fromEntries(labels)).toEqual({
      'github-dispatch': 'generic',
      'gitlab-dispatch': 'generic',
      'git-credentials': 'git',
      'image-credentials': 'image',
      'registry-credentials': undefined,
      'source-credentials': 'generic',
      'github-webhook': 'generic',
    })
    for (const { spec } of secrets) {
      const label = labels.get(spec.target.name)
      if (label !== undefined) expect(spec.target.template?.metadata.labels).toEqual({ [CRED_TYPE]: label })
    }
  })

  it('made by External Secrets have the keys of the templates', () => {
    const keys = (name: string) => {
      const { spec } = secrets.find((one) => one.spec.target.name === name) ?? {}
      if (spec?.dataFrom !== undefined) return ['token'] // what the generator gives, beside `expiry`
      return Object.keys(spec?.target.template?.data ?? {}).concat((spec?.data ?? []).map((one) => one.secretKey))
    }
    expect(keys('github-dispatch')).toContain('token')
    expect(keys('gitlab-dispatch')).toEqual(['token'])
    expect(keys('git-credentials')).toEqual(
      expect.arrayContaining(['repoURL', 'githubAppID', 'githubAppInstallationID', 'githubAppPrivateKey']),
    )
  })

  it('the dispatch token may do one thing, and is made anew well within its hour', () => {
    const dispatch = secrets.find(({ spec }) => spec.target.name === 'github-dispatch')
    expect(dispatch?.spec.refreshInterval).toBe('30m0s')
    const { kind, name } = dispatch?.spec.dataFrom?.[0]?.sourceRef.generatorRef ?? {}
    const generator = external.find((one) => one.kind === kind && one.metadata.name === name) as unknown as Generator
    expect(generator.spec.permissions).toEqual({ actions: 'write' })
    const { name: from, key } = generator.spec.auth.privateKey.secretRef as { name: string; key: string }
    const source = secrets.find(({ spec }) => spec.target.name === from)
    expect(source?.spec.data?.map(({ secretKey }) => secretKey)).toEqual([key])
  })

  it('come from two Apps: the one that starts workflows reads no code', () => {
    const git = secrets.find(({ spec }) => spec.target.name === 'git-credentials')?.spec
    const app = secrets.find(({ spec }) => spec.target.name === 'image-factory-app')?.spec
    const generator = external.find(({ kind }) => kind === 'GithubAccessToken') as unknown as Generator
    const { githubAppID, githubAppInstallationID } = (git?.target.template?.data ?? {}) as Record<string, string>
    expect(githubAppID).not.toBe(generator.spec.appID)
    expect(githubAppInstallationID).not.toBe(generator.spec.installID)
    expect(git?.data?.[0]?.remoteRef.key).not.toBe(app?.data?.[0]?.remoteRef.key)
  })

  it('are all in the namespace of the settings', () => {
    for (const { metadata } of [...templates, ...external]) expect(metadata.namespace).toBe(settings?.namespace)
  })
})

it('the state repository of the examples is the one that the platform repository syncs', () => {
  const [, repository = ''] = /^# (\S+)$/m.exec(read('examples/state-repo/README.md')) ?? []
  const { spec } = parse(read(`${PLATFORM}/application.yaml`)) as { spec: { source: { repoURL: string } } }
  expect(spec.source.repoURL).toBe(`https://github.com/${repository}.git`)
})
