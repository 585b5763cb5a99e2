import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { refuse } from '../enrollment/index.js'
import {
  checkOut,
  copyCommitted,
  findWorkTree,
  type GitRemote,
  isAsCommitted,
  isCheckoutOf,
  isSparse,
  remoteOf,
  stateRoot,
  type WorkTree,
} from '../publish/index.js'
import { cleanStateFolder, FOLDERS, fromTop, isSafeFolder, readOptional, type StateFolder } from '../state/index.js'
import type { Context } from './context.js'
import type { Inputs } from './inputs.js'
import { logLine } from './log.js'
import type { RunTarget } from './target.js'

/** The state at one commit, on disk. */
export interface StateCheckout {
  readonly tree: WorkTree
  readonly folder: StateFolder
  /** It is the workspace's own checkout, where later steps expect the generated files. */
  readonly isWorkspace: boolean
  /** The first checkout; later ones hold what other runs, or a push of ours with a lost response, have added. */
  readonly isFirst: boolean
}

/** Our own checkouts of the state, each in a temporary folder, all deleted at the end. */
export class StateCheckouts {
  readonly #inputs: Inputs
  readonly #context: Context
  readonly #target: RunTarget
  readonly #made: string[] = []
  /** Remote of the workspace's checkout; later fetches use it too. */
  #origin: GitRemote | null = null

  constructor(inputs: Inputs, context: Context, target: RunTarget) {
    this.#inputs = inputs
    this.#context = context
    this.#target = target
  }

  get remote(): GitRemote {
    const ours = { url: `${this.#context.servers.github}/${this.#target.repository}`, token: this.#inputs.stateToken }
    return this.#origin ?? ours
  }

  /** Folder whose git configuration defines the committer. */
  get identityFrom(): string {
    return this.#context.workspace
  }

  /** The workspace's checkout if it holds the state and is usable, otherwise a new one. */
  async first(): Promise<StateCheckout> {
    return { ...(await this.#open()), isFirst: true }
  }

  async #open(): Promise<StateCheckout> {
    const tree = this.#target.useWorkspace ? await findWorkTree(this.#context.workspace) : null
    if (tree === null || !(await isCheckoutOf(tree, this.#target.repository))) return this.fresh(this.#target.ref)
    this.#origin = await remoteOf(tree, this.remote)
    if (await this.#isUsable(tree)) return { ...this.#checkout(tree, tree.root), isWorkspace: true }
    return (await this.#copy(tree)) ?? this.fresh(this.#target.ref)
  }

  /**
   * A commit is made from committed files only: uncommitted or missing files in the workspace would lead to generated
   * files that do not match their images.yaml. Previews and checks use the files as they are.
   */
  async #isUsable(tree: WorkTree): Promise<boolean> {
    if (this.#target.mode !== 'commit') return !(await isSparse(tree))
    const { statePath, imagesFile, outputDir } = this.#inputs
    cleanStateFolder({ root: stateRoot(tree, statePath), path: statePath, imagesFile, outputDir })
    const read = [imagesFile, 'overrides.yaml', ...Object.values(FOLDERS), outputDir]
    if (
      await isAsCommitted(
        tree,
        read.map((path) => fromTop(statePath, path)),
      )
    )
      return true
    logLine('The workspace differs from its commit (changed, sparse or partial): the committed files are used.')
    return false
  }

  /** A second checkout of the workspace's commit; null if the workspace does not have all of its objects. */
  async #copy(tree: WorkTree): Promise<StateCheckout | null> {
    const folder = await this.newFolder()
    const isWhole = await copyCommitted(tree, this.#inputs.statePath, folder)
    return isWhole ? this.#checkout(tree, folder) : null
  }

  /** An empty folder that is deleted at the end. */
  async newFolder(): Promise<string> {
    const folder = await mkdtemp(join(this.#context.temp, 'image-factory-'))
    this.#made.push(folder)
    return folder
  }

  /** Checks out the current head of a ref on the server. */
  async fresh(ref: string | null): Promise<StateCheckout> {
    const tree = await checkOut(this.remote, ref, await this.newFolder())
    return this.#checkout(tree, tree.root)
  }

  /** Branch that a commit made from a checkout goes to. */
  branchOf(checkout: StateCheckout): string {
    const { ref } = this.#target
    if (ref?.startsWith('refs/heads/')) return ref.slice('refs/heads/'.length)
    const branch = checkout.tree.branch
    if (branch !== null) return branch
    throw refuse('input-invalid', `it is not clear which branch to commit to (${ref ?? 'no ref'}).`, {
      remedy: 'Set state-ref to it.',
    })
  }

  async remove(): Promise<void> {
    for (const folder of this.#made) await rm(folder, { recursive: true, force: true })
  }

  /** @param top where the repository is on disk: the work tree itself, or a copy of its commit. */
  #checkout(tree: WorkTree, top: string): StateCheckout {
    const { statePath, imagesFile, outputDir } = this.#inputs
    if (!isSafeFolder(top, statePath)) {
      throw refuse('file-missing', `there is no folder ${statePath} in ${this.#target.repository}.`, {
        remedy: 'Correct state-path.',
      })
    }
    const folder = { root: stateRoot({ ...tree, root: top }, statePath), path: statePath, imagesFile, outputDir }
    refusePointer(folder)
    return { tree, folder, isWorkspace: false, isFirst: false }
  }
}

const LFS_POINTER = 'version https://git-lfs.github.com/spec/'

function refusePointer({ root, path, imagesFile }: StateFolder): void {
  if (!(readOptional(root, imagesFile) ?? '').startsWith(LFS_POINTER)) return
  throw refuse(
    'file-unusable',
    `${fromTop(path, imagesFile)} is stored with Git LFS: the commit has only a pointer to it.`,
    {
      file: fromTop(path, imagesFile),
      remedy: `Remove it from LFS (git lfs migrate export --include=${fromTop(path, imagesFile)}) and out of .gitattributes.`,
    },
  )
}
