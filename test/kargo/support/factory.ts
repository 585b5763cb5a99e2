/**
 * A factory of the suite: a state repository in a temporary folder, what the bundle makes of it, and that in the cluster.
 * What a scenario changes (an image, an override) goes the same way: a file, `synth`, apply.
 */
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { parseAllDocuments, parseDocument, stringify } from 'yaml'
import { runProcess } from '../../support/processes.ts'
import { BUNDLE } from '../../support/run-action.ts'
import { type Cluster, type KubeObject, pause } from './cluster.ts'
import { differences } from './drift.ts'
import { FORGE_TOKEN, type Forge } from './forge.ts'
import type { Janitor } from './janitor.ts'
import type { Registry } from './registry.ts'
import { type Rewriting, rewritten } from './rewrite.ts'

/** An image that a scenario enrolls. */
export interface ImageSpec {
  readonly name: string
  readonly provider?: 'github' | 'gitlab'
  /** Repository it is built from; left out: one of its own. */
  readonly repo?: string
  /** Base images by their last part; left out: one of its own. */
  readonly bases?: readonly string[]
  /** Further keys of its entry in images.yaml. */
  readonly entry?: Readonly<Record<string, unknown>>
  readonly inputs?: Readonly<Record<string, string>>
  /** Which runs count as builds; left out: all. */
  readonly builds?: 'dispatched'
  /** `run-name` of its workflow. */
  readonly runName?: string
  /** Whether it is built on an older GitHub Enterprise server, which answers a dispatch with 204 and nothing else. */
  readonly isOnOlderServer?: true
}

/** What a run read of a published image: its digest, and the digest of its first base that it proves. */
export interface Proof {
  readonly published: string
  /** What the base is now, or what it was long ago. */
  readonly builtOn: 'current' | 'older'
  /** The build named that digest. */
  readonly isPinned?: true
}

/** A factory, and what its `settings` say beside its namespace. */
export interface FactorySpec {
  readonly name: string
  readonly settings: Readonly<Record<string, unknown>>
  /** Secrets that are there from the start; left out: those of both forges. */
  readonly secrets?: readonly string[]
}

/** What all factories of a run share. */
export interface Surroundings {
  /** Begins the name of everything that the run makes. */
  readonly run: string
  readonly folder: string
  readonly cluster: Cluster
  readonly forge: Forge
  readonly registry: Registry
  readonly janitor: Janitor
  /** Address that waiting Promotions read the clock at; null: as generated. */
  readonly clock: string | null
}

/** In force in every factory all the time: it must release nothing. */
const FOREIGN = { digest: `sha256:${'0d7e'.repeat(16)}`, reason: 'an override for a digest that is nowhere' }

/** What a base image was when images were built on it long ago. */
const LONG_GONE = `sha256:${'01d0'.repeat(16)}`

/** One factory in the cluster. */
export class Factory {
  readonly spec: FactorySpec
  readonly namespace: string
  /** What kubectl said on stderr as it applied: warnings, if anything. */
  readonly warnings: string[] = []
  /** The objects as they were applied. */
  objects: readonly KubeObject[] = []
  readonly #at: Surroundings
  readonly #images: ImageSpec[] = []
  readonly #overrides: { base: string; digest: string; reason: string; expires: string }[] = []
  /** Repository of a base image → digest it has when it is enrolled. */
  readonly #baselines = new Map<string, string>()
  #turn: Promise<unknown> = Promise.resolve()

  constructor(at: Surroundings, spec: FactorySpec) {
    this.#at = at
    this.spec = spec
    this.namespace = `${at.run}-${spec.name}`
    this.#overrides.push({ ...FOREIGN, base: this.reference('nowhere'), expires: nextYear() })
  }

  /** REPOSITORY:TAG of a base image by its last part. */
  reference(base: string): string {
    return `${this.#at.registry.host}/${this.repository(base)}:1`
  }

  /** Its repository in the registry. */
  repository(name: string): string {
    return `${this.#at.run}/${this.spec.name}/${name}`
  }

  /** Enrolls the first images and puts all in the cluster. */
  async begin(images: readonly ImageSpec[]): Promise<void> {
    await this.#enroll(images)
    const [shared, own] = split(this.objects, (object) => object.metadata.namespace === undefined)
    await this.#at.janitor.watchOver({ namespace: this.namespace })
    await this.#apply(shared).catch(async (error: Error) => {
      // Kargo's webhook may not have heard of the namespace when the Project comes, and then fails to make it itself.
      if (!error.message.includes('already exists')) throw error
      await pause(2)
      await this.#apply(shared)
    })
    await this.#at.cluster.kubectl(['wait', `project/${this.namespace}`, '--for=condition=Ready', '--timeout=60s'])
    await this.addSecrets(this.spec.secrets ?? ['github-dispatch', 'gitlab-dispatch'])
    await this.#apply(own)
  }

  /** Somebody makes Secrets with the forge's token. */
  addSecrets(names: readonly string[]): Promise<void> {
    return this.#apply(names.map((name) => dispatchSecret(name, this.namespace)))
  }

  /** Enrolls one more image; a proof is read by the same run. */
  enroll(image: ImageSpec, proof?: Proof): Promise<void> {
    return this.#changed(async () => {
      await this.#enroll([image])
      if (proof !== undefined) await this.#prove(image, proof)
    })
  }

  /** A later run reads what a published image was built on. */
  prove(image: ImageSpec, proof: Proof): Promise<void> {
    return this.#changed(() => this.#prove(image, proof))
  }

  /** The digest that a base image had at first. */
  baseline(base: string): string {
    return this.#baselines.get(this.repository(base)) ?? ''
  }

  /** Since when an image is enrolled, as its Stage says; milliseconds. */
  enrolledAt(stage: string): number {
    const { vars } = this.stage(stage).spec as { vars: { name: string; value: string }[] }
    return Number(vars.find(({ name }) => name === 'enrolledAt')?.value) * 1000
  }

  /** An emergency: every rebuild for this digest is let through, until then. */
  override(base: string, digest: string, expires = nextYear()): Promise<void> {
    return this.#inTurn(async () => {
      this.#overrides.push({ base: this.reference(base), digest, reason: 'a test', expires })
      await this.#synthesize()
      await this.#apply(this.objects.filter(({ kind }) => kind === 'ConfigMap'))
    })
  }

  /** Where the objects in the cluster are not as they were applied. */
  drift(): Promise<string[]> {
    return this.#inTurn(async () => {
      const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: this.objects })
      const live = JSON.parse(await this.#at.cluster.kubectl(['get', '-f', '-', '-o', 'json'], list)) as {
        items: KubeObject[]
      }
      return differences(this.objects, live.items)
    })
  }

  /** The Warehouse that watches a repository of the registry. */
  warehouse(repository: string): string {
    const repoURL = `${this.#at.registry.host}/${repository}`
    const found = this.objects.find(
      (object) =>
        object.kind === 'Warehouse' && JSON.stringify(object).includes(`"repoURL":${JSON.stringify(repoURL)}`),
    )
    if (found === undefined) throw new Error(`no Warehouse watches ${repoURL}`)
    return found.metadata.name
  }

  /** The Stage that takes what the Warehouse of a base image finds. */
  soakStage(base: string): string {
    const warehouse = this.warehouse(this.repository(base))
    const found = this.objects.find(({ kind, metadata, spec }) => {
      const [first] =
        (spec as { requestedFreight?: { origin: { name: string } }[] } | undefined)?.requestedFreight ?? []
      return kind === 'Stage' && metadata.name.startsWith('soak-') && first?.origin.name === warehouse
    })
    if (found === undefined) throw new Error(`no Stage takes what ${warehouse} finds`)
    return found.metadata.name
  }

  /** A Stage by its name. */
  stage(name: string): KubeObject {
    const found = this.objects.find(({ kind, metadata }) => kind === 'Stage' && metadata.name === name)
    if (found === undefined) throw new Error(`there is no Stage ${name} in ${this.namespace}`)
    return found
  }

  /** Makes a change of the state repository, and applies what it changes in the cluster. */
  #changed(change: () => Promise<void>): Promise<void> {
    return this.#inTurn(async () => {
      const before = new Set(this.objects.map((object) => JSON.stringify(object)))
      await change()
      await this.#apply(this.objects.filter((object) => !before.has(JSON.stringify(object))))
    })
  }

  async #prove(image: ImageSpec, { published, builtOn, isPinned }: Proof): Promise<void> {
    const repository = this.repository(basesOf(image)[0] ?? '')
    const digest = this.baseline(basesOf(image)[0] ?? '')
    const [base] = this.#baseFiles().filter(({ document }) => document.get('repository') === repository)
    if (base === undefined) throw new Error(`no base image is tracked for ${image.name}`)
    base.document.set('currentDigest', digest)
    writeFileSync(base.path, base.document.toString())
    const path = join(this.#state, `images/${image.name}.yaml`)
    const document = parseDocument(readFileSync(path, 'utf8'))
    const proven = {
      name: base.document.get('name'),
      ref: this.reference(basesOf(image)[0] ?? ''),
      digest: builtOn === 'current' ? digest : LONG_GONE,
    }
    document.set('currentDigest', published)
    document.set('evidence', {
      image: published,
      source: 'provenance',
      at: new Date().toISOString(),
      bases: [{ ...proven, source: 'provenance', ...(isPinned === true ? { pinned: true } : {}) }],
    })
    writeFileSync(path, document.toString())
    await this.#synthesize()
  }

  /** Changes of the state repository are made one after the other. */
  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const made = this.#turn.then(change)
    this.#turn = made.catch(() => undefined)
    return made
  }

  async #enroll(images: readonly ImageSpec[]): Promise<void> {
    this.#images.push(...images)
    const bases = new Set(images.flatMap(basesOf))
    await Promise.all([...bases].map((base) => this.#pushBaseline(base)))
    for (const image of images) this.#writeSource(image)
    await this.#synthesize()
    // That wrote the state files; a digest that is there from the start is the baseline of its base.
    if (this.#writeBaselines()) await this.#synthesize()
  }

  async #pushBaseline(base: string): Promise<void> {
    const repository = this.repository(base)
    if (this.#baselines.has(repository)) return
    const digest = await this.#at.registry.push(repository, '1', `${base}, as it was at first`)
    await this.#at.janitor.watchOver({ repository, digest })
    this.#baselines.set(repository, digest)
  }

  #writeSource(image: ImageSpec): void {
    const folder = join(this.#at.folder, this.spec.name, 'sources', repoOf(image))
    const stages = basesOf(image).map((base, index) => `FROM ${this.reference(base)} AS stage${index}\n`)
    const copies = stages.slice(1).map((_, index) => `COPY --from=stage${index} / /\n`)
    write(join(folder, dockerfileOf(image)), `${stages.join('')}${copies.join('')}`)
    if (image.provider === 'gitlab') write(join(folder, '.gitlab-ci.yml'), 'build: {script: [docker build .]}\n')
    else write(join(folder, '.github/workflows/build.yml'), this.#workflow(image))
  }

  #workflow({ name, inputs = {}, runName }: ImageSpec): string {
    const tags = `${this.#at.registry.host}/${this.repository(name)}:1.0.0`
    return stringify({
      ...(runName === undefined ? {} : { 'run-name': runName }),
      on: { workflow_dispatch: { inputs: Object.fromEntries(Object.keys(inputs).map((key) => [key, {}])) } },
      jobs: {
        build: {
          'runs-on': 'ubuntu-latest',
          steps: [{ uses: 'docker/build-push-action@v6', with: { context: '.', tags, push: true } }],
        },
      },
    })
  }

  /** Gives whether there was a base without one. */
  #writeBaselines(): boolean {
    let written = false
    for (const { path, document } of this.#baseFiles()) {
      const digest = this.#baselines.get(String(document.get('repository')))
      if (digest === undefined || typeof document.get('baselineDigest') === 'string') continue
      document.set('baselineDigest', digest)
      writeFileSync(path, document.toString())
      written = true
    }
    return written
  }

  #baseFiles() {
    const paths = globSync(join(this.#state, 'base-images/*.yaml'))
    return paths.map((path) => ({ path, document: parseDocument(readFileSync(path, 'utf8')) }))
  }

  get #state(): string {
    return join(this.#at.folder, this.spec.name, 'state')
  }

  async #synthesize(): Promise<void> {
    const { forge } = this.#at
    write(join(this.#state, 'images.yaml'), stringify(this.#imagesFile()))
    write(join(this.#state, 'overrides.yaml'), stringify(this.#overrides))
    const sources = join(this.#at.folder, this.spec.name, 'sources')
    const { code, stdout, stderr } = await runProcess(
      process.execPath,
      [BUNDLE, 'synth', '--state', this.#state, '--sources', sources],
      { env: { PATH: process.env.PATH ?? '', GITHUB_API_URL: `${forge.url}/api/v3`, GITLAB_URL: forge.url } },
    )
    if (code !== 0) throw new Error(`synth failed (${code}): ${stdout}${stderr}`)
    const files = globSync(join(this.#state, 'dist/*.k8s.yaml')).sort()
    const read = files.flatMap((file) => parseAllDocuments(readFileSync(file, 'utf8')))
    const rewriting: Rewriting = { clock: this.#at.clock, images: this.#images }
    this.objects = rewritten(
      read.map((document) => document.toJS() as KubeObject),
      rewriting,
    ).sort((a, b) => rankOf(a) - rankOf(b))
  }

  #imagesFile(): object {
    return {
      settings: {
        namespace: this.namespace,
        pollInterval: '10s',
        analysis: false,
        ...this.spec.settings,
      },
      images: this.#images.map((image) => ({
        name: image.name,
        registry: this.#at.registry.host,
        repository: this.repository(image.name),
        source: {
          provider: image.provider ?? 'github',
          repo: repoOf(image),
          branch: 'main',
          dockerfile: dockerfileOf(image),
          ...(image.provider === 'gitlab' ? {} : { workflow: 'build.yml' }),
          ...(image.inputs === undefined ? {} : { inputs: image.inputs }),
          ...(image.builds === undefined ? {} : { builds: image.builds }),
        },
        ...image.entry,
      })),
    }
  }

  async #apply(objects: readonly KubeObject[]): Promise<void> {
    if (objects.length === 0) return
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })
    const { code, stderr } = await this.#at.cluster.tryKubectl(['apply', '--server-side', '-f', '-'], list)
    if (code !== 0) throw new Error(`kubectl apply failed (${code}): ${stderr}`)
    if (stderr.length > 0) this.warnings.push(stderr.toString('utf8'))
  }
}

/** The repository that an image is built from. */
export function repoOf({ name, repo = `acme/${name}` }: ImageSpec): string {
  return repo
}

/** The base images that an image is built on. */
export function basesOf({ name, bases = [`${name}-base`] }: ImageSpec): readonly string[] {
  return bases
}

/** Images that share a repository are built from Dockerfiles of their own. */
function dockerfileOf({ name, repo }: ImageSpec): string {
  return repo === undefined ? 'Dockerfile' : `${name}/Dockerfile`
}

function dispatchSecret(name: string, namespace: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, labels: { 'kargo.akuity.io/cred-type': 'generic' } },
    stringData: { token: FORGE_TOKEN },
  }
}

/** In Argo CD's order: by sync wave; a Stage waits five minutes where it is seen before its policy. */
function rankOf({ kind, metadata }: KubeObject): number {
  const wave = Number(metadata.annotations?.['argocd.argoproj.io/sync-wave'] ?? '0')
  return wave * 10 + (kind === 'Stage' ? 1 : 0)
}

function split<T>(all: readonly T[], isFirst: (one: T) => boolean): [T[], T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))]
}

function nextYear(): string {
  return `${new Date().getUTCFullYear() + 1}-12-31`
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
