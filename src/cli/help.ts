import { Help, type HelpConfiguration } from 'commander'

const INDENT = '  '

/**
 * How commands, arguments and options are laid out in help: as commander does if descriptions fit beside the terms, else
 * each description below its term, wrapped. Commander itself would leave them unwrapped on a narrow terminal.
 */
export const helpItems: HelpConfiguration = {
  formatItem(term, termWidth, description, helper) {
    const { helpWidth = 80, minWidthToWrap } = helper
    const beside = helpWidth - termWidth - 2 * INDENT.length
    if (beside >= minWidthToWrap || description === '') {
      return Help.prototype.formatItem.call(helper, term, termWidth, description, helper)
    }
    const below = INDENT.repeat(3)
    const lines = helper.boxWrap(description, helpWidth - below.length).split('\n')
    return [INDENT + term, ...lines.map((line) => below + line)].join('\n')
  },
}

/** The most common invocations by command: what each does, and how it is typed. */
export const EXAMPLES: Readonly<Record<string, readonly (readonly [what: string, command: string])[]>> = {
  validate: [
    ['check the state folder you are in', 'validate'],
    ['check two files by their paths', 'validate images.yaml overrides.yaml'],
    ['check that the workflows and Dockerfiles exist, in checkouts', 'validate --sources ../sources'],
  ],
  bases: [
    ['what building a Dockerfile pulls', 'bases Dockerfile'],
    ['for one stage, with a build argument', 'bases Dockerfile --target runtime --build-arg NODE_VERSION=22'],
    ['for a Dockerfile on standard input', 'bases - < Dockerfile'],
  ],
  discover: [
    ['the base images of all enrolled images', 'discover'],
    ['of one image, from local checkouts', 'discover web --sources ../sources'],
  ],
  synth: [
    ['write the state files and manifests', 'synth'],
    ['in another folder, with local checkouts', 'synth --state ../factory --sources ../sources'],
  ],
  refresh: [["look up digests with docker's logins, then write", 'refresh']],
  diff: [
    ['what synth would change', 'diff'],
    ['the comment that a pull request would get', 'diff --markdown'],
    ['how much changes', 'diff --stat'],
  ],
  check: [['fail in CI when generated files are out of date', 'check --sources ../sources']],
  explain: [
    ['the status of every image', 'explain'],
    ['why one image was, or was not, rebuilt', 'explain web'],
    ['only what needs attention', 'explain --status behind,failed'],
  ],
  page: [
    ['the page and its data, in the folder public', 'page --out public'],
    ['the data alone', 'page --json'],
  ],
  rebuild: [
    ['rebuild one image now', 'rebuild web'],
    ['show what would be started', 'rebuild --all-stale --dry-run'],
  ],
  graph: [
    ['draw it with Graphviz', 'graph --format dot | dot -Tsvg > graph.svg'],
    ['for a page that renders Mermaid', 'graph'],
  ],
  enroll: [
    ['from a local clone of the source repository', 'enroll ../web'],
    [
      'from options only',
      'enroll --image ghcr.io/acme/web --repo acme/web --workflow build.yml --dockerfile Dockerfile',
    ],
    ['show the entry without writing it', 'enroll ../web --dry-run'],
  ],
  init: [
    ['without a cluster, in the repository that builds the image', 'init --engine actions --in-app-repository'],
    ['with Kargo, in a separate repository', 'init ../web --state ../factory --repository acme/factory'],
  ],
  schema: [['write the schema to a file for your editor', 'schema > images.schema.json']],
  demo: [['the whole job on an example, in two seconds', 'demo']],
  completion: [
    ['bash, for this shell', 'source <(image-factory completion bash)'],
    ['fish, permanently', 'completion fish > ~/.config/fish/completions/image-factory.fish'],
  ],
}

/** The examples of a command, each below a comment. */
export function examplesText(name: string): string {
  return (EXAMPLES[name] ?? [])
    .map(([what, command]) => {
      const whole = command.startsWith('source ') ? command : `image-factory ${command}`
      return `  # ${what}\n  ${whole}`
    })
    .join('\n')
}
