/** The cluster, by kubectl: spawned with lists of arguments and the one kubeconfig it was given. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { type ProcessResult, runProcess } from '../../support/processes.ts'

/** Any object of the cluster, as far as all kinds are alike. */
export interface KubeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
    readonly creationTimestamp?: string
    readonly deletionTimestamp?: string
  }
  readonly [field: string]: unknown
}

/** Runs kubectl for one cluster. */
export class Cluster {
  readonly kubeconfig: string
  readonly #watches = new Set<Watch<KubeObject>>()
  /** `RESOURCE NAMESPACE` → what is to be refreshed there. */
  readonly #refreshes = new Map<string, { readonly names: Set<string>; readonly done: Promise<void> }>()

  constructor(kubeconfig: string) {
    this.kubeconfig = kubeconfig
  }

  /** Runs kubectl, and says how it went. */
  tryKubectl(args: readonly string[], input?: string): Promise<ProcessResult> {
    const options = { env: this.environment(), timeoutMs: 300_000 }
    return runProcess('kubectl', args, input === undefined ? options : { ...options, input })
  }

  /** Runs kubectl and gives what it printed; throws when it fails. */
  async kubectl(args: readonly string[], input?: string): Promise<string> {
    const { code, stdout, stderr } = await this.tryKubectl(args, input)
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} failed (${code}): ${stderr}`)
    return stdout.toString('utf8')
  }

  /** The objects of a kind in a namespace. */
  async list<T extends KubeObject>(resource: string, namespace: string): Promise<T[]> {
    const text = await this.kubectl(['get', resource, '-n', namespace, '-o', 'json'])
    return (JSON.parse(text) as { items: T[] }).items
  }

  /** What the API server is, as people call it. */
  async describe(): Promise<string> {
    const server = await this.kubectl(['config', 'view', '--minify', '-o', 'jsonpath={.clusters[0].cluster.server}'])
    const version = JSON.parse(await this.kubectl(['get', '--raw', '/version'])) as { readonly gitVersion: string }
    return `${server}, Kubernetes ${version.gitVersion}`
  }

  /** Whether Jobs run. */
  async hasNodes(): Promise<boolean> {
    return (await this.kubectl(['get', 'nodes', '-o', 'name'])) !== ''
  }

  /** Whether Argo Rollouts is there. */
  async hasRollouts(): Promise<boolean> {
    return (await this.tryKubectl(['get', 'crd', 'analysisruns.argoproj.io'])).code === 0
  }

  /** Has Kargo look at an object now, as people do. What is asked for at about the same time is one command. */
  refresh(resource: string, namespace: string, name: string): Promise<void> {
    const key = `${resource} ${namespace}`
    const { names, done } = this.#refreshes.get(key) ?? { names: new Set(), done: this.#refreshSoon(key) }
    this.#refreshes.set(key, { names: names.add(name), done })
    return done
  }

  async #refreshSoon(key: string): Promise<void> {
    await pause(0.3)
    const names = this.#refreshes.get(key)?.names ?? []
    this.#refreshes.delete(key)
    const [resource = '', namespace = ''] = key.split(' ')
    const refresh = `kargo.akuity.io/refresh=${Date.now()}`
    await this.kubectl(['annotate', resource, ...names, '-n', namespace, '--overwrite', refresh])
  }

  /** Keeps up with the objects of a kind in a namespace. */
  watch<T extends KubeObject>(resource: string, namespace: string): Watch<T> {
    const watch = new Watch<T>(this, resource, namespace)
    this.#watches.add(watch as unknown as Watch<KubeObject>)
    return watch
  }

  stopWatches(): void {
    for (const watch of this.#watches) watch.stop()
  }

  /** Runs a command of the user's own, by the shell: it may be more than one program. */
  async shell(command: string): Promise<void> {
    const { code, stderr } = await runProcess('sh', ['-c', command], {
      env: { ...(process.env as Record<string, string>), ...this.environment() },
      timeoutMs: 300_000,
    })
    if (code !== 0) throw new Error(`${command} failed (${code}): ${stderr}`)
  }

  environment(): Record<string, string> {
    return { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', KUBECONFIG: this.kubeconfig }
  }
}

interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: T
}

/** The objects of a kind as `kubectl get --watch` tells of them; begun anew when the API server ends it. */
export class Watch<T extends KubeObject> {
  readonly objects = new Map<string, T>()
  readonly #cluster: Cluster
  readonly #resource: string
  readonly #namespace: string
  #child: ChildProcess | null = null
  #isStopped = false

  constructor(cluster: Cluster, resource: string, namespace: string) {
    this.#cluster = cluster
    this.#resource = resource
    this.#namespace = namespace
    this.#start()
  }

  stop(): void {
    this.#isStopped = true
    this.#child?.kill()
  }

  #start(): void {
    if (this.#isStopped) return
    const what = ['get', this.#resource, '-n', this.#namespace, '-o', 'json']
    const child = spawn('kubectl', [...what, '--watch', '--output-watch-events'], {
      env: this.#cluster.environment(),
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    this.#child = child
    let lines: string[] = []
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line)
      // One event a line, or, where kubectl indents them, all but an event's own brackets.
      if (line === '{' || /^\s/.test(line)) return
      this.#take(JSON.parse(lines.join('\n')) as WatchEvent<T>)
      lines = []
    })
    child.on('close', () => setTimeout(() => this.#start(), 500))
  }

  #take({ type, object }: WatchEvent<T>): void {
    if (type === 'DELETED') this.objects.delete(object.metadata.name)
    else if (type === 'ADDED' || type === 'MODIFIED') this.objects.set(object.metadata.name, withoutManagers(object))
  }
}

/** As people see an object: without the record of who wrote which field. */
function withoutManagers<T extends KubeObject>(object: T): T {
  const { managedFields: _managedFields, ...metadata } = object.metadata as T['metadata'] & { managedFields?: unknown }
  return { ...object, metadata }
}

/** How long something may take that is not a matter of time: long enough for a machine that has a lot to do. */
export const PATIENCE_SECONDS = 240

/** Waits until there is something; what `find` throws ends the wait. */
export async function until<T>(
  what: string,
  find: () => T | undefined | Promise<T | undefined>,
  { seconds = PATIENCE_SECONDS, everyMs = 200 } = {},
): Promise<T> {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const found = await find()
    if (found !== undefined) return found
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} seconds`)
    await pause(everyMs / 1000)
  }
}

export function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, seconds * 1000)
  })
}
