import { APP, ENTRY_KEYS, SOURCE, type WrongFile } from './examples.js'

/** Title, text, what is said: line:column message remedy. */
export const WRONG_ENTRIES: readonly WrongFile[] = [
  [
    'a text for an entry',
    '- app\n',
    [
      '1:3: an entry must be a map with at least name, registry and repository. Write "- name: web" and the other keys of the image below it.',
    ],
  ],
  [
    'a list for an entry',
    '- [app]\n',
    [
      '1:3: an entry must be a map with at least name, registry and repository. Write "- name: web" and the other keys of the image below it.',
    ],
  ],
  [
    'nothing for an entry',
    `${APP}-\n`,
    [
      '4:2: an entry must be a map with at least name, registry and repository. Write "- name: web" and the other keys of the image below it.',
    ],
  ],
  [
    'no name',
    '- registry: ghcr.io\n  repository: org/app\n',
    ['1:3: name is missing. Write it, for example name: web.'],
  ],
  [
    'no registry',
    '- name: app\n  repository: org/app\n',
    [
      '1:3: registry is missing. Write where the image is published, for example registry: ghcr.io and repository: org/app.',
    ],
  ],
  [
    'no repository',
    '- name: app\n  registry: ghcr.io\n',
    [
      '1:3: repository is missing. Write where the image is published, for example registry: ghcr.io and repository: org/app.',
    ],
  ],
  [
    'neither',
    '- name: app\n',
    [
      '1:3: registry is missing. Write where the image is published, for example registry: ghcr.io and repository: org/app.',
    ],
  ],
  ['an unknown key', `${APP}  colour: red\n`, [`4:3: unknown key "colour". Known here: ${ENTRY_KEYS}`]],
  ['a misspelt key', `${APP}  rebuildelay: 7d\n`, ['4:3: unknown key "rebuildelay". Did you mean rebuildDelay?']],
  [
    'a key in snake case',
    `${APP}  rebuild_delay: 7d\n`,
    ['4:3: unknown key "rebuild_delay". Did you mean rebuildDelay?'],
  ],
  [
    'a key in another case',
    `${APP}  AutoRebuild: true\n`,
    ['4:3: unknown key "AutoRebuild". Did you mean autoRebuild?'],
  ],
  [
    'a misspelt key of source',
    `${SOURCE}    dockerfle: Dockerfile\n`,
    ['6:5: unknown key "dockerfle". Did you mean dockerfile?'],
  ],
  [
    'a key of GitLab in a source of GitHub',
    `${SOURCE}    pipeline: .gitlab-ci.yml\n`,
    ['6:5: unknown key "pipeline". Only a source on GitLab has it: write provider: gitlab beside it.'],
  ],
  [
    'a key of GitHub in a source of GitLab',
    `${SOURCE}    provider: gitlab\n    workflow: build.yml\n`,
    ['7:5: unknown key "workflow". Only a source on GitHub has it: a source on GitLab has pipeline.'],
  ],
  ['a misspelt key of build', `${APP}  build:\n    arg: {A: b}\n`, ['5:5: unknown key "arg". Did you mean args?']],
  [
    'a misspelt key of tags',
    `${APP}  tags:\n    constrain: ^1\n`,
    ['5:5: unknown key "constrain". Did you mean constraint?'],
  ],
  [
    'an empty name',
    '- name: ""\n  registry: ghcr.io\n  repository: org/app\n',
    ['1:9: name: "" must not be empty. Write it like web.'],
  ],
  [
    'capitals in a name',
    '- name: App\n  registry: ghcr.io\n  repository: org/app\n',
    [
      '1:9: name: "App" must be lower-case letters, digits and dashes, at most 63 (an RFC 1123 label). Write name: app.',
    ],
  ],
  [
    'a dot in a name',
    '- name: a.b\n  registry: ghcr.io\n  repository: org/app\n',
    [
      '1:9: name: "a.b" must be lower-case letters, digits and dashes, at most 63 (an RFC 1123 label). Write name: a-b.',
    ],
  ],
  [
    'a name of 64 characters',
    '- name: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n  registry: ghcr.io\n  repository: org/app\n',
    [
      '1:9: name: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" must be lower-case letters, digits and dashes, at most 63 (an RFC 1123 label). Write it like web.',
    ],
  ],
  [
    'a list for a name',
    '- name: [app]\n  registry: ghcr.io\n  repository: org/app\n',
    ['1:9: name must be text, not a list. Write name: app.'],
  ],
  [
    'true for a name',
    '- name: true\n  registry: ghcr.io\n  repository: org/app\n',
    ['1:9: name must be text, not true. Write name: web.'],
  ],
  [
    'nothing for a name',
    '- name:\n  registry: ghcr.io\n  repository: org/app\n',
    ['1:8: name is empty. Write name: web.'],
  ],
  [
    'null for a name',
    '- name: null\n  registry: ghcr.io\n  repository: org/app\n',
    ['1:9: name is empty. Write name: web.'],
  ],
  [
    'an expression for a name',
    `- name: \${{ secrets.token }}\n  registry: ghcr.io\n  repository: org/app\n`,
    [`1:9: name: "\${{ secrets.token }}" contains \${{ or \${%, which Kargo would evaluate. Write the value itself.`],
  ],
  [
    'a name taken',
    `${APP}- name: app\n  registry: ghcr.io\n  repository: org/other\n`,
    ['4:3: the name app is taken by the entry in line 1. Each image is enrolled once.'],
  ],
  [
    'a name taken, written second',
    `${APP}- registry: ghcr.io\n  name: app\n  repository: org/other\n`,
    ['5:3: the name app is taken by the entry in line 1. Each image is enrolled once.'],
  ],
  [
    'a repository published twice',
    `${APP}- name: web\n  registry: ghcr.io\n  repository: org/app\n`,
    ['6:3: the repository ghcr.io/org/app is taken by the entry in line 1. Each image is enrolled once.'],
  ],
  [
    'the same host in capitals',
    `${APP}- name: web\n  registry: GHCR.io\n  repository: org/app\n`,
    ['6:3: the repository ghcr.io/org/app is taken by the entry in line 1. Each image is enrolled once.'],
  ],
  [
    'the same by another key',
    `${APP}- name: web\n  repoURL: ghcr.io/org/app\n`,
    ['5:3: the repository ghcr.io/org/app is taken by the entry in line 1. Each image is enrolled once.'],
  ],
  [
    'the organisation in the registry',
    `${APP}- name: web\n  registry: ghcr.io/org\n  repository: app\n`,
    ['6:3: the repository ghcr.io/org/app is taken by the entry in line 1. Each image is enrolled once.'],
  ],
  [
    'a registry that is no host',
    '- name: app\n  registry: ghcr\n  repository: org/app\n',
    ['2:13: "ghcr" is not a registry host. Write registry: ghcr.io.'],
  ],
  [
    'a registry that is no host, switched off and without a repository',
    '- name: app\n  registry: ghcr\n  enabled: false\n',
    ['2:13: "ghcr" is not a registry host. Write registry: ghcr.io.'],
  ],
  [
    'a registry with a scheme',
    '- name: app\n  registry: https://ghcr.io\n  repository: org/app\n',
    ['2:13: "https://ghcr.io" is a URL. Write registry: ghcr.io.'],
  ],
  [
    'a repository in capitals',
    '- name: app\n  registry: ghcr.io\n  repository: Org/App\n',
    [
      '3:15: repository: "Org/App" must be a repository path like org/app, in lower case, without tag or digest. Write repository: org/app.',
    ],
  ],
  [
    'a repository with a tag',
    '- name: app\n  registry: ghcr.io\n  repository: org/app:1\n',
    [
      '3:15: repository: "org/app:1" must be a repository path like org/app, in lower case, without tag or digest. Write repository: org/app.',
    ],
  ],
  [
    'a repository Kargo refuses',
    '- name: app\n  registry: ghcr.io\n  repository: org/a--b\n',
    [
      '3:15: "ghcr.io/org/a--b" cannot be watched: Kargo accepts no doubled separators like "--". Publish the image under another repository.',
    ],
  ],
  [
    'both ways to say where',
    `${APP}  repoURL: ghcr.io/org/app\n`,
    ['4:12: both repoURL and registry/repository are given. Keep repoURL alone, or registry and repository.'],
  ],
  [
    'a repoURL without host',
    '- name: app\n  repoURL: app\n',
    ['2:12: "app" names no registry. Write repoURL: docker.io/library/app.'],
  ],
]
