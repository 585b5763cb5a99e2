import { ACTION } from '../enrollment/action-pin.js'
import { type Answers, filled, WORKFLOW_FILES } from './answers.js'

const KARGO_README = `# {{repository}}

The state of an [image factory]({{home}}): which container images it keeps fresh, which base images they are built on, and
the Kargo manifests that rebuild them when a base image changes.

| Path | What it is | Who writes it |
| --- | --- | --- |
| \`{{images}}\` | the images, and how each is rebuilt | you, by pull request |
| \`overrides.yaml\` | digests to rebuild for without delay, in an emergency | you, by pull request |
| \`images/\`, \`base-images/\`, \`_archive/\` | the state of images and base images | the workflow |
| \`{{output}}/\` | the manifests; Argo CD syncs them to the namespace \`{{namespace}}\` | the workflow |

**Enroll an image**: add an entry to \`{{images}}\` on a branch and open a pull request. The comment there shows what the
entry changes, or what is wrong with it. After the merge, the workflow [synth]({{workflow}}) commits the rest.
[Every key]({{home}}/blob/main/docs/images-yaml.md) is explained.

**Never edit generated files**: the next run regenerates them.

**Kargo needs Secrets** in the namespace \`{{namespace}}\` ([how to create them]({{home}}/blob/main/docs/install.md#steps)):

| Secret | Purpose | Permission |
| --- | --- | --- |
| \`github-dispatch\`, key \`token\` | start build workflows | _Actions: read and write_ on the repositories that build images |
| the same | start [synth]({{workflow}}) when a Dockerfile or a base image changes (\`settings.stateWorkflow\`) | _Actions: read and write_ on this repository |
| one with the label \`kargo.akuity.io/cred-type: git\` | watch private source repositories | _Contents: read_ on them |

Without the permission on this repository, nothing breaks: the daily run of [synth]({{workflow}}) finds the changes.

**Something not working?** [Troubleshooting]({{home}}/blob/main/docs/troubleshooting.md)
`

/** Introduction for people who open the repository. */
export function readme({ repository, namespace, imagesFile, outputDir }: Answers): string {
  return filled(KARGO_README, {
    repository,
    namespace,
    images: imagesFile,
    output: outputDir,
    workflow: WORKFLOW_FILES.kargo,
    home: `https://github.com/${ACTION}`,
  })
}

const ACTIONS_README = `# {{title}}

An [image factory]({{home}}) keeps the container images in
\`{{images}}\` fresh, without a cluster. Once an hour, the workflow [image-factory]({{workflow}})
checks their base images. When one has changed and the image's \`rebuildDelay\` has passed, the factory starts the image's
own build workflow and tracks the run until it ends.

## Next steps

{{setup}}

## Contents

| Path | What it is | Who writes it |
| --- | --- | --- |
| \`{{images}}\` | the images, and how each is rebuilt | you, by pull request |
| \`overrides.yaml\` | digests to rebuild for without delay, in an emergency | you, by pull request |
| \`images/\`, \`base-images/\`, \`_archive/\` | the state of images and base images, and the record of rebuilds | the workflow |

## Common tasks

**Enroll an image**: add an entry to \`{{images}}\` on a branch and open a pull request. The comment there shows what the
entry changes, or what is wrong with it. [Every key]({{home}}/blob/main/docs/images-yaml.md) is explained.

**Rebuild an image now**, regardless of its delay: _Actions → image-factory → Run workflow_ with its name, or \`all-stale\` for
every image that is provably on an old base image. From a terminal:

\`\`\`sh
gh workflow run image-factory.yml --repo {{repository}} -f rebuild=NAME
\`\`\`

**Never edit generated files**: the next run overwrites them.

**Check that the workflow still runs**: in a public repository, GitHub disables schedules after 60 days without activity.
[What to do about it]({{home}}/blob/main/docs/engines.md#when-the-schedule-stops)

**Something not working?** The summary of the latest run shows what was started, what is waiting, and until when.
[Troubleshooting]({{home}}/blob/main/docs/troubleshooting.md)
`

const STATE_REPOSITORY = `1. Create a GitHub App with the repository permissions _Actions: read and write_ and _Contents: read_, and install it on the
   repositories that build your images ([how]({{home}}/blob/main/docs/engines.md#tokens)).
2. In this repository's settings, save its client ID as the variable \`FACTORY_APP_CLIENT_ID\` and its private key as the secret
   \`FACTORY_APP_PRIVATE_KEY\`.
3. Make sure that each build workflow has a \`workflow_dispatch\` trigger and pulls its base images fresh (\`pull: true\`).
4. Commit these files and push them to \`{{branch}}\`. The push starts the workflow, and its summary shows what it found.
   Enrolling an image does not rebuild it.`

const APPLICATION = `1. Make sure that each build workflow has a \`workflow_dispatch\` trigger and pulls its base images fresh (\`pull: true\`).
2. Commit these files and push them to \`{{branch}}\`. The push starts the workflow, and its summary shows what it found.
   Enrolling an image does not rebuild it.

You need no secrets: \`github.token\` commits the state and starts the builds. Its commits trigger no workflows. If
\`{{branch}}\` only accepts changes through pull requests, \`github.token\` cannot commit to it:
[what to do then]({{home}}/blob/main/docs/engines.md#a-protected-branch).`

/** Introduction for people who open the repository, or the folder of the state in it. */
export function actionsReadme({ repository, branch, applicationFolder, imagesFile }: Answers): string {
  const home = `https://github.com/${ACTION}`
  const depth = applicationFolder === null || applicationFolder === '.' ? 0 : applicationFolder.split('/').length
  return filled(ACTIONS_README, {
    title: applicationFolder === null ? repository : `Image factory of ${repository}`,
    images: imagesFile,
    workflow: `${'../'.repeat(depth)}${WORKFLOW_FILES.actions}`,
    setup: filled(applicationFolder === null ? STATE_REPOSITORY : APPLICATION, { home, branch }),
    repository,
    home,
  })
}
