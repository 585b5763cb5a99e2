import type { Construct } from 'constructs'
import { AnalysisTemplate } from '../constructs/analysis-template.js'
import type { HardenedJob } from '../constructs/hardened-job.js'
import type { CheckProps } from './image-checks.js'
import { TRIVY_TIMEOUT, trivyJob } from './trivy.js'

/** Looks for bad habits in the Dockerfile of an image, at the commit that was built where that is known. */
export function checkDockerfile(scope: Construct, { settings, ...props }: CheckProps): AnalysisTemplate {
  const job: HardenedJob = {
    ...trivyJob(settings, {
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
    }),
    secretVariable: { variable: 'SOURCE_TOKEN', secret: settings.sourceTokenSecret, key: 'token' },
  }
  const args = ['source-url', 'revision', 'branch', 'dockerfile', 'dockerfile-severity']
  return new AnalysisTemplate(scope, { ...props, args, metrics: [{ name: 'dockerfile', failureLimit: 0, job }] })
}

/**
 * Takes one file out of a repository and has Trivy look at it alone. `trivy repository` cannot: it scans every Dockerfile
 * there is and clones the whole history to reach a commit (its pkg/fanal/artifact/repo/git.go).
 *
 * A constant: what differs comes as variables, always quoted. No value can be taken for an option: the address begins
 * with https, the revision is hexadecimal or `none`, branch and path stand behind `refs/heads/` and `FETCH_HEAD:`. The
 * token goes to the source's own host, and only when that asks. Nothing of the repository is checked out or run, and a
 * link in it is read as text, not followed.
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
