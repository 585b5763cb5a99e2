/**
 * Removes what a run made, whatever became of the run: a process of its own that is told of each thing before it is
 * made, and begins when the run closes its input, by intent or because it is gone.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { rm } from 'node:fs/promises'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Cluster, type KubeObject, PATIENCE_SECONDS, pause, until } from './cluster.ts'
import { Registry } from './registry.ts'

/** Something that must be gone in the end. */
export type Thing =
  | { readonly namespace: string }
  | { readonly repository: string; readonly digest: string }
  | { readonly folder: string }

/** The run's side of that process. */
export class Janitor {
  readonly #child: ChildProcess
  /** What it said it could not remove, whenever it ended. */
  readonly #left: Promise<string[]>

  /** @param registry HOST:PORT */
  constructor(kubeconfig: string, registry: string) {
    const program = fileURLToPath(import.meta.url)
    // In a group of its own, so that Ctrl-C does not reach it.
    this.#child = spawn(process.execPath, [program, kubeconfig, registry], {
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const chunks: Buffer[] = []
    this.#child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
    this.#left = new Promise((resolve) => {
      this.#child.once('close', (code) => {
        const lines = Buffer.concat(chunks).toString('utf8').split('\n')
        const failure = code === 0 ? [] : [`all that was made: the janitor ended with ${code}`]
        resolve([...failure, ...lines.filter((line) => line !== '')])
      })
    })
    // A write that fails says so itself.
    this.#child.stdin?.on('error', () => undefined)
  }

  /** Has a thing removed in the end; to be called before it is made. */
  watchOver(thing: Thing): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#child.stdin?.write(`${JSON.stringify(thing)}\n`, (error) => (error ? reject(error) : resolve()))
    })
  }

  /** Has all removed now; gives what could not be. */
  finish(): Promise<string[]> {
    this.#child.stdin?.end()
    return this.#left
  }
}

/** Stages first: nothing may be promoted any more. */
const COLLECTIONS = [
  ...['stages', 'promotions', 'warehouses', 'freights', 'promotiontasks', 'projectconfigs'].map(
    (name) => `apis/kargo.akuity.io/v1alpha1/${name}`,
  ),
  ...['analysisruns', 'analysistemplates'].map((name) => `apis/argoproj.io/v1alpha1/${name}`),
  'apis/batch/v1/jobs',
  ...['rolebindings', 'roles'].map((name) => `apis/rbac.authorization.k8s.io/v1/${name}`),
  ...['pods', 'configmaps', 'secrets', 'serviceaccounts', 'events'].map((name) => `api/v1/${name}`),
]

async function removeNamespace(cluster: Cluster, namespace: string): Promise<string[]> {
  const before = await cluster.tryKubectl(['get', 'namespace', namespace])
  if (before.code !== 0) return []
  // Kargo's webhook lets the namespace's objects go only as long as the Project is there.
  const left: string[] = []
  for (const collection of COLLECTIONS) left.push(...(await removeAll(cluster, namespace, collection)))
  await cluster.tryKubectl(['delete', 'project', namespace, '--ignore-not-found', '--timeout=60s'])
  await cluster.tryKubectl(['delete', 'namespace', namespace, '--ignore-not-found', '--wait=false'])
  const gone = async () => {
    const { stdout } = await cluster.tryKubectl(['get', 'namespace', namespace, '--ignore-not-found', '-o', 'json'])
    if (stdout.length === 0) return true
    await finalize(cluster, JSON.parse(stdout.toString('utf8')) as KubeObject)
    return undefined
  }
  return until('gone', gone, { seconds: 120, everyMs: 1000 }).then(
    () => left,
    () => [...left, `the namespace ${namespace} is still there`],
  )
}

/** Gives what is left of Kargo's own objects; the cluster itself makes some of the others again. */
async function removeAll(cluster: Cluster, namespace: string, collection: string): Promise<string[]> {
  const [, group = '', kind = ''] = /^(.*)\/([^/]+)$/.exec(collection) ?? []
  const path = `/${group}/namespaces/${namespace}/${kind}`
  const { code } = await cluster.tryKubectl(['get', '--raw', path])
  if (code !== 0) return []
  const isKargos = group.includes('kargo.akuity.io')
  await cluster.tryKubectl(['delete', '--raw', path])
  const isGone = async () => {
    const { items } = JSON.parse(await cluster.kubectl(['get', '--raw', path])) as { items: KubeObject[] }
    if (items.length === 0) return true
    // One request may remove only some: the API server ends it after a minute, and Kargo's webhook takes its time.
    if (isKargos) await cluster.tryKubectl(['delete', '--raw', path])
    return undefined
  }
  return until('gone', isGone, { seconds: isKargos ? PATIENCE_SECONDS : 60, everyMs: 1000 }).then(
    () => [],
    () => (isKargos ? [`${kind} in ${namespace} are still there`] : []),
  )
}

/** What the controller manager does to a namespace that is empty; a cluster without one keeps it for ever. */
async function finalize(cluster: Cluster, namespace: KubeObject): Promise<void> {
  const { conditions } = (namespace.status ?? {}) as { conditions?: unknown }
  const age = Date.now() - Date.parse(namespace.metadata.deletionTimestamp ?? new Date().toISOString())
  if (conditions !== undefined || age < 3000) return
  const path = `/api/v1/namespaces/${namespace.metadata.name}/finalize`
  await cluster.tryKubectl(['replace', '--raw', path, '-f', '-'], JSON.stringify({ ...namespace, spec: {} }))
}

async function removeImages(registry: Registry, things: readonly Thing[]): Promise<string[]> {
  const left = new Set<string>()
  for (const thing of things) {
    if (!('repository' in thing)) continue
    const why = await registry.delete(thing.repository, thing.digest).catch((error: Error) => error.message)
    if (why !== null) left.add(why)
  }
  return [...left]
}

async function main([kubeconfig = '', host = '']: readonly string[]): Promise<void> {
  // Whoever ends the run by a signal to all its processes still wants the cluster as it was.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
  const things: Thing[] = []
  for await (const line of createInterface({ input: process.stdin })) things.push(JSON.parse(line) as Thing)
  // What the run was about to make when it ended may be on its way.
  await pause(1)
  const cluster = new Cluster(kubeconfig)
  const namespaces = things.flatMap((thing) => ('namespace' in thing ? [thing.namespace] : []))
  const left = await Promise.all([
    ...namespaces.map((namespace) => removeNamespace(cluster, namespace)),
    removeImages(new Registry(host), things),
  ])
  for (const thing of things) if ('folder' in thing) await rm(thing.folder, { recursive: true, force: true })
  process.stdout.on('error', () => undefined)
  process.stdout.write(left.flat().join('\n'))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2))
