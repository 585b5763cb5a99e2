import { APP, SOURCE, type WrongFile } from './examples.js'

/** Title, text, what is said: line:column message remedy. */
export const WRONG_VALUES: readonly WrongFile[] = [
  [
    'a duration in words',
    `${APP}  rebuildDelay: 7 days\n`,
    ['4:17: rebuildDelay: "7 days" is not a valid duration. Write 7d.'],
  ],
  [
    'a duration without unit',
    `${APP}  rebuildDelay: 7\n`,
    ['4:17: rebuildDelay: "7" is not a valid duration. Write 7d for days, or 7h for hours.'],
  ],
  [
    'a negative duration',
    `${APP}  rebuildDelay: -7d\n`,
    ['4:17: rebuildDelay: "-7d" is not a valid duration. Write 7d.'],
  ],
  [
    'a duration of ages',
    `${APP}  rebuildDelay: 999999w\n`,
    ['4:17: rebuildDelay: "999999w" is not a valid duration. Write 90s, 30m, 24h, 7d, 2w, a sum like 1d12h, or 0.'],
  ],
  [
    'no duration',
    `${APP}  rebuildDelay:\n`,
    ['4:16: rebuildDelay is empty. Write rebuildDelay: 24h, or remove the line.'],
  ],
  [
    'a list of durations',
    `${APP}  minimumReleaseAge: [1d]\n`,
    ['4:22: minimumReleaseAge must be text, not a list. Write minimumReleaseAge: 1d.'],
  ],
  ['yes for true', `${APP}  enabled: yes\n`, ['4:12: enabled must be true or false, not "yes". Write enabled: true.']],
  [
    'true in quotes',
    `${APP}  autoRebuild: "true"\n`,
    ['4:16: autoRebuild must be true or false, not "true". Write autoRebuild: true.'],
  ],
  [
    'a misspelt choice',
    `${APP}  rebuildOn: runtim\n`,
    ['4:14: rebuildOn must be one of all, runtime, not "runtim". Did you mean runtime?'],
  ],
  [
    'a misspelt strategy',
    `${APP}  tags: {strategy: Semver}\n`,
    ['4:20: tags.strategy must be one of SemVer, NewestBuild, Lexical, Digest, not "Semver". Did you mean SemVer?'],
  ],
  [
    'Digest without a tag',
    `${APP}  tags: {strategy: Digest}\n`,
    ['4:9: the strategy Digest needs a tag to follow. Write constraint: latest, or another tag.'],
  ],
  [
    'an allow that is no list',
    `${APP}  tags: {allow: ^v}\n`,
    ['4:17: tags.allow must be a list, not "^v". Write allow: ["^v"].'],
  ],
  [
    'platforms as buildx takes them',
    `${APP}  build: {platforms: 'linux/amd64,linux/arm64'}\n`,
    [
      '4:22: build.platforms must be a list, not "linux/amd64,linux/arm64". Write platforms: [linux/amd64, linux/arm64].',
    ],
  ],
  [
    'a slash after the registry',
    '- name: app\n  registry: ghcr.io/\n  repository: org/app\n',
    ['2:13: "ghcr.io/" ends with a slash. Write registry: ghcr.io.'],
  ],
  [
    "Docker Hub's website for a registry",
    '- name: app\n  registry: hub.docker.com\n  repository: org/app\n',
    ['2:13: hub.docker.com is a website, not a registry. Write registry: docker.io.'],
  ],
  [
    "an official image's page",
    '- name: redis\n  repoURL: https://hub.docker.com/_/redis\n',
    ['2:12: "https://hub.docker.com/_/redis" is a URL. Write repoURL: docker.io/library/redis.'],
  ],
  [
    "an image's page, without https",
    '- name: grafana\n  repoURL: hub.docker.com/r/grafana/grafana\n',
    ['2:12: hub.docker.com is a website, not a registry. Write repoURL: docker.io/grafana/grafana.'],
  ],
  [
    'an expression in a constraint',
    `${APP}  tags: {constraint: "\${% x %}"}\n`,
    [`4:22: tags.constraint: "\${% x %}" contains \${{ or \${%, which Kargo would evaluate. Write the value itself.`],
  ],
  ...['0', '101', '1.5', 'all'].map(
    (written): WrongFile => [
      `${written} for discoveryLimit`,
      `${APP}  tags: {discoveryLimit: ${written}}\n`,
      [`4:26: tags.discoveryLimit: "${written}" is not a valid number of tags that Kargo lists. Write 1 to 100.`],
    ],
  ),
  ['nothing for a source', `${APP}  source:\n`, ['4:10: source is empty. Write its value, or remove the line.']],
  [
    'a text for a source',
    `${APP}  source: org/app\n`,
    ['4:11: source must be a map, not "org/app". Write source: {repo: org/app}.'],
  ],
  ['an empty source', `${APP}  source: {}\n`, ['4:11: source.repo is missing. Write it, for example repo: acme/web.']],
  [
    'an unknown provider',
    `${APP}  source: {provider: gihub, repo: org/app}\n`,
    ['4:22: source.provider must be one of github, gitlab, not "gihub". Did you mean github?'],
  ],
  [
    'a repo without owner',
    `${APP}  source: {repo: app}\n`,
    ['4:18: source.repo: "app" must be OWNER/REPO. Write it like acme/web.'],
  ],
  [
    'a repo as URL',
    `${APP}  source: {repo: https://github.com/org/app}\n`,
    ['4:18: source.repo: "https://github.com/org/app" must be OWNER/REPO. Write repo: org/app.'],
  ],
  [
    'a repo that climbs',
    `${APP}  source: {repo: org/..}\n`,
    ['4:18: source.repo: "org/.." must be OWNER/REPO. Write it like acme/web.'],
  ],
  [
    'a branch with dots',
    `${SOURCE}    branch: a..b\n`,
    ['6:13: source.branch: "a..b" is not a branch name that git and Kargo accept. Write it like main.'],
  ],
  [
    'a branch with a blank',
    `${SOURCE}    branch: my branch\n`,
    ['6:13: source.branch: "my branch" is not a branch name that git and Kargo accept. Write it like main.'],
  ],
  [
    'a branch that is a lock',
    `${SOURCE}    branch: main.lock\n`,
    ['6:13: source.branch: "main.lock" is not a branch name that git and Kargo accept. Write it like main.'],
  ],
  [
    'a branch that is an option',
    `${SOURCE}    branch: --upload-pack=x\n`,
    ['6:13: source.branch: "--upload-pack=x" is not a branch name that git and Kargo accept. Write it like main.'],
  ],
  [
    'a path that climbs',
    `${SOURCE}    dockerfile: ../Dockerfile\n`,
    [
      '6:17: source.dockerfile: "../Dockerfile" must be a path inside the repository: no / at either end, no .., no .git, no backslash, no prefix like C: or glob:. Write it like apps/web/Dockerfile.',
    ],
  ],
  [
    'an absolute path',
    `${SOURCE}    dockerfile: /etc/passwd\n`,
    [
      '6:17: source.dockerfile: "/etc/passwd" must be a path inside the repository: no / at either end, no .., no .git, no backslash, no prefix like C: or glob:. Write it like apps/web/Dockerfile.',
    ],
  ],
  [
    'a path into .git',
    `${SOURCE}    dockerfile: .GIT/config\n`,
    [
      '6:17: source.dockerfile: ".GIT/config" must be a path inside the repository: no / at either end, no .., no .git, no backslash, no prefix like C: or glob:. Write it like apps/web/Dockerfile.',
    ],
  ],
  [
    'a folder',
    `${SOURCE}    dockerfile: docker/\n`,
    [
      '6:17: source.dockerfile: "docker/" must be a path inside the repository: no / at either end, no .., no .git, no backslash, no prefix like C: or glob:. Write dockerfile: docker/Dockerfile.',
    ],
  ],
  [
    'a path from Windows',
    `${SOURCE}    dockerfile: docker\\Dockerfile\n`,
    [
      '6:17: source.dockerfile: "docker\\\\Dockerfile" must be a path inside the repository: no / at either end, no .., no .git, no backslash, no prefix like C: or glob:. Write dockerfile: docker/Dockerfile.',
    ],
  ],
  [
    'an empty path',
    `${SOURCE}    dockerfile: ""\n`,
    ['6:17: source.dockerfile: "" must not be empty. Write it like apps/web/Dockerfile.'],
  ],
  [
    'an expression in a path',
    `${SOURCE}    dockerfile: \${{ x }}\n`,
    [`6:17: source.dockerfile: "\${{ x }}" contains \${{ or \${%, which Kargo would evaluate. Write the value itself.`],
  ],
  [
    'a workflow with its folder',
    `${SOURCE}    workflow: .github/workflows/build.yml\n`,
    [
      '6:15: source.workflow: ".github/workflows/build.yml" must be the file name of a workflow in .github/workflows, like build.yml. Write workflow: build.yml.',
    ],
  ],
  [
    'a workflow without ending',
    `${SOURCE}    workflow: build\n`,
    [
      '6:15: source.workflow: "build" must be the file name of a workflow in .github/workflows, like build.yml. Write workflow: build.yml.',
    ],
  ],
  ['builds', `${SOURCE}    builds: all\n`, ['6:13: source.builds must be one of any, dispatched, not "all".']],
  [
    'an input with a blank in its name',
    `${SOURCE}    inputs: {my input: a}\n`,
    ['6:14: "my input" is not a valid input name. Use letters, digits and underscores.'],
  ],
  [
    'an expression in an input',
    `${SOURCE}    inputs: {a: "\${{ secrets.x }}"}\n`,
    [`6:17: source.inputs.a: "\${{ secrets.x }}" contains \${{ or \${%, which Kargo would evaluate.`],
  ],
  [
    'a list for an input',
    `${SOURCE}    inputs: {a: [1]}\n`,
    ['6:17: source.inputs.a must be text, not a list. Write a: 1.'],
  ],
  [
    'nothing for an input',
    `${SOURCE}    inputs: {a: }\n`,
    ['6:17: source.inputs.a must be text, not nothing. Write its value, or remove the line.'],
  ],
  [
    'an argument with a dash',
    `${APP}  build: {args: {my-arg: 1}}\n`,
    ['4:18: "my-arg" is not a valid name of a build argument. Use letters, digits and underscores.'],
  ],
  ['no platform', `${APP}  build: {platforms: []}\n`, ['4:22: build.platforms must name a platform.']],
  [
    'a platform in words',
    `${APP}  build: {platforms: [linux]}\n`,
    ['4:23: build.platforms[0]: "linux" must be OS/ARCH or OS/ARCH/VARIANT. Write linux/amd64.'],
  ],
  [
    'a control character',
    `${APP}  build: {target: "a\\u0007b"}\n`,
    ['4:19: build.target: "a\\u0007b" contains a control character. Type it again, without it.'],
  ],
  [
    'a very long text',
    `${APP}  build: {target: ${'x'.repeat(1025)}}\n`,
    [
      '4:19: build.target: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\u2026" is longer than 1,024 characters. Write it like runtime.',
    ],
  ],
]
