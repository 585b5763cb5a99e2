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

/** The state as one commit has it, on disk. */
export interface StateCheckout {
  readonly tree: WorkTree
  readonly folder: StateFolder
  /** The workspace's own checkout, where later steps expect to see what was generated. */
  readonly isWorkspace: boolean
  /** The one the run began with; later ones are what others, or a lost answer of ours, left on the branch. */
  readonly isFirst: boolean
}

/** Checkouts of the state made by ourselves, each in a folder of its own, all gone at the end. */
export class StateCheckouts {
  readonly #inputs: Inputs
  readonly #context: Context
  readonly #target: RunTarget
  readonly #made: string[] = []
  /** Where the workspace's checkout came from: what is fetched anew comes from there too. */
  #origin: GitRemote | null = null

  constructor(inputs: Inputs, context: Context, target: RunTarget) {
    this.#inputs = inputs
    this.#context = context
    this.#target = target
  }

  /** Where the state repository is reached. */
  get remote(): GitRemote {
    const ours = { url: `${this.#context.servers.github}/${this.#target.repository}`, token: this.#inputs.stateToken }
    return this.#origin ?? ours
  }

  /** Folder whose git configuration says who commits. */
  get identityFrom(): string {
    return this.#context.workspace
  }

  /** The workspace's checkout where it is one of the state and may be used, else one of our own. */
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
   * A commit is made from what is committed: what else lies in the workspace, or is left out of it, would get into
   * files that do not belong to their images.yaml. Previews and checks look at what is there.
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
    logLine('The workspace is not as it was committed (changed, sparse or partial): what is committed counts.')
    return false
  }

  /** The workspace's commit, laid out a second time; null when the workspace does not hold all of it. */
  async #copy(tree: WorkTree): Promise<StateCheckout | null> {
    const folder = await this.newFolder()
    const isWhole = await copyCommitted(tree, this.#inputs.statePath, folder)
    return isWhole ? this.#checkout(tree, folder) : null
  }

  /** An empty folder that is gone at the end. */
  async newFolder(): Promise<string> {
    const folder = await mkdtemp(join(this.#context.temp, 'image-factory-'))
    this.#made.push(folder)
    return folder
  }

  /** The head of a ref as it is on the server now. */
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
      remedy: 'Name it in state-ref.',
    })
  }

  async remove(): Promise<void> {
    for (const folder of this.#made) await rm(folder, { recursive: true, force: true })
  }

  /** @param top where the repository lies on disk: the work tree itself, or a copy of its commit. */
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
      remedy: `Take it out of LFS (git lfs migrate export --include=${fromTop(path, imagesFile)}) and out of .gitattributes.`,
    },
  )
}
