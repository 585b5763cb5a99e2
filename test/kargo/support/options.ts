/** What the person who runs the suite says about the cluster: environment variables that nothing else reads or sets. */

export interface SuiteOptions {
  /** The one kubeconfig that is used; the file in the home folder is never looked at. */
  readonly kubeconfig: string
  /** Address of this process that the cluster reaches. */
  readonly host: string
  /** Registry that both this process and the cluster reach, HOST:PORT. */
  readonly registry: string
  /** Shell command that replaces Kargo's controller. */
  readonly restart: string
  /** Address that waiting Promotions read the clock at, where the cluster's own is not reached; null: as generated. */
  readonly clock: string | null
  /** Scenarios whose titles it matches are played, and only their images enrolled; null: all. */
  readonly only: RegExp | null
  /** Whether the suite runs the Jobs of checks itself, for a cluster without nodes on which Argo Rollouts runs all the same. */
  readonly runsJobs: boolean
  /** How many images the load scenario has; 0: it is left out. */
  readonly load: number
  /** Where the report is written; null: a file in the system's temporary folder. */
  readonly report: string | null
}

const DELETE_CONTROLLER = 'kubectl delete pod -n kargo -l app.kubernetes.io/component=controller'

/** The suite's options; null where it was not asked for, or no cluster is named. */
export function suiteOptions(env: NodeJS.ProcessEnv): SuiteOptions | null {
  const kubeconfig = env.KARGO_TEST_KUBECONFIG || env.KUBECONFIG || ''
  if (env.KARGO_TEST !== '1' || kubeconfig === '') return null
  return {
    kubeconfig,
    host: env.KARGO_TEST_HOST || '127.0.0.1',
    registry: env.KARGO_TEST_REGISTRY || '127.0.0.1:15000',
    restart: env.KARGO_TEST_RESTART || DELETE_CONTROLLER,
    clock: env.KARGO_TEST_CLOCK || null,
    only: env.KARGO_TEST_ONLY ? new RegExp(env.KARGO_TEST_ONLY) : null,
    runsJobs: env.KARGO_TEST_NODES === 'none',
    load: Number(env.KARGO_TEST_LOAD || '0'),
    report: env.KARGO_TEST_REPORT || null,
  }
}
