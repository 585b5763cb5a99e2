/** The logins that docs/registries.md shows: each is for the registry it stands under. */
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseImagesFile } from '../../../src/enrollment/index.js'
import { codeBlocks, readDocument } from '../../support/documents.js'
import { shapeFaults } from '../../support/kubernetes-shapes.js'

const PAGE = 'docs/registries.md'
const headings = readDocument(PAGE)
  .split('\n')
  .flatMap((text, at) => (text.startsWith('## ') ? [{ text: text.slice(3), line: at + 1 }] : []))
const CHECKS = 'Checks of published images'
const blocks = codeBlocks(PAGE)
  .filter(({ language }) => language === 'yaml')
  .map(({ line, text }) => ({ under: headings.findLast((one) => one.line < line)?.text, data: parse(text) as unknown }))

interface Step {
  readonly uses: string
  readonly with?: Readonly<Record<string, string>>
}
interface Secret {
  readonly kind: string
  readonly metadata: { readonly namespace: string; readonly labels: object }
  readonly stringData: Readonly<Record<string, string>>
}

/** An image in each, its host as docker/login-action knows it; null: another action logs in. */
const REGISTRIES: readonly (readonly [heading: string, image: string, host: string | undefined | null])[] = [
  ['GHCR', 'ghcr.io/acme/web', 'ghcr.io'],
  ['Docker Hub', 'docker.io/library/node', undefined],
  ['Amazon ECR', '123456789012.dkr.ecr.eu-central-1.amazonaws.com/acme/web', null],
  ['Google Artifact Registry', 'europe-docker.pkg.dev/acme-images/prod/web', 'europe-docker.pkg.dev'],
  ['Azure Container Registry', 'acme.azurecr.io/web', 'acme.azurecr.io'],
  ['Harbor', 'harbor.example.com/acme/web', 'harbor.example.com'],
]

describe.each(REGISTRIES)('%s', (heading, image, host) => {
  const here = blocks.filter(({ under }) => under === heading).map(({ data }) => data)
  const steps = here.flatMap((data) => (Array.isArray(data) ? (data as Step[]) : []))
  const [secret, ...others] = here.filter((data) => (data as Secret).kind === 'Secret') as Secret[]

  it('has steps that log in there, with actions that are pinned', () => {
    expect(steps.length).toBeGreaterThan(0)
    for (const { uses } of steps) expect(uses).toMatch(/^[\w./-]+@[0-9a-f]{40}$/)
    const login = steps.find(({ uses }) => uses.startsWith('docker/login-action@'))
    expect(login === undefined ? null : login.with?.registry).toBe(host)
  })

  it('has one Secret that Kargo finds for an image there, and for no other', () => {
    expect(others).toEqual([])
    expect(secret).toMatchObject({
      metadata: { namespace: 'image-factory', labels: { 'kargo.akuity.io/cred-type': 'image' } },
      stringData: { repoURLIsRegex: 'true' },
    })
    expect(shapeFaults(secret as unknown as Record<string, unknown>)).toEqual([])
    const pattern = new RegExp(secret?.stringData.repoURL ?? '')
    expect(REGISTRIES.map(([, one]) => one).filter((one) => pattern.test(one))).toEqual([image])
  })

  it('shows nothing secret', () => {
    const secrets = Object.entries(secret?.stringData ?? {}).filter(([key]) => /password|secret|key/i.test(key))
    expect(secrets.length).toBeGreaterThan(0)
    for (const [, value] of secrets) expect(value).toBe('REPLACE_ME')
  })
})

describe('the Secret of the checks', () => {
  interface Template {
    readonly type: string
    readonly data: Readonly<Record<string, string>>
  }
  const KEY = '.dockerconfigjson'
  const { settings } = parseImagesFile('- {name: a, repoURL: ghcr.io/a/b}\n', 'images.yaml').enrolled ?? {}
  const [secret, generator, external] = blocks.filter(({ under }) => under === CHECKS).map(({ data }) => data) as [
    Secret & { readonly type: string; readonly metadata: { readonly name: string } },
    { readonly kind: string; readonly metadata: { readonly name: string } },
    {
      readonly spec: {
        readonly target: { readonly name: string; readonly template: Template }
        readonly dataFrom: readonly { readonly sourceRef: { readonly generatorRef: object } }[]
      }
    },
  ]
  const { template } = external.spec.target

  it('has the name, the type, and the key that the checks read, by hand and by External Secrets', () => {
    expect(shapeFaults(secret as unknown as Record<string, unknown>)).toEqual([])
    expect([secret.metadata.name, external.spec.target.name]).toEqual([
      settings?.secrets.registry,
      settings?.secrets.registry,
    ])
    expect([secret.type, template.type]).toEqual(['kubernetes.io/dockerconfigjson', 'kubernetes.io/dockerconfigjson'])
    expect([secret.stringData, template.data].map(Object.keys)).toEqual([[KEY], [KEY]])
  })

  it.each([
    ['by hand', secret.stringData[KEY]],
    ['by External Secrets', template.data[KEY]],
  ])('is a Docker configuration with hosts of this page: %s', (_, text = '') => {
    const { auths } = JSON.parse(text) as { readonly auths: Readonly<Record<string, object>> }
    expect(Object.keys(auths).length).toBeGreaterThan(0)
    for (const [host, login] of Object.entries(auths)) {
      expect(REGISTRIES.filter(([, image]) => image.startsWith(`${host}/`))).toHaveLength(1)
      expect(Object.keys(login)).toEqual(['username', 'password'])
    }
  })

  it('is filled by the generator that is shown', () => {
    expect(external.spec.dataFrom[0]?.sourceRef.generatorRef).toMatchObject({
      kind: generator.kind,
      name: generator.metadata.name,
    })
  })
})
