import { ACTION } from '../enrollment/action-pin.js'
import { type Answers, WORKFLOW_FILES } from './answers.js'
import { filled } from './template.js'

const README = `# {{repository}}

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
  return filled(README, {
    repository,
    namespace,
    images: imagesFile,
    output: outputDir,
    workflow: WORKFLOW_FILES.kargo,
    home: `https://github.com/${ACTION}`,
  })
}
