import type { Construct } from 'constructs'
import { type DraftObject, KubeObject, type ObjectProps } from './kube-object.js'

export interface AnalysisTemplateProps extends ObjectProps {
  /**
   * Arguments that a Stage must pass. Kargo merges the arguments of a Stage's templates by name: templates used
   * together must agree on their meaning.
   */
  readonly args: readonly string[]
  /** At most 24 characters of a-z, 0-9 and dash: Argo Rollouts truncates the Job's name otherwise. */
  readonly metric: string
  /** The check, a Job in the Project's namespace that succeeds if everything is fine. */
  readonly job: HardenedJob
}

/** An Argo Rollouts AnalysisTemplate, as Kargo uses it to verify Freight. */
export class AnalysisTemplate extends KubeObject {
  constructor(scope: Construct, { args, metric, job, ...props }: AnalysisTemplateProps) {
    const metrics = [{ name: metric, failureLimit: 0, provider: { job: { spec: jobDraft(job) } } }]
    const spec = { args: args.map((name) => ({ name })), metrics }
    super(scope, props, 'argoproj.io/v1alpha1', 'AnalysisTemplate', { spec })
  }
}

/** A Job with one container and minimal access: it gets arguments, variables, empty folders and at most two Secrets. */
export interface HardenedJob {
  readonly backoffLimit: number
  readonly deadlineSeconds: number
  readonly serviceAccount: string
  readonly container: {
    readonly name: string
    readonly image: string
    /** Replaces the image's entry point. */
    readonly command?: readonly string[]
    readonly args: readonly string[]
    /** Variable → literal, or `{{args.NAME}}`: arguments never become part of a shell string. */
    readonly env: Readonly<Record<string, string>>
    readonly resources: Readonly<Record<'requests' | 'limits', { readonly cpu: string; readonly memory: string }>>
  }
  /** Folder → size limit; no other folder is writable. */
  readonly emptyFolders: Readonly<Record<string, string>>
  /** One key of a Secret as a file; the folder stays empty if the Secret does not exist. */
  readonly secretFile?: {
    readonly secret: string
    readonly key: string
    readonly folder: string
    readonly file: string
  }
  /** One key of a Secret as an environment variable, unset if the Secret does not exist. */
  readonly secretVariable?: { readonly variable: string; readonly secret: string; readonly key: string }
}

/** The user `nobody`: Kubernetes can verify only a numeric id as non-root. */
const UNPRIVILEGED_ID = 65_534
const DAY_SECONDS = 86_400

/** The JobSpec. It meets the Pod Security Standard "restricted"; Jobs that do not cannot be built here. */
export function jobDraft(job: HardenedJob): DraftObject {
  return {
    backoffLimit: job.backoffLimit,
    activeDeadlineSeconds: job.deadlineSeconds,
    ttlSecondsAfterFinished: DAY_SECONDS,
    template: {
      spec: {
        restartPolicy: 'Never',
        serviceAccountName: job.serviceAccount,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: UNPRIVILEGED_ID,
          runAsGroup: UNPRIVILEGED_ID,
          fsGroup: UNPRIVILEGED_ID,
          seccompProfile: { type: 'RuntimeDefault' },
        },
        containers: [containerDraft(job)],
        volumes: volumes(job),
      },
    },
  }
}

function containerDraft({ container, emptyFolders, secretFile, secretVariable }: HardenedJob): DraftObject {
  const folders = Object.keys(emptyFolders).map((folder) => ({ name: volumeName(folder), mountPath: folder }))
  const secrets = secretFile
    ? [{ name: volumeName(secretFile.folder), mountPath: secretFile.folder, readOnly: true }]
    : []
  return {
    name: container.name,
    image: container.image,
    command: container.command,
    args: container.args,
    env: [
      ...Object.entries(container.env).map(([name, value]) => ({ name, value })),
      // Last: Kubernetes expands earlier variables in later values that contain $(NAME), and values are untrusted.
      ...(secretVariable ? [fromSecret(secretVariable)] : []),
    ],
    resources: container.resources,
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [...folders, ...secrets],
  }
}

function fromSecret({ variable, secret, key }: NonNullable<HardenedJob['secretVariable']>): DraftObject {
  return { name: variable, valueFrom: { secretKeyRef: { name: secret, key, optional: true } } }
}

function volumes({ emptyFolders, secretFile }: HardenedJob): DraftObject[] {
  const folders = Object.entries(emptyFolders).map(([folder, sizeLimit]) => ({
    name: volumeName(folder),
    emptyDir: { sizeLimit },
  }))
  if (secretFile === undefined) return folders
  const { secret, key, folder, file } = secretFile
  const items = [{ key, path: file }]
  return [...folders, { name: volumeName(folder), secret: { secretName: secret, optional: true, items } }]
}

/** `/cache` → `cache`. */
function volumeName(folder: string): string {
  return folder.slice(1)
}
