import { APP, INDENTED_APP, type WrongFile } from './examples.js'

/** Title, text, what is said: line:column message remedy. */
export const WRONG_SETTINGS: readonly WrongFile[] = [
  [
    'a scalar for settings',
    `settings: fast\nimages:\n${INDENTED_APP}`,
    [
      `1:11: settings must be a map, not "fast". Write its keys below it: allowedRegistries, analysis, backstage, backstageKinds, baseInterval, dashboard, engine, maxRebuildsPerRun, namespace, pollInterval, retries, retryPause, secrets, shard, stagger, stateWorkflow, webhookReceivers.`,
    ],
  ],
  [
    'a number for a namespace',
    `settings:\n  namespace: 1.5\nimages:\n${INDENTED_APP}`,
    [
      `2:14: settings.namespace: "1.5" must be lower-case letters, digits and dashes, at most 63 (an RFC 1123 label). Write namespace: 1-5.`,
    ],
  ],
  [
    'a list for pollInterval',
    `settings:\n  pollInterval: [1m]\nimages:\n${INDENTED_APP}`,
    [`2:17: settings.pollInterval must be text, not a list. Write pollInterval: 1m.`],
  ],
  [
    'a hasty pollInterval',
    `settings:\n  pollInterval: 5s\nimages:\n${INDENTED_APP}`,
    [
      `2:17: pollInterval is shorter than 10 seconds, which is the shortest that Kargo waits. Write 15m, or another span of at least 10s.`,
    ],
  ],
  ...(
    [
      ['11', '"11"'],
      ['-1', '"-1"'],
      ['1.0', '"1.0"'],
      ['01', '"01"'],
      ['once', '"once"'],
      ['true', 'true'],
      ['', 'nothing'],
    ] as const
  ).map(
    ([written, shown]): WrongFile => [
      `${written} for retries`,
      `settings: {retries: ${written}}\nimages:\n${INDENTED_APP}`,
      [
        `1:21: settings.retries: ${shown} is not a valid number of retries (how often a failed build is retried). Write 0 to 10.`,
      ],
    ],
  ),
  [
    '2 retries for Kargo',
    `settings: {retries: 2}\nimages:\n${INDENTED_APP}`,
    ['1:21: Kargo restarts a failed build at most once, not 2 times. Write 0 or 1, or `engine: actions`.'],
  ],
  [
    'several wrong settings, all at once',
    `settings: {namespace: A_B, retries: 5, retryPause: 1s, stagger: soon}\nimages:\n${INDENTED_APP}`,
    [
      '1:23: settings.namespace: "A_B" must be lower-case letters, digits and dashes, at most 63 (an RFC 1123 label). Write namespace: a-b.',
      '1:37: Kargo restarts a failed build at most once, not 5 times. Write 0 or 1, or `engine: actions`.',
      '1:52: retryPause is shorter than 10 seconds, which is the shortest that Kargo waits. Write 1h, or another span of at least 10s.',
      '1:65: settings.stagger: "soon" is not a valid duration. Write 90s, 30m, 24h, 7d, 2w, a sum like 1d12h, or 0.',
    ],
  ],
  [
    'a list for retries',
    `settings:\n  retries: [1]\nimages:\n${INDENTED_APP}`,
    [`2:12: settings.retries is not a valid number of retries (how often a failed build is retried). Write 0 to 10.`],
  ],
  ...['9s', '0', '4s5s'].map(
    (written): WrongFile => [
      `a retryPause of ${written}`,
      `settings: {retryPause: ${written}}\nimages:\n${INDENTED_APP}`,
      [
        `1:24: retryPause is shorter than 10 seconds, which is the shortest that Kargo waits. Write 1h, or another span of at least 10s.`,
      ],
    ],
  ),
  [
    'a retryPause in words',
    `settings:\n  retryPause: soon\nimages:\n${INDENTED_APP}`,
    [`2:15: settings.retryPause: "soon" is not a valid duration. Write 90s, 30m, 24h, 7d, 2w, a sum like 1d12h, or 0.`],
  ],
  ...['4m', '299s', '0', '4m59s'].map(
    (written): WrongFile => [
      `a baseInterval of ${written}`,
      `settings: {baseInterval: ${written}}\nimages:\n${INDENTED_APP}`,
      [
        `1:26: baseInterval is shorter than 5 minutes, and Kargo's controller checks no more often than that by default. Write 24h, or another span of at least 5m.`,
      ],
    ],
  ),
  [
    'a baseInterval without a unit',
    `settings:\n  baseInterval: 24\nimages:\n${INDENTED_APP}`,
    [`2:17: settings.baseInterval: "24" is not a valid duration. Write 24d for days, or 24h for hours.`],
  ],
  [
    'a bad stagger',
    `settings:\n  stagger: a while\nimages:\n${INDENTED_APP}`,
    [`2:12: settings.stagger: "a while" is not a valid duration. Write 90s, 30m, 24h, 7d, 2w, a sum like 1d12h, or 0.`],
  ],
  [
    'a bad shard',
    `settings:\n  shard: EU\nimages:\n${INDENTED_APP}`,
    [
      `2:10: settings.shard: "EU" must be lower-case letters, digits and dashes, at most 63 (an RFC 1123 label). Write shard: eu.`,
    ],
  ],
  [
    'a bad shard of an image',
    `${APP}  shard: eu_1\n`,
    [
      `4:10: shard: "eu_1" must be lower-case letters, digits and dashes, at most 63 (an RFC 1123 label). Write shard: eu-1.`,
    ],
  ],
  [
    'a stateWorkflow without workflow',
    `settings:\n  stateWorkflow: {repo: acme/state}\nimages:\n${INDENTED_APP}`,
    [`2:18: settings.stateWorkflow.workflow is missing. Write it, for example workflow: image-factory.yml.`],
  ],
  [
    'a stateWorkflow without repo',
    `settings:\n  stateWorkflow: {workflow: a.yml}\nimages:\n${INDENTED_APP}`,
    [`2:18: settings.stateWorkflow.repo is missing. Write it, for example repo: acme/image-factory-state.`],
  ],
  [
    'a stateWorkflow in a bad repo',
    `settings:\n  stateWorkflow: {repo: state, workflow: a.yml}\nimages:\n${INDENTED_APP}`,
    [`2:25: settings.stateWorkflow.repo: "state" must be OWNER/REPO. Write it like acme/image-factory-state.`],
  ],
  [
    'a stateWorkflow with a path',
    `settings:\n  stateWorkflow: {repo: acme/state, workflow: .github/workflows/a.yml}\nimages:\n${INDENTED_APP}`,
    [
      `2:47: settings.stateWorkflow.workflow: ".github/workflows/a.yml" must be the file name of a workflow in .github/workflows, like build.yml. Write workflow: a.yml.`,
    ],
  ],
  [
    'a stateWorkflow on a bad ref',
    `settings:\n  stateWorkflow: {repo: acme/state, workflow: a.yml, ref: refs/heads/main}\nimages:\n${INDENTED_APP}`,
    [
      `2:59: settings.stateWorkflow.ref: "refs/heads/main" is not a branch name that git and Kargo accept. Write ref: main.`,
    ],
  ],
  [
    'a misspelt key of stateWorkflow',
    `settings:\n  stateWorkflow: {repo: acme/state, workflow: a.yml, branch: main}\nimages:\n${INDENTED_APP}`,
    [`2:54: unknown key "branch". Known here: ref, repo, workflow.`],
  ],
  [
    'a text for stateWorkflow',
    `settings:\n  stateWorkflow: acme/state\nimages:\n${INDENTED_APP}`,
    [`2:18: settings.stateWorkflow must be a map, not "acme/state". Write stateWorkflow: {repo: acme/state}.`],
  ],
  [
    'a team that is not mentioned as GitHub does',
    `settings:\n  dashboard: {issue: true, notify: ["@acme/platform", platform, "@a b", "@acme/", "@x/y/z"]}\nimages:\n${INDENTED_APP}`,
    [
      `2:55: settings.dashboard.notify[1]: "platform" must be @user or @org/team.`,
      `2:65: settings.dashboard.notify[2]: "@a b" must be @user or @org/team.`,
      `2:73: settings.dashboard.notify[3]: "@acme/" must be @user or @org/team.`,
      `2:83: settings.dashboard.notify[4]: "@x/y/z" must be @user or @org/team.`,
    ],
  ],
  [
    'more people than a comment mentions',
    `settings:\n  dashboard: {issue: true, notify: ["@a", "@b", "@c", "@d", "@e", "@f", "@g", "@h", "@i", "@j", "@k"]}\nimages:\n${INDENTED_APP}`,
    [`2:36: settings.dashboard.notify must name at most 10 users and teams.`],
  ],
  [
    'people to be told where nothing tells them',
    `settings:\n  dashboard: {notify: ["@acme/platform"]}\nimages:\n${INDENTED_APP}`,
    [
      `2:23: notify works by comments on the dashboard issue, and there is none. Write \`issue: true\` beside it, or remove notify.`,
    ],
  ],
  [
    'true for dashboard',
    `settings:\n  dashboard: true\nimages:\n${INDENTED_APP}`,
    [`2:14: settings.dashboard must be a map, not true. Write its keys below it: issue, notify.`],
  ],
  [
    'a map for webhookReceivers',
    `settings:\n  webhookReceivers: {type: github, secret: a}\nimages:\n${INDENTED_APP}`,
    [`2:21: settings.webhookReceivers must be a list, not a map. Begin each of its items with "- ".`],
  ],
  [
    'a receiver of an unknown type',
    `settings:\n  webhookReceivers: [{type: githb, secret: a}]\nimages:\n${INDENTED_APP}`,
    [
      `2:29: settings.webhookReceivers[0].type must be one of github, gitlab, bitbucket, dockerhub, quay, harbor, azure, gitea, artifactory, not "githb". Did you mean github?`,
    ],
  ],
  [
    'a receiver without secret',
    `settings:\n  webhookReceivers: [{type: github}]\nimages:\n${INDENTED_APP}`,
    [`2:22: settings.webhookReceivers[0].secret is missing. Write it, for example secret: github-webhook.`],
  ],
  [
    'a receiver with a bad secret',
    `settings:\n  webhookReceivers: [{type: github, secret: A b}]\nimages:\n${INDENTED_APP}`,
    [
      `2:45: settings.webhookReceivers[0].secret: "A b" must be lower-case letters, digits and dashes, at most 63 (an RFC 1123 label). Write secret: a-b.`,
    ],
  ],
  [
    'two receivers of one type',
    `settings:\n  webhookReceivers:\n    - {type: github, secret: a}\n    - {type: github, secret: b}\nimages:\n${INDENTED_APP}`,
    [`4:7: two webhook receivers are called github. Give each a different name.`],
  ],
  [
    'a virtualRepoName for GitHub',
    `settings:\n  webhookReceivers: [{type: github, secret: a, virtualRepoName: x}]\nimages:\n${INDENTED_APP}`,
    [`2:65: only receivers of the type artifactory have a virtualRepoName, not github. Remove it.`],
  ],
  [
    'a misspelt key of a receiver',
    `settings:\n  webhookReceivers: [{type: github, secrt: a}]\nimages:\n${INDENTED_APP}`,
    [
      `2:22: settings.webhookReceivers[0].secret is missing. Write it, for example secret: github-webhook.`,
      `2:37: unknown key "secrt". Did you mean secret?`,
    ],
  ],
  [
    'a text for allowedRegistries',
    `settings:\n  allowedRegistries: ghcr.io\nimages:\n${INDENTED_APP}`,
    [`2:22: settings.allowedRegistries must be a list, not "ghcr.io". Write allowedRegistries: [ghcr.io].`],
  ],
  [
    'an allowed registry with a scheme',
    `settings:\n  allowedRegistries: [https://ghcr.io]\nimages:\n${INDENTED_APP}`,
    [
      `2:23: settings.allowedRegistries[0]: "https://ghcr.io" must be a host, or a host and a path prefix, like ghcr.io/acme. Write ghcr.io.`,
    ],
  ],
  [
    'an allowed registry with a slash at its end',
    `settings:\n  allowedRegistries: [ghcr.io/]\nimages:\n${INDENTED_APP}`,
    [
      `2:23: settings.allowedRegistries[0]: "ghcr.io/" must be a host, or a host and a path prefix, like ghcr.io/acme. Write ghcr.io.`,
    ],
  ],
  [
    'an allowed registry with a star',
    `settings:\n  allowedRegistries: ["*.example.com"]\nimages:\n${INDENTED_APP}`,
    [
      `2:23: settings.allowedRegistries[0]: "*.example.com" must be a host, or a host and a path prefix, like ghcr.io/acme.`,
    ],
  ],
  [
    'an allowed word',
    `settings:\n  allowedRegistries: [ghcr]\nimages:\n${INDENTED_APP}`,
    [
      `2:23: settings.allowedRegistries[0]: "ghcr" must be a host, or a host and a path prefix, like ghcr.io/acme. Write ghcr.io.`,
    ],
  ],
  [
    'an image in another registry',
    `settings:\n  allowedRegistries: [docker.io]\nimages:\n${INDENTED_APP}`,
    [
      `5:5: ghcr.io/org/app is in no allowed registry. Publish it below docker.io, or add its registry to settings.allowedRegistries.`,
    ],
  ],
  [
    'an image beside an allowed one',
    `settings: {allowedRegistries: [ghcr.io/acme]}\nimages:\n  - {name: evil, repoURL: ghcr.io/acme-evil/web}\n`,
    [
      `3:18: ghcr.io/acme-evil/web is in no allowed registry. Publish it below ghcr.io/acme, or add its registry to settings.allowedRegistries.`,
    ],
  ],
  [
    'a host that begins like an allowed one',
    `settings: {allowedRegistries: [ghcr.io]}\nimages:\n  - {name: evil, repoURL: ghcr.io.example.com/web/app}\n`,
    [
      `3:18: ghcr.io.example.com/web/app is in no allowed registry. Publish it below ghcr.io, or add its registry to settings.allowedRegistries.`,
    ],
  ],
  [
    'many allowed registries',
    `settings: {allowedRegistries: [a.io, b.io, c.io, d.io]}\nimages:\n  - {name: evil, repoURL: ghcr.io/web/app}\n`,
    [
      `3:18: ghcr.io/web/app is in no allowed registry. Publish it below a.io or b.io or c.io or another, or add its registry to settings.allowedRegistries.`,
    ],
  ],
  [
    'true for backstage',
    `settings:\n  backstage: true\nimages:\n${INDENTED_APP}`,
    [`2:14: settings.backstage must be false or text, not true. Write backstage: catalog.`],
  ],
  [
    'a backstage folder that climbs',
    `settings:\n  backstage: ../catalog\nimages:\n${INDENTED_APP}`,
    [
      `2:14: settings.backstage: "../catalog" must be a path inside the repository: no / at either end, no .., no .git, no backslash, no prefix like C: or glob:. Write it like catalog.`,
    ],
  ],
  [
    'a word for analysis',
    `settings:\n  analysis: never\nimages:\n${INDENTED_APP}`,
    [`2:13: settings.analysis must be true, false or a map, not "never". Write analysis: false.`],
  ],
  [
    'no reference for the image of Trivy',
    `settings:\n  analysis: {image: "Trivy:1"}\nimages:\n${INDENTED_APP}`,
    [
      `2:21: settings.analysis.image: "Trivy:1" is not an image reference. Write it like registry.example.com/aquasecurity/trivy:0.70.0.`,
    ],
  ],
  [
    'a misspelt key of analysis',
    `settings:\n  analysis: {enable: false}\nimages:\n${INDENTED_APP}`,
    [`2:14: unknown key "enable". Did you mean enabled?`],
  ],
  [
    'a bad name of a secret',
    `settings:\n  secrets: {registry: Registry_Credentials}\nimages:\n${INDENTED_APP}`,
    [
      `2:23: settings.secrets.registry: "Registry_Credentials" must be lower-case letters, digits and dashes, at most 63 (an RFC 1123 label). Write registry: registry-credentials.`,
    ],
  ],
  [
    'nothing for a secret',
    `settings:\n  secrets: {gitlab: }\nimages:\n${INDENTED_APP}`,
    [`2:21: settings.secrets.gitlab is empty. Write gitlab: gitlab-dispatch, or remove the line.`],
  ],
  [
    'a name as a default',
    `defaults: {name: app}\nimages:\n${INDENTED_APP}`,
    [`1:12: name cannot be a default. Remove it: each image has its own.`],
  ],
  [
    'a list for defaults',
    `defaults: [a]\nimages:\n${INDENTED_APP}`,
    [`1:11: defaults must be a map. Write keys of an image below it, like rebuildDelay: 7d.`],
  ],
  [
    'the name factory',
    `- name: factory\n  repoURL: ghcr.io/org/app\n`,
    [`1:3: the name factory is taken by the file of the objects that all images share. Give the image another name.`],
  ],
  [
    'the name of a Warehouse of a source',
    `settings: {stateWorkflow: {repo: acme/state, workflow: a.yml}}\nimages:\n  - {name: source-acme-app, repoURL: ghcr.io/acme/x}\n  - {name: app, repoURL: ghcr.io/acme/app, source: {repo: acme/app, workflow: a.yml}}\n`,
    [`3:6: the name source-acme-app is that of the Warehouse that watches a source. Give the image another name.`],
  ],
]
