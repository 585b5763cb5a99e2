import type { Settings } from '../../enrollment/images-file.js'
import type { HardenedJob } from '../constructs/hardened-job.js'
import { ANALYSIS_ACCOUNT } from '../names.js'

/** What one check tells Trivy. */
export interface TrivyCheck {
  /** Instead of `trivy`. */
  readonly command?: readonly string[]
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** Ends by itself before the Job is cut off, so that its log says why. */
export const TRIVY_TIMEOUT = '--timeout=25m'
const DEADLINE_SECONDS = 1800

/** The vulnerability databases take 2 GB of disk; layers of large images are unpacked in memory and in /tmp. */
const RESOURCES = { requests: { cpu: '250m', memory: '512Mi' }, limits: { cpu: '2', memory: '2Gi' } }
const FOLDERS = { '/cache': '4Gi', '/tmp': '4Gi' }

/**
 * The Job of a check. Trivy reads any flag from the environment as TRIVY_FLAG (trivy.dev, "Configuration"): so the
 * severity and the like reach it without a shell.
 */
export function trivyJob(settings: Settings, { command, args, env }: TrivyCheck): HardenedJob {
  return {
    backoffLimit: 1,
    deadlineSeconds: DEADLINE_SECONDS,
    serviceAccount: ANALYSIS_ACCOUNT,
    container: {
      name: 'trivy',
      image: settings.trivyImage,
      ...(command && { command }),
      args,
      env: { ...env, HOME: '/tmp', TMPDIR: '/tmp', TRIVY_CACHE_DIR: '/cache', ...QUIET },
      resources: RESOURCES,
    },
    emptyFolders: FOLDERS,
  }
}

/** Nobody is told what is scanned here, or asked for a newer Trivy. Versions that know no such flag pass over these. */
const QUIET = { TRIVY_DISABLE_TELEMETRY: 'true', TRIVY_SKIP_VERSION_CHECK: 'true' }
