import type { DraftObject } from './json.js'

/** A Job of one container that owns nothing: it is given arguments, variables, empty folders and at most two Secrets. */
export interface HardenedJob {
  readonly backoffLimit: number
  readonly deadlineSeconds: number
  readonly serviceAccount: string
  readonly container: {
    readonly name: string
    readonly image: string
    /** Instead of the image's entry point. */
    readonly command?: readonly string[]
    readonly args: readonly string[]
    /** Variable → literal, or `{{args.NAME}}`: arguments never become part of a shell string. */
    readonly env: Readonly<Record<string, string>>
    readonly resources: { readonly requests: Resources; readonly limits: Resources }
  }
  /** Folder → most it may hold; these are all that can be written to. */
  readonly emptyFolders: Readonly<Record<string, string>>
  readonly secretFile?: SecretFile
  readonly secretVariable?: SecretVariable
}

export interface Resources {
  readonly cpu: string
  readonly memory: string
}

/** One key of a Secret as a file; the folder stays empty where there is no such Secret. */
export interface SecretFile {
  readonly secret: string
  readonly key: string
  readonly folder: string
  readonly file: string
}

/** One key of a Secret as an environment variable, which is not set where there is no such Secret. */
export interface SecretVariable {
  readonly variable: string
  readonly secret: string
  readonly key: string
}

/** `nobody`: a numeric id, or Kubernetes cannot tell that it is not root. */
const NOBODY = 65_534
const DAY_SECONDS = 86_400

/** The JobSpec. It meets the Pod Security Standard "restricted", and no Job can be made here that does not. */
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
          runAsUser: NOBODY,
          runAsGroup: NOBODY,
          fsGroup: NOBODY,
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
      // Last: Kubernetes puts the value of an earlier variable where a later one says $(NAME), and they may be hostile.
      ...(secretVariable ? [secretVariableDraft(secretVariable)] : []),
    ],
    resources: { requests: { ...container.resources.requests }, limits: { ...container.resources.limits } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [...folders, ...secrets],
  }
}

function secretVariableDraft({ variable, secret, key }: SecretVariable): DraftObject {
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
