import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { refuse } from '../enrollment/index.js'
import type { StateFolder } from '../pipeline.js'
import {
  checkOut,
  findWorkTree,
  type GitRemote,
  isCheckoutOf,
  pushRemote,
  stateRoot,
  type WorkTree,
} from '../publish/index.js'
import { isSafeFolder } from '../state/index.js'
import type { Context } from './context.js'
import type { Inputs } from './inputs.js'
import type { Target } from './target.js'

/** The state as one commit has it, on disk. */
export interface StateCheckout {
  readonly tree: WorkTree
  readonly folder: StateFolder
  /** The workspace's own checkout, where later steps expect to see what was generated. */
  readonly isWorkspace: boolean
}

/** Checkouts of the state made by ourselves, each in a folder of its own, all gone at the end. */
export class StateCheckouts {
  readonly #inputs: Inputs
  readonly #context: Context
  readonly #target: Target
  readonly #made: string[] = []
  /** Where the workspace's checkout came from: what is fetched anew comes from there too. */
  #origin: GitRemote | null = null

  constructor(inputs: Inputs, context: Context, target: Target) {
    this.#inputs = inputs
    this.#context = context
    this.#target = target
  }

  /** Where the state repository is reached. */
  get remote(): GitRemote {
    const ours = { url: `${this.#context.serverUrl}/${this.#target.repository}`, token: this.#inputs.stateToken }
    return this.#origin ?? ours
  }

  /** The workspace's checkout where it is one of the state and may be used, else one of our own. */
  async first(): Promise<StateCheckout> {
    if (this.#target.useWorkspace) {
      const tree = await findWorkTree(this.#context.workspace)
      if (tree !== null && (await isCheckoutOf(tree, this.#target.repository))) {
        this.#origin = await pushRemote(tree, this.remote)
        return this.#checkout(tree, true)
      }
    }
    return this.fresh(this.#target.ref)
  }

  /** The head of a ref as it is on the server now. */
  async fresh(ref: string | null): Promise<StateCheckout> {
    const folder = await mkdtemp(join(this.#context.temp, 'image-factory-'))
    this.#made.push(folder)
    return this.#checkout(await checkOut(this.remote, ref, folder), false)
  }

  /** Branch that a commit made from a checkout goes to. */
  branchOf(checkout: StateCheckout): string {
    const { ref } = this.#target
    if (ref?.startsWith('refs/heads/')) return ref.slice('refs/heads/'.length)
    const branch = checkout.tree.branch
    if (branch !== null) return branch
    throw refuse(`it is not clear which branch to commit to (${ref ?? 'no ref'}).`, { remedy: 'Name it in state-ref.' })
  }

  async remove(): Promise<void> {
    for (const folder of this.#made) await rm(folder, { recursive: true, force: true })
  }

  async #checkout(tree: WorkTree, isWorkspace: boolean): Promise<StateCheckout> {
    const { statePath, imagesFile, outputDir } = this.#inputs
    if (!isSafeFolder(tree.root, statePath)) {
      throw refuse(`there is no folder ${statePath} in ${this.#target.repository}.`, { remedy: 'Correct state-path.' })
    }
    const folder = { root: stateRoot(tree, statePath), path: statePath, imagesFile, outputDir }
    return { tree, folder, isWorkspace }
  }
}
