import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Analysis, type Settings, THRESHOLDS } from '../../../src/enrollment/images-file.js'
import { synthesize } from '../../../src/kargo/index.js'
import { SCAN_DOCKERFILE } from '../../../src/kargo/tasks/image-checks.js'
import { readObjects } from '../../support/kargo-schemas.js'
import { analysis as anyAnalysis } from './arbitrary.js'
import { exampleFactory, external, github, image, SETTINGS, textOf } from './fixtures.js'

interface Named {
  readonly name: string
  readonly value?: string
}

interface Container {
  readonly image: string
  readonly args: string[]
  readonly env: (Named & { valueFrom?: unknown })[]
  readonly resources: Record<'requests' | 'limits', { cpu: string; memory: string }>
  readonly securityContext: unknown
  readonly volumeMounts: { name: string; mountPath: string; readOnly?: boolean }[]
}

interface Pod {
  readonly containers: [Container]
  readonly volumes: { name: string; emptyDir?: { sizeLimit: string }; secret?: unknown }[]
  readonly securityContext: unknown
}

interface Template {
  readonly args: Named[]
  readonly metrics: [{ name: string; failureLimit: number; provider: { job: { spec: Job } } }]
}

interface Job {
  readonly template: { spec: Pod }
}

interface Verification {
  readonly analysisTemplates: Named[]
  readonly args: Named[]
}

function objectsOf(factory = exampleFactory()): Map<string, { spec: unknown }> {
  const objects = synthesize(factory).flatMap(({ text }) => readObjects(text))
  return new Map(objects.map((one) => [`${one.kind} ${(one.metadata as Named).name}`, one as { spec: unknown }]))
}

const CHECKS = ['scan-image', 'check-content', 'check-dockerfile']

function templatesOf(settings: Partial<Settings> = {}): Map<string, Template> {
  const objects = objectsOf(exampleFactory({ settings: { ...SETTINGS, ...settings } }))
  return new Map(CHECKS.map((name) => [name, objects.get(`AnalysisTemplate ${name}`)?.spec as Template]))
}

const jobOf = (name: string, settings: Partial<Settings> = {}) =>
  templatesOf(settings).get(name)?.metrics[0].provider.job.spec as Job
const containerOf = (name: string, settings: Partial<Settings> = {}) =>
  jobOf(name, settings).template.spec.containers[0]

describe.each(CHECKS)('the Job of %s', (name) => {
  test('runs as nobody, with nothing of the cluster, and ends', () => {
    expect(jobOf(name)).toMatchObject({
      backoffLimit: 1,
      activeDeadlineSeconds: 1800,
      ttlSecondsAfterFinished: 86_400,
      template: {
        spec: {
          restartPolicy: 'Never',
          serviceAccountName: 'image-analysis',
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 65_534,
            runAsGroup: 65_534,
            seccompProfile: { type: 'RuntimeDefault' },
          },
        },
      },
    })
    expect(containerOf(name).securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
  })

  test('has bounds for memory, processor and disk, and writes to two empty folders only', () => {
    const { resources, volumeMounts } = containerOf(name)
    for (const kind of ['requests', 'limits'] as const)
      expect(resources[kind]).toEqual({ cpu: expect.any(String), memory: expect.any(String) })
    const { volumes } = jobOf(name).template.spec
    const writable = volumeMounts.filter(({ readOnly }) => readOnly !== true)
    expect(writable.map(({ mountPath }) => mountPath)).toEqual(['/cache', '/tmp'])
    for (const mount of writable)
      expect(volumes.find((volume) => volume.name === mount.name)?.emptyDir?.sizeLimit).toMatch(/^\d+Gi$/)
    expect(volumeMounts.map((mount) => mount.name)).toEqual(volumes.map((volume) => volume.name))
  })

  test('takes its arguments as variables, each of them, and nothing else between braces', () => {
    const { args = [], metrics } = templatesOf().get(name) ?? {}
    const text = JSON.stringify(metrics)
    const used = [...text.matchAll(/\{\{(.*?)\}\}/g)].map(([, inside]) => inside)
    expect(used.sort()).toEqual(args.map((arg) => `args.${arg.name}`).sort())
    expect(containerOf(name).args.join(' ')).not.toContain('{{')
    for (const { value } of containerOf(name).env)
      if (value?.includes('{{')) expect(value).toMatch(/^\{\{args\.[a-z-]+\}\}$/)
  })

  test('runs the image of the settings', () => {
    expect(containerOf(name, { trivyImage: 'mirror.example.com/trivy:1' }).image).toBe('mirror.example.com/trivy:1')
  })
})

test('an image is scanned by its digest, with credentials that need not be there', () => {
  for (const name of ['scan-image', 'check-content']) {
    const { args, env, volumeMounts } = containerOf(name, { secrets: { ...SETTINGS.secrets, registry: 'pull' } })
    expect(args.at(-1)).toBe('$(IMAGE)@$(DIGEST)')
    expect(env).toContainEqual({ name: 'DOCKER_CONFIG', value: '/credentials' })
    expect(volumeMounts).toContainEqual({ name: 'credentials', mountPath: '/credentials', readOnly: true })
    expect(jobOf(name, { secrets: { ...SETTINGS.secrets, registry: 'pull' } }).template.spec.volumes).toContainEqual({
      name: 'credentials',
      secret: { secretName: 'pull', optional: true, items: [{ key: '.dockerconfigjson', path: 'config.json' }] },
    })
  }
})

test('the token for sources comes after what it must not be put into, and need not be there', () => {
  const { env } = containerOf('check-dockerfile', { secrets: { ...SETTINGS.secrets, source: 'sources' } })
  const secretKeyRef = { name: 'sources', key: 'token', optional: true }
  expect(env.at(-1)).toEqual({ name: 'SOURCE_TOKEN', valueFrom: { secretKeyRef } })
  expect(env.filter(({ valueFrom }) => valueFrom !== undefined)).toHaveLength(1)
})

test('a path is a path, whatever Kubernetes would make of its dollars', () => {
  const factory = exampleFactory({
    images: [image({ source: github({ dockerfile: './$(SOURCE_TOKEN)//$$/Dockerfile' }) })],
  })
  expect(argsOf(factory).get('dockerfile')).toBe('$$(SOURCE_TOKEN)/$$$$/Dockerfile')
})

test('without analysis nothing of Argo Rollouts is left, and the Stages stay', () => {
  const settings = { ...SETTINGS, analysis: false }
  const objects = objectsOf(exampleFactory({ settings, images: [image(), external()] }))
  const kinds = [...objects.keys()].map((key) => key.split(' ')[0])
  expect(kinds).not.toContain('AnalysisTemplate')
  expect(kinds).not.toContain('ServiceAccount')
  for (const name of ['backstage', 'postgres'])
    expect(objects.get(`Stage analyze-${name}`)?.spec).not.toHaveProperty('verification')
})

test('the account of the checks has no token', () => {
  expect(objectsOf().get('ServiceAccount image-analysis')).toEqual({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: {
      name: 'image-analysis',
      namespace: 'image-factory',
      annotations: { 'argocd.argoproj.io/sync-wave': '-1' },
    },
    automountServiceAccountToken: false,
  })
})

function verificationOf(factory = exampleFactory()): Verification | undefined {
  const stages = readObjects(textOf(synthesize(factory), 'image-backstage.k8s.yaml'))
  const analyze = stages.find(({ metadata }) => (metadata as Named).name === 'analyze-backstage')
  return (analyze?.spec as { verification?: Verification } | undefined)?.verification
}

function argsOf(factory = exampleFactory()): Map<string, string | undefined> {
  return new Map(verificationOf(factory)?.args.map(({ name, value }) => [name, value]))
}

test.each(THRESHOLDS.map((threshold, index) => [threshold, THRESHOLDS.slice(index).join(',')] as const))(
  '%s fails on %s',
  (threshold, severities) => {
    const analysis: Analysis = {
      dockerfile: threshold,
      content: threshold,
      vulnerabilities: threshold,
      ignoreUnfixed: false,
      templates: [],
    }
    const args = argsOf(exampleFactory({ images: [image({ analysis })] }))
    for (const check of ['vulnerability', 'content', 'dockerfile'])
      expect(args.get(`${check}-severity`)).toBe(severities)
    expect(args.get('ignore-unfixed')).toBe('false')
  },
)

const DOCKERFILES = { external: null, 'without Dockerfile': null, 'by ko': 'a/.ko.yaml', built: 'a/Dockerfile' }

test('whatever is on: a Stage gives exactly what its checks declare, each argument and each check once', () => {
  const declared = new Map([...templatesOf()].map(([name, { args }]) => [name, args.map((arg) => arg.name)]))
  fc.assert(
    fc.property(anyAnalysis, fc.constantFrom('external', 'without Dockerfile', 'by ko', 'built'), (analysis, kind) => {
      const source = github({ dockerfile: DOCKERFILES[kind] })
      const one = kind === 'external' ? external({ name: 'backstage', analysis }) : image({ analysis, source })
      const verification = verificationOf(exampleFactory({ images: [one] }))
      const own = analysis?.templates ?? []
      const expected = [
        ...(analysis?.vulnerabilities ? ['scan-image'] : []),
        ...(analysis?.content ? ['check-content'] : []),
        ...(analysis?.dockerfile && kind === 'built' ? ['check-dockerfile'] : []),
        ...own,
      ]
      expect(verification === undefined).toBe(expected.length === 0)
      expect((verification?.analysisTemplates ?? []).map(({ name }) => name)).toEqual(expected)
      const needed = new Set(expected.flatMap((name) => declared.get(name) ?? ['image', 'digest']))
      const given = verification?.args ?? []
      expect(given.map(({ name }) => name).sort()).toEqual([...needed].sort())
      for (const { value } of given) expect(value).toBeTruthy()
    }),
  )
})

describe('the script that scans one Dockerfile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scan-dockerfile-'))
  const source = join(folder, 'source.git')
  const bin = join(folder, 'bin')
  let first = ''

  const git = (...args: string[]) => execFileSync('git', ['-C', source, ...args], { encoding: 'utf8' }).trim()
  const commit = (message: string) => {
    git('add', '-A')
    git('-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '-qm', message)
    return git('rev-parse', 'HEAD')
  }

  beforeAll(() => {
    mkdirSync(join(source, 'a dir'), { recursive: true })
    mkdirSync(bin)
    execFileSync('git', ['init', '-q', '-b', 'release/1.x', source])
    git('config', 'uploadpack.allowAnySHA1InWant', 'true')
    writeFileSync(join(source, 'a dir', 'Dockerfile'), 'FROM first\n')
    symlinkSync('/etc/passwd', join(source, 'link'))
    first = commit('first')
    writeFileSync(join(source, 'a dir', 'Dockerfile'), 'FROM second\n')
    writeFileSync(join(source, '--version'), 'FROM dashes\n')
    commit('second')
    // Stands in for Trivy: says how it was called and what it would have looked at.
    writeFileSync(join(bin, 'trivy'), '#!/bin/sh\necho "$*"\nls -A\ncat Dockerfile\n')
    chmodSync(join(bin, 'trivy'), 0o755)
  })

  afterAll(() => rmSync(folder, { recursive: true }))

  /** What is printed; the protocol is the one thing that differs from the Job. */
  function run(change: Readonly<Record<string, string>> = {}): string {
    const work = mkdtempSync(join(folder, 'run-'))
    const given = {
      SOURCE_URL: `file://${source}`,
      REVISION: 'none',
      BRANCH: 'release/1.x',
      DOCKERFILE: 'a dir/Dockerfile',
    }
    return execFileSync('/bin/sh', ['-euc', SCAN_DOCKERFILE], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: {
        PATH: `${bin}${delimiter}${process.env.PATH}`,
        HOME: work,
        TMPDIR: work,
        GIT_ALLOW_PROTOCOL: 'file',
        GIT_CONFIG_NOSYSTEM: '1',
        ...given,
        ...change,
      },
    })
  }

  const called = 'config --exit-code=1 --misconfig-scanners=dockerfile --timeout=25m .\nDockerfile\n'
  const fallback = 'The commit that was built is not known or not there: checking the branch release/1.x.\n'

  test('takes the file of the commit that was built', () => {
    expect(run({ REVISION: first })).toBe(`${called}FROM first\n`)
  })

  test.each([['none'], ['0'.repeat(40)]])('takes that of the branch where the commit is %s', (REVISION) => {
    expect(run({ REVISION })).toBe(`${fallback}${called}FROM second\n`)
  })

  test('takes no path for an option, and follows no link', () => {
    expect(run({ DOCKERFILE: '--version' })).toBe(`${fallback}${called}FROM dashes\n`)
    expect(run({ DOCKERFILE: 'link' })).toBe(`${fallback}${called}/etc/passwd`)
  })

  test.each([
    ['a file that is not there', { DOCKERFILE: 'no/Dockerfile' }],
    ['a branch that is not there', { BRANCH: 'no' }],
    ['a command in a path', { DOCKERFILE: '$(echo "a dir/Dockerfile")' }],
    ['a source by another protocol', { GIT_ALLOW_PROTOCOL: 'https' }],
  ])('fails for %s', (_, change) => {
    expect(() => run(change)).toThrow(/Command failed/)
  })
})
