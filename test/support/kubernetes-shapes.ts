/**
 * Shapes of the Kubernetes objects in examples/platform-repo, as far as these use them and closed: a key that is
 * misspelt is a fault. Out of the custom resource definitions of Argo CD (argoproj.io/v1alpha1) and External Secrets
 * (external-secrets.io/v1, generators.external-secrets.io/v1alpha1).
 */
import { Ajv } from 'ajv'

type Shape = Record<string, unknown>

const text = { type: 'string', minLength: 1 }
const texts = { type: 'object', additionalProperties: text, minProperties: 1 }
const listOf = (items: Shape) => ({ type: 'array', items, minItems: 1 })

/** A map with these keys and no others; those that begin with `?` may be left out. */
function closed(keys: Readonly<Record<string, Shape>>): Shape {
  const named = Object.entries(keys).map(([key, shape]) => [key.replace(/^\?/, ''), shape] as const)
  const required = Object.keys(keys).filter((key) => !key.startsWith('?'))
  return { type: 'object', properties: Object.fromEntries(named), required, additionalProperties: false }
}

const metadata = closed({ name: text, namespace: text, '?labels': texts })
const object = (spec: Shape) => closed({ apiVersion: text, kind: text, metadata, spec })
const kinds = listOf(closed({ group: { type: 'string' }, kind: text }))
const destination = closed({ server: text, namespace: text })
const duration = { type: 'string', pattern: '^(?:\\d+h)?(?:\\d+m)?(?:\\d+s)?$' }
const secretKey = closed({ name: text, key: text })

const SHAPES: Readonly<Record<string, Shape>> = {
  'v1 Secret': closed({ apiVersion: text, kind: text, metadata, '?type': text, stringData: texts }),
  'argoproj.io/v1alpha1 AppProject': object(
    closed({
      '?description': text,
      sourceRepos: listOf(text),
      destinations: listOf(destination),
      clusterResourceWhitelist: kinds,
      namespaceResourceWhitelist: kinds,
    }),
  ),
  'argoproj.io/v1alpha1 Application': object(
    closed({
      project: text,
      source: closed({
        repoURL: text,
        targetRevision: text,
        path: text,
        directory: closed({ recurse: { type: 'boolean' } }),
      }),
      destination,
      syncPolicy: closed({ automated: closed({ prune: { type: 'boolean' }, selfHeal: { type: 'boolean' } }) }),
      ignoreDifferences: listOf(closed({ group: text, kind: text, jqPathExpressions: listOf(text) })),
    }),
  ),
  'generators.external-secrets.io/v1alpha1 GithubAccessToken': object(
    closed({
      appID: { type: 'string', pattern: '^\\d+$' },
      installID: { type: 'string', pattern: '^\\d+$' },
      '?url': text,
      '?repositories': listOf(text),
      '?permissions': { type: 'object', additionalProperties: { enum: ['read', 'write'] } },
      auth: closed({ privateKey: closed({ secretRef: secretKey }) }),
    }),
  ),
  'external-secrets.io/v1 ExternalSecret': object(
    closed({
      refreshInterval: duration,
      '?secretStoreRef': closed({ kind: { enum: ['SecretStore', 'ClusterSecretStore'] }, name: text }),
      target: closed({
        name: text,
        '?template': closed({ '?type': text, metadata: closed({ labels: texts }), '?data': texts }),
      }),
      '?data': listOf(closed({ secretKey: text, remoteRef: closed({ key: text, '?property': text }) })),
      '?dataFrom': listOf(
        closed({ sourceRef: closed({ generatorRef: closed({ apiVersion: text, kind: text, name: text }) }) }),
      ),
    }),
  ),
}

const ajv = new Ajv({ allErrors: true, strict: false })
const checks = new Map(Object.entries(SHAPES).map(([kind, shape]) => [kind, ajv.compile(shape)]))

/** Everything in an object that its kind does not have. */
export function shapeFaults(found: Readonly<Record<string, unknown>>): string[] {
  const kind = `${found.apiVersion} ${found.kind}`
  const check = checks.get(kind)
  if (check === undefined) return [`no shape for ${kind}`]
  if (check(found)) return []
  return (check.errors ?? []).map(
    ({ instancePath, message, params }) => `${kind} ${instancePath} ${message} ${JSON.stringify(params)}`,
  )
}
