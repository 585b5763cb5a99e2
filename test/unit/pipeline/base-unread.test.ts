// Pull requests whose base branch cannot be fetched: settings are compared with those that the last commit recorded.
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseImagesFile } from '../../../src/enrollment/index.js'
import { recordedSettings, recordOfSettings } from '../../../src/enrollment/settings.js'
import { removeTempFolders } from '../../support/temp-folder.js'
import { HOSTILE } from '../report/examples.js'
import { commentOf, entry, previewOf } from './pull-request.js'

afterAll(removeTempFolders)

const UNREADABLE = 'origin/main could not be fetched: the remote end hung up'

const WEB = entry('web').replace(/^(?=.)/gm, '  ')
const file = (settings: Readonly<Record<string, unknown>>, images = WEB) =>
  `settings: ${JSON.stringify(settings)}\nimages:\n${images}`

const STRICT = {
  secrets: { github: 'dispatch' },
  stateWorkflow: { repo: 'acme/factory-state', workflow: 'image-factory.yml' },
  webhookReceivers: [{ type: 'github', secret: 'github-webhook' }],
  analysis: { image: 'registry.acme.example/trivy:0.70.0' },
  allowedRegistries: ['docker.io', 'ghcr.io/acme'],
  pollInterval: '10m',
}

describe('a base branch that cannot be fetched', () => {
  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['engine', { engine: 'actions' }],
    ['namespace', { namespace: 'other' }],
    ['secrets.github', { secrets: { github: 'admin' } }],
    ['secrets.gitlab', { secrets: { ...STRICT.secrets, gitlab: 'admin' } }],
    ['secrets.registry', { secrets: { ...STRICT.secrets, registry: 'admin' } }],
    ['secrets.source', { secrets: { ...STRICT.secrets, source: 'admin' } }],
    ['stateWorkflow.repo', { stateWorkflow: { ...STRICT.stateWorkflow, repo: 'other/state' } }],
    ['stateWorkflow.workflow', { stateWorkflow: { ...STRICT.stateWorkflow, workflow: 'other.yml' } }],
    ['stateWorkflow.ref', { stateWorkflow: { ...STRICT.stateWorkflow, ref: 'other' } }],
    ['webhookReceivers.github.secret', { webhookReceivers: [{ type: 'github', secret: 'other' }] }],
    ['analysis.enabled', { analysis: { ...STRICT.analysis, enabled: false } }],
    ['analysis.image', { analysis: true }],
    ['allowedRegistries', { allowedRegistries: [] }],
  ])('hides no change of settings.%s', async (key, weaker) => {
    const pull = { before: file(STRICT), after: file({ ...STRICT, ...weaker }) }
    const [seen, unseen] = [await previewOf(pull), await previewOf({ ...pull, unreadable: UNREADABLE })]
    expect(seen.report.gates).toMatchObject([{ key: `settings.${key}` }])
    expect(unseen.report.gates).toEqual(seen.report.gates)
    expect(unseen.report.settings).toEqual(seen.report.settings)
    expect(unseen.report.causes).toEqual(seen.report.causes)
  })

  it('looks so', async () => {
    const { allowedRegistries: _, ...open } = STRICT
    const after = file({ ...open, analysis: false, secrets: { github: 'admin' } }, `${WEB}    rebuildDelay: 24h\n`)
    const comment = commentOf(await previewOf({ before: file(STRICT), after, unreadable: UNREADABLE }))
    expect(comment.match(/> \[!WARNING\]/g)).toHaveLength(1)
    await expect(comment).toMatchFileSnapshot('../../golden/report/base-not-fetched.md')
  })

  const FACTORY_FILE = 'dist/image-factory.k8s.yaml'
  it.each<[string, (text: string) => string]>([
    ['are not recorded yet', (text) => text.replace(/^# Settings.*\n/m, '')],
    ['are no JSON', (text) => text.replace(/^(# Settings[^{]*).*/m, '$1{')],
    ['have a key that is not known', (text) => text.replace(/^(# Settings[^{]*)\{/m, '$1{"later":1,')],
  ])('names the settings to review where they %s', async (_, patch) => {
    const pull = { before: file(STRICT), after: file({}), patches: { [FACTORY_FILE]: patch } }
    const plan = await previewOf({ ...pull, unreadable: UNREADABLE })
    expect(plan.report.settings).toEqual([])
    const [warning] = /Settings are .*/.exec(commentOf(plan)) ?? []
    expect(warning).toBe(
      'Settings are not compared, since no generated file records them: review `allowedRegistries`, `analysis`, `engine`, `namespace`, `secrets`, `stateWorkflow`, and `webhookReceivers` in `images.yaml` yourself.',
    )
  })
})

describe('the record of settings', () => {
  const settingsOf = (written: unknown) => parseImagesFile(file(written as typeof STRICT), 'images.yaml').settings
  const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom(...HOSTILE, '\u2028a: 1', '\u0085b: 2', '𝄞'))

  it('is read as it was written, and is a comment whatever it holds', () => {
    let read = 0
    const written = fc.record(
      {
        namespace: fc.constantFrom('image-factory', 'other'),
        retries: fc.constantFrom(0, 1),
        pollInterval: fc.constantFrom('15m', '900s', '1h'),
        analysis: fc.oneof(fc.boolean(), fc.record({ enabled: fc.boolean() })),
        stateWorkflow: fc.record({
          repo: fc.constant('acme/state'),
          workflow: fc.constant('a.yml'),
          ref: fc.oneof(fc.constant('main'), text),
        }),
        webhookReceivers: fc.constantFrom([], [{ type: 'quay', secret: 'quay' }]),
        backstage: fc.oneof(fc.constant('catalog'), text),
        shard: fc.constant('eu'),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(written, (one) => {
        const settings = settingsOf(one)
        if (settings === null) return
        read += 1
        const record = recordOfSettings(settings)
        expect(record).toMatch(/^# [\x20-\x7e]*$/)
        expect(parse(`${record}\na: 1\n`)).toEqual({ a: 1 })
        expect(recordedSettings(`# Generated\n${record}\na: 1\n`)).toEqual(settings)
      }),
    )
    expect(read).toBeGreaterThan(20)
  })

  it('leaves defaults out, however they are written', () => {
    expect(recordOfSettings(settingsOf({ retries: 1, analysis: true, baseInterval: '24h' }) as never)).toMatch(
      /: \{\}$/,
    )
  })
})
