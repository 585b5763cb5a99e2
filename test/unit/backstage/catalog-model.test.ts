import {
  DefaultNamespaceEntityPolicy,
  type Entity,
  EntityPolicies,
  entityEnvelopeSchemaValidator,
  FieldFormatEntityPolicy,
  locationEntityV1alpha1Validator,
  NoForeignRootFieldsEntityPolicy,
  parseEntityRef,
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
