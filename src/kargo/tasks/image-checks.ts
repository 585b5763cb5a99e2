import type { Construct } from 'constructs'
import type { Settings } from '../../enrollment/images-file.js'
import { AnalysisTemplate, type AnalysisTemplateProps, type HardenedJob } from '../constructs/analysis-template.js'
import { ServiceAccount } from '../constructs/kube-object.js'
import { ANALYSIS_ACCOUNT, CHECK_CONTENT, CHECK_DOCKERFILE, SCAN_IMAGE } from '../names.js'

/**
 * The checks of published images and their service account, shared by all images. Nothing with `settings.analysis:
 * false`: a cluster without Argo Rollouts has no AnalysisTemplates.
 */
export function addChecks(scope: Construct, settings: Settings, annotations: Readonly<Record<string, string>>): void {
  if (!settings.analysis) return
  new ServiceAccount(scope, { name: ANALYSIS_ACCOUNT, annotations })
  for (const check of [vulnerabilities(settings), content(settings), dockerfile(settings)])
    new AnalysisTemplate(scope, { ...check, annotations })
}

/** Shorter than the Job's deadline, so that the log shows the reason. */
const TRIVY_TIMEOUT = '--timeout=25m'
const DEADLINE_SECONDS = 1800

/** By digest: what was published, even if the tag has moved since. Expanded by Kubernetes, not by a shell. */
const IMAGE = '$(IMAGE)@$(DIGEST)'
const IMAGE_SCAN = ['image', '--exit-code=1', '--image-src=remote']

function vulnerabilities(settings: Settings): AnalysisTemplateProps {
  return {
    name: SCAN_IMAGE,
    args: ['image', 'digest', 'vulnerability-severity', 'ignore-unfixed'],
    metric: 'scan',
    job: imageJob(settings, {
      args: [...IMAGE_SCAN, '--scanners=vuln', TRIVY_TIMEOUT, IMAGE],
      env: { TRIVY_SEVERITY: '{{args.vulnerability-severity}}', TRIVY_IGNORE_UNFIXED: '{{args.ignore-unfixed}}' },
    }),
  }
}

/** Finds secrets in the files of a published image, and secrets and misconfigurations (root) in its configuration. */
function content(settings: Settings): AnalysisTemplateProps {
  const scanners = ['--scanners=secret', '--image-config-scanners=misconfig,secret']
  return {
    name: CHECK_CONTENT,
    args: ['image', 'digest', 'content-severity'],
    metric: 'content',
    job: imageJob(settings, {
      args: [...IMAGE_SCAN, ...scanners, TRIVY_TIMEOUT, IMAGE],
      env: { TRIVY_SEVERITY: '{{args.content-severity}}' },
    }),
  }
}

/** Finds misconfigurations in the Dockerfile of an image, at the commit that was built if it is known. */
function dockerfile(settings: Settings): AnalysisTemplateProps {
  const job = trivyJob(settings, {
    command: ['/bin/sh'],
    args: ['-euc', SCAN_DOCKERFILE],
    env: {
      SOURCE_URL: '{{args.source-url}}',
      REVISION: '{{args.revision}}',
      BRANCH: '{{args.branch}}',
      DOCKERFILE: '{{args.dockerfile}}',
      TRIVY_SEVERITY: '{{args.dockerfile-severity}}',
      GIT_ALLOW_PROTOCOL: 'https',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
    },
  })
  return {
    name: CHECK_DOCKERFILE,
    args: ['source-url', 'revision', 'branch', 'dockerfile', 'dockerfile-severity'],
    metric: 'dockerfile',
    job: {
      ...job,
      secretVariable: { variable: 'SOURCE_TOKEN', secret: settings.secrets.source, key: 'token' },
    },
  }
}

/**
 * Extracts one file from a repository for Trivy. `trivy repository` cannot do that: it scans every Dockerfile and
 * clones the whole history to reach a commit (its pkg/fanal/artifact/repo/git.go).
 *
 * A constant: inputs are variables, always quoted. No value can be taken for an option: the URL begins with https, the
 * revision is hexadecimal or `none`, branch and path follow `refs/heads/` and `FETCH_HEAD:`. The token is sent only to
 * the source's own host, and only on request. Nothing of the repository is checked out or executed, and a symlink in it
 * is read as text, not followed.
 */
export const SCAN_DOCKERFILE = [
  'host="${SOURCE_URL#https://}"',
  'host="${host%%/*}"',
  'git init --quiet --bare "$TMPDIR/source"',
  'cd "$TMPDIR/source"',
  'git config "credential.https://$host.username" x-access-token',
  `git config "credential.https://$host.helper" '!f() { test "$1" = get && echo "password=$SOURCE_TOKEN"; }; f'`,
  'git remote add origin "$SOURCE_URL"',
  'if test "$REVISION" = none || ! git fetch --quiet --depth=1 origin "$REVISION"',
  'then echo "The commit that was built is not known or not there: checking the branch $BRANCH."',
  'git fetch --quiet --depth=1 origin "refs/heads/$BRANCH"',
  'fi',
  'mkdir "$TMPDIR/check"',
  'git cat-file blob "FETCH_HEAD:$DOCKERFILE" > "$TMPDIR/check/Dockerfile"',
  'cd "$TMPDIR/check"',
  `exec trivy config --exit-code=1 --misconfig-scanners=dockerfile ${TRIVY_TIMEOUT} .`,
].join('; ')

/** The command that replaces Trivy, its arguments, and Trivy's flags as variables. */
type Call = Pick<HardenedJob['container'], 'command' | 'args' | 'env'>

/** The folder from which Trivy reads registry credentials. */
const CREDENTIALS = '/credentials'

function imageJob(settings: Settings, { args, env }: Call): HardenedJob {
  const target = { IMAGE: '{{args.image}}', DIGEST: '{{args.digest}}' }
  return {
    ...trivyJob(settings, { args, env: { ...target, ...env, DOCKER_CONFIG: CREDENTIALS } }),
    secretFile: {
      secret: settings.secrets.registry,
      key: '.dockerconfigjson',
      folder: CREDENTIALS,
      file: 'config.json',
    },
  }
}

/** The vulnerability databases take 2 GB of disk; layers of large images are unpacked in memory and in /tmp. */
const RESOURCES = { requests: { cpu: '250m', memory: '512Mi' }, limits: { cpu: '2', memory: '2Gi' } }
const FOLDERS = { '/cache': '4Gi', '/tmp': '4Gi' }

/** Disables telemetry and the version check. Trivy versions without these flags ignore them. */
const QUIET = { TRIVY_DISABLE_TELEMETRY: 'true', TRIVY_SKIP_VERSION_CHECK: 'true' }

/**
 * The Job of a check. Trivy reads any flag from the environment as TRIVY_FLAG (trivy.dev, "Configuration"), so options
 * such as the severity need no shell.
 */
function trivyJob({ trivyImage }: Settings, { env, ...call }: Call): HardenedJob {
  return {
    backoffLimit: 1,
    deadlineSeconds: DEADLINE_SECONDS,
    serviceAccount: ANALYSIS_ACCOUNT,
    container: {
      name: 'trivy',
      image: trivyImage,
      ...call,
      env: { ...env, HOME: '/tmp', TMPDIR: '/tmp', TRIVY_CACHE_DIR: '/cache', ...QUIET },
      resources: RESOURCES,
    },
    emptyFolders: FOLDERS,
  }
}
