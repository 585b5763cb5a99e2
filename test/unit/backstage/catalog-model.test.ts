import {
  componentEntityV1alpha1Validator,
  DefaultNamespaceEntityPolicy,
  type Entity,
  EntityPolicies,
  entityEnvelopeSchemaValidator,
  FieldFormatEntityPolicy,
  locationEntityV1alpha1Validator,
  NoForeignRootFieldsEntityPolicy,
  parseEntityRef,
  resourceEntityV1alpha1Validator,
  SchemaValidEntityPolicy,
} from '@backstage/catalog-model'
import { describe, expect, it } from 'vitest'
import { parseDocument } from 'yaml'
import { catalogFiles } from '../../../src/backstage/index.js'
import { catalogInput } from './world.js'

/** The policies that Backstage's catalog builder puts every entity through, in its order. */
const policy = EntityPolicies.allOf([
  new SchemaValidEntityPolicy(),
  new DefaultNamespaceEntityPolicy(),
  new NoForeignRootFieldsEntityPolicy(),
  new FieldFormatEntityPolicy(),
])
const validateEnvelope = entityEnvelopeSchemaValidator()
const input = catalogInput()
const files = catalogFiles(input)

function entityOf(text: string): Entity {
  const document = parseDocument(text)
  expect([...document.errors, ...document.warnings]).toEqual([])
  return document.toJS() as Entity
}

describe("Backstage's catalog model takes", () => {
  it.each([...files])('%s', async (_, text) => {
    const entity = entityOf(text)
    validateEnvelope(entity)
    await expect(policy.enforce(entity)).resolves.toMatchObject({ metadata: { namespace: 'default' } })
  })

  it('the longest name there is', async () => {
    const name = 'a'.repeat(63)
    const [first] = input.images
    const image = { ...first!, enrollment: { ...first!.enrollment, name } }
    const text = catalogFiles({ ...input, images: [image] }).get(`catalog/image-${name}.yaml`)!
    await expect(policy.enforce(entityOf(text))).resolves.toMatchObject({ metadata: { name } })
  })

  it('the location as one of its own kind', async () => {
    const entity = entityOf(files.get('catalog/catalog-info.yaml')!)
    await expect(locationEntityV1alpha1Validator.check(entity)).resolves.toBe(true)
  })

  it('the owners as references', () => {
    const owners = [...files.values()].flatMap((text) => entityOf(text).spec?.owner ?? [])
    expect(owners.length).toBeGreaterThan(3)
    for (const owner of owners) {
      const parsed = parseEntityRef(String(owner), { defaultKind: 'group', defaultNamespace: 'default' })
      expect(parsed.namespace).toBe('default')
    }
  })

  it('no name with a slash: the policies above do look', async () => {
    const [, text = ''] = [...files][1] ?? []
    const entity = entityOf(text)
    const wrong = { ...entity, metadata: { ...entity.metadata, name: 'a/b' } }
    await expect(policy.enforce(wrong)).rejects.toThrow('metadata.name')
  })
})

describe('kinds that every Backstage has', () => {
  const stock = new Map([...catalogFiles({ ...input, kinds: 'stock' })].map(([path, text]) => [path, entityOf(text)]))
  const validators = [
    componentEntityV1alpha1Validator,
    resourceEntityV1alpha1Validator,
    locationEntityV1alpha1Validator,
  ]

  it('are in the same files, and nothing of ours is among them', () => {
    expect([...stock.keys()]).toEqual([...files.keys()])
    expect(new Set([...stock.values()].map(({ kind }) => kind))).toEqual(new Set(['Component', 'Location', 'Resource']))
  })

  it.each([...stock])('%s is valid as what it says it is', async (_, entity) => {
    const taken = await Promise.all(validators.map((validator) => validator.check(entity)))
    expect(taken.filter(Boolean)).toHaveLength(1)
    await expect(policy.enforce(entity)).resolves.toMatchObject({ metadata: { namespace: 'default' } })
  })

  it('name each other in both directions, and name nothing that is not there', () => {
    const refOf = ({ kind, metadata }: Entity) => `${kind.toLowerCase()}:default/${metadata.name}`
    const all = [...stock.values()].filter(({ kind }) => kind !== 'Location')
    const relations = (key: 'dependsOn' | 'dependencyOf') =>
      all.flatMap((entity) => ((entity.spec?.[key] ?? []) as string[]).map((other) => [refOf(entity), other] as const))
    const known = new Set(all.map(refOf))
    const named = [...relations('dependsOn'), ...relations('dependencyOf')].map(([, other]) => other)
    expect(named.filter((ref) => !known.has(ref))).toEqual([])
    expect(relations('dependencyOf').map(([base, image]) => [image, base])).toEqual(
      expect.arrayContaining(relations('dependsOn').filter(([, base]) => base.startsWith('resource:'))),
    )
    expect(relations('dependsOn').length).toBeGreaterThan(3)
  })

  it.each([...stock].filter(([path]) => !path.endsWith('catalog-info.yaml')))(
    '%s says what its file says otherwise',
    (path, entity) => {
      const custom = entityOf(files.get(path)!)
      expect(entity.metadata.annotations).toMatchObject(custom.metadata.annotations ?? {})
      expect(entity.spec?.owner).toBe(custom.spec?.owner)
    },
  )

  it('are these, of an image and its base', async () => {
    const texts = catalogFiles({ ...input, kinds: 'stock' })
    const shown = ['image-web', 'base-acme-base-1'].map((name) => texts.get(`catalog/${name}.yaml`) ?? '')
    await expect(shown.join('---\n')).toMatchFileSnapshot('../../golden/backstage/stock-kinds.yaml')
  })
})
