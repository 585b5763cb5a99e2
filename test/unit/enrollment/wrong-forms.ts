import { APP, INDENTED_APP, SOURCE, type WrongFile } from './examples.js'

/** Title, text, what is said: line:column message remedy. */
export const WRONG_FORMS: readonly WrongFile[] = [
  [
    'a repository with a digest',
    `- name: app\n  repoURL: ghcr.io/org/app@sha256:0000\n`,
    [`2:12: "org/app@sha256:0000" has a tag or a digest. Write repoURL: ghcr.io/org/app.`],
  ],
  [
    'a repoURL with a tag',
    `- name: app\n  repoURL: ghcr.io/org/app:1\n`,
    [`2:12: "org/app:1" has a tag or a digest. Write repoURL: ghcr.io/org/app.`],
  ],
  [
    'a repoURL with a scheme',
    `- name: app\n  repoURL: oci://ghcr.io/org/app\n`,
    [`2:12: "oci://ghcr.io/org/app" is a URL. Write repoURL: ghcr.io/org/app.`],
  ],
  [
    'a port out of range',
    `- name: app\n  repoURL: example.com:70000/org/app\n`,
    [`2:12: "example.com:70000" is not a registry host. Write a host, like ghcr.io or registry.example.com:5000.`],
  ],
  [
    'a host that begins with a dash',
    `- name: app\n  repoURL: -a.example.com/org/app\n`,
    [`2:12: "-a.example.com" is not a registry host. Write a host, like ghcr.io or registry.example.com:5000.`],
  ],
  [
    'a repository of 256 characters',
    `- name: app\n  repoURL: ghcr.io/${'a'.repeat(256)}\n`,
    [`2:12: "${'a'.repeat(79)}\u2026" is longer than 255 characters. No registry accepts it: shorten it.`],
  ],
  [
    'two names of one image on Docker Hub',
    `- {name: a, repoURL: docker.io/postgres}\n- {name: b, repoURL: index.docker.io/library/postgres}\n`,
    [`2:13: the repository docker.io/library/postgres is taken by the entry in line 1. Each image is enrolled once.`],
  ],
  [
    'a branch HEAD',
    `${SOURCE}    workflow: build.yml\n    branch: HEAD\n`,
    [`7:13: source.branch: "HEAD" is not a branch name that git and Kargo accept. Write it like main.`],
  ],
  [
    'a whole ref for a branch',
    `${SOURCE}    workflow: build.yml\n    branch: refs/heads/main\n`,
    [`7:13: source.branch: "refs/heads/main" is not a branch name that git and Kargo accept. Write branch: main.`],
  ],
  [
    'a branch of 256 characters',
    `${SOURCE}    workflow: build.yml\n    branch: ${'b'.repeat(256)}\n`,
    [
      `7:13: source.branch: "${'b'.repeat(79)}\u2026" is not a branch name that git and Kargo accept. Write it like main.`,
    ],
  ],
  [
    'a pattern for a path',
    `${SOURCE}    workflow: build.yml\n    dockerfile: "glob:**/Dockerfile"\n`,
    [
      `7:17: source.dockerfile: "glob:**/Dockerfile" must be a path inside the repository: no / at either end, no .., no .git, no backslash, no prefix like C: or glob:. Write it like apps/web/Dockerfile.`,
    ],
  ],
  [
    'an expression for a path',
    `${SOURCE}    workflow: build.yml\n    dockerfile: "regex:.*"\n`,
    [
      `7:17: source.dockerfile: "regex:.*" must be a path inside the repository: no / at either end, no .., no .git, no backslash, no prefix like C: or glob:. Write it like apps/web/Dockerfile.`,
    ],
  ],
  [
    'a drive',
    `${SOURCE}    workflow: build.yml\n    dockerfile: C:/Dockerfile\n`,
    [
      `7:17: source.dockerfile: "C:/Dockerfile" must be a path inside the repository: no / at either end, no .., no .git, no backslash, no prefix like C: or glob:. Write it like apps/web/Dockerfile.`,
    ],
  ],
  [
    'a character that nobody sees',
    `${SOURCE}    workflow: build.yml\n    dockerfile: "Docker\\u200bfile"\n`,
    [`7:17: source.dockerfile: "Docker\\u{200b}file" contains an invisible character. Type it again, without it.`],
  ],
  [
    'a pipeline that climbs',
    `${APP}  source: {provider: gitlab, repo: g/a, pipeline: ../x.yml}\n`,
    [
      `4:51: source.pipeline: "../x.yml" must be a path inside the repository: no / at either end, no .., no .git, no backslash, no prefix like C: or glob:. Write it like .gitlab-ci.yml.`,
    ],
  ],
  [
    'a job with a control character',
    `${APP}  source: {provider: gitlab, repo: g/a, job: "a\\tb"}\n`,
    [`4:46: source.job: "a\\tb" contains a control character. Type it again, without it.`],
  ],
  [
    'a constraint for nothing',
    `${APP}  tags: {constraint: latest}\n`,
    [
      `4:22: "latest" is not a version range. Write a range like ^1.2.0 or >=1.2 <3; to follow the tag latest, write strategy: Digest beside it.`,
    ],
  ],
  [
    'two equals signs',
    `${APP}  tags: {constraint: ==1.2.3}\n`,
    [`4:22: "==1.2.3" is not a version range. Write constraint: =1.2.3.`],
  ],
  [
    'a bad tag to follow',
    `${APP}  tags: {strategy: Digest, constraint: "a b"}\n`,
    [`4:40: "a b" is not a tag. The strategy Digest follows one tag, like latest.`],
  ],
  [
    'a tag of 129 characters',
    `${APP}  tags: {strategy: Digest, constraint: ${'t'.repeat(129)}}\n`,
    [`4:40: "${'t'.repeat(79)}\u2026" is not a tag. The strategy Digest follows one tag, like latest.`],
  ],
  [
    'a look ahead',
    `${APP}  tags: {allow: ["^v(?!0)"]}\n`,
    [
      `4:18: "^v(?!0)" is not a regular expression that Kargo accepts (RE2): invalid or unsupported Perl syntax: \`(?!\`. See https://github.com/google/re2/wiki/Syntax.`,
    ],
  ],
  [
    'a back reference',
    `${APP}  tags: {allow: ['(a)\\1']}\n`,
    [
      `4:18: "(a)\\\\1" is not a regular expression that Kargo accepts (RE2): invalid escape sequence: \`\\1\`. See https://github.com/google/re2/wiki/Syntax.`,
    ],
  ],
  [
    'too many repetitions',
    `${APP}  allowTags: a{1001}\n`,
    [
      `4:14: "a{1001}" is not a regular expression that Kargo accepts (RE2): invalid repeat count: \`{1001}\`. See https://github.com/google/re2/wiki/Syntax.`,
    ],
  ],
  [
    'a bracket left open',
    `${APP}  allowTags: "[a"\n`,
    [
      `4:14: "[a" is not a regular expression that Kargo accepts (RE2): missing closing ]: \`[a\`. See https://github.com/google/re2/wiki/Syntax.`,
    ],
  ],
  [
    'a misspelt imageSelectionStrategy',
    `${APP}  imageSelectionStrategy: Newestbuild\n`,
    [
      `4:27: imageSelectionStrategy must be one of SemVer, NewestBuild, Lexical, Digest, not "Newestbuild". Did you mean NewestBuild?`,
    ],
  ],
  [
    'a number for a strategy',
    `${APP}  tags: {strategy: 1}\n`,
    [`4:20: tags.strategy must be one of SemVer, NewestBuild, Lexical, Digest, not "1".`],
  ],
  [
    'a map for tags.allow',
    `${APP}  tags: {allow: {a: b}}\n`,
    [`4:17: tags.allow must be a list, not a map. Begin each of its items with "- ".`],
  ],
  [
    'a text for build',
    `${APP}  build: fast\n`,
    [`4:10: build must be a map, not "fast". Write its keys below it: args, contexts, enabled, platforms, target.`],
  ],
  [
    'a list for build.args',
    `${APP}  build: {args: [A=b]}\n`,
    [`4:17: build.args must be a map, not a list. Write args: {A: b}.`],
  ],
  [
    'a text for build.args',
    `${APP}  build: {args: A=b}\n`,
    [`4:17: build.args must be a map, not "A=b". Write args: {A: b}.`],
  ],
  [
    'a list of maps for build.args',
    `${APP}  build:\n    args:\n      - A: b\n      - C: d e\n`,
    [`6:7: build.args must be a map, not a list. Write args: {A: b, C: "d e"}.`],
  ],
  [
    'a list for build.args that holds no pairs',
    `${APP}  build: {args: [A=b, C]}\n`,
    [`4:17: build.args must be a map, not a list. Write its keys below it.`],
  ],
  [
    'a word for an environment',
    `${APP}  environments: [staging]\n`,
    [`4:18: environments[0] must be a map, not "staging". Write - name: staging.`],
  ],
  [
    'a schedule',
    `${APP}  schedule: daily\n`,
    [`4:3: unknown key "schedule". There is no schedule: rebuildDelay: 24h sets the shortest time between rebuilds.`],
  ],
  ['rebuild', `${APP}  rebuild: true\n`, [`4:3: unknown key "rebuild". Write autoRebuild.`]],
  [
    'a list for build.contexts',
    `${APP}  build: {contexts: {"a b": [c]}}\n`,
    [`4:29: build.contexts["a b"] must be text, not a list. Write c.`],
  ],
  [
    'a text for build.enabled',
    `${APP}  build: {enabled: "no"}\n`,
    [`4:20: build.enabled must be true or false, not "no". Write enabled: false.`],
  ],
  [
    'a list for description',
    `${APP}  description: [a]\n`,
    [`4:16: description must be text, not a list. Write description: a.`],
  ],
  [
    'a bad workflow file',
    `${SOURCE}    workflow: ../build.yml\n`,
    [
      `6:15: source.workflow: "../build.yml" must be the file name of a workflow in .github/workflows, like build.yml. Write workflow: build.yml.`,
    ],
  ],
  [
    'inputs as a list',
    `${SOURCE}    workflow: build.yml\n    inputs: [a]\n`,
    [`7:13: source.inputs must be a map, not a list. Write its keys below it.`],
  ],
  [
    'a fault below enrollment',
    `- name: a\n  enrollment:\n    registry: ghcr.io\n    repository: Org/a\n    rebuildDelay: soon\n`,
    [
      `2:3: notice: keys below enrollment are read as if they were in the entry itself. Remove enrollment and move its keys to the left.`,
      `4:17: enrollment.repository: "Org/a" must be a repository path like org/app, in lower case, without tag or digest. Write repository: org/a.`,
      `5:19: enrollment.rebuildDelay: "soon" is not a valid duration. Write 90s, 30m, 24h, 7d, 2w, a sum like 1d12h, or 0.`,
    ],
  ],
  [
    'a key below enrollment and in the entry',
    `- name: a\n  registry: ghcr.io\n  enrollment:\n    registry: ghcr.io\n    repository: org/a\n`,
    [
      `3:3: notice: keys below enrollment are read as if they were in the entry itself. Remove enrollment and move its keys to the left.`,
      `4:5: registry is set both in the entry and below enrollment. Keep one of them.`,
    ],
  ],
  [
    'a text for enrollment',
    `- name: a\n  enrollment: x\n`,
    [
      `1:3: registry is missing. Write where the image is published, for example registry: ghcr.io and repository: org/app.`,
      `2:3: enrollment must be a map. Remove it, and write the keys of the image in the entry itself.`,
    ],
  ],
  [
    'a misspelt key below enrollment',
    `- name: a\n  enrollment: {registry: ghcr.io, repositry: org/a}\n`,
    [
      `2:3: notice: keys below enrollment are read as if they were in the entry itself. Remove enrollment and move its keys to the left.`,
      `2:35: unknown key "repositry". Did you mean repository?`,
    ],
  ],
  [
    'an image in capitals',
    `- name: a\n  registry: ghcr.io/org\n  image: Nginx\n`,
    [
      `3:10: image: "Nginx" must be a repository path like org/app, in lower case, without tag or digest. Write repository: nginx.`,
    ],
  ],
  [
    'a list for image',
    `- name: a\n  registry: ghcr.io/org\n  image: [nginx]\n`,
    [`3:10: image must be text, not a list. Write repository: nginx.`],
  ],
  [
    'an image without a registry',
    `- name: a\n  image: nginx\n`,
    [`2:3: "image" is not a key here. Write registry: ghcr.io (or another) and repository: nginx instead of it.`],
  ],
  [
    'an image that names its registry',
    `- name: a\n  image: ghcr.io/acme/web\n`,
    [`2:3: "image" is not a key here. Write repoURL: ghcr.io/acme/web instead of it.`],
  ],
  [
    'an image on Docker Hub with a tag',
    `- name: a\n  image: docker.io/acme/web:1\n`,
    [`2:3: "image" is not a key here. Write repoURL: docker.io/acme/web instead of it.`],
  ],
  [
    'an image and nothing else',
    `- image: ghcr.io/acme/web\n`,
    [
      `1:3: name is missing. Write it, for example name: web.`,
      `1:3: "image" is not a key here. Write repoURL: ghcr.io/acme/web instead of it.`,
    ],
  ],
  [
    'neither a name nor a registry',
    `- repository: org/app\n`,
    [
      `1:3: name is missing. Write it, for example name: web.`,
      `1:3: registry is missing. Write where the image is published, for example registry: ghcr.io and repository: org/app.`,
    ],
  ],
  [
    'no name and a registry as URL',
    `- registry: https://ghcr.io\n  repository: org/app\n`,
    [
      `1:3: name is missing. Write it, for example name: web.`,
      `1:13: "https://ghcr.io" is a URL. Write registry: ghcr.io.`,
    ],
  ],
  [
    'a full_name with a tag',
    `- name: a\n  full_name: ghcr.io/org/nginx:1\n`,
    [`2:14: "org/nginx:1" has a tag or a digest. Write repoURL: ghcr.io/org/nginx.`],
  ],
  [
    'a full_name without a registry',
    `- name: a\n  full_name: nginx\n`,
    [`2:14: "nginx" names no registry. Write repoURL: docker.io/library/nginx.`],
  ],
  [
    'a dockerfile that climbs',
    `- name: a\n  registry: ghcr.io/org\n  image: a\n  dockerfile: ../Dockerfile\n  source: {repo: org/a, workflow: a.yml}\n`,
    [
      `4:15: dockerfile: "../Dockerfile" must be a path inside the repository: no / at either end, no .., no .git, no backslash, no prefix like C: or glob:. Write it like apps/web/Dockerfile.`,
    ],
  ],
  [
    'a dockerfile twice',
    `- name: a\n  registry: ghcr.io/org\n  image: a\n  dockerfile: Dockerfile\n  source: {repo: org/a, workflow: a.yml, dockerfile: Dockerfile}\n`,
    [`4:3: dockerfile is set both in the entry and in its source. Keep one of them.`],
  ],
  [
    'a dockerfile in a repository nobody named',
    `- name: a\n  registry: ghcr.io/org\n  image: a\n  dockerfile: Dockerfile\n`,
    [`1:3: source.repo is missing. Write it, for example repo: acme/web.`],
  ],
  [
    'a quarantine in words',
    `${APP}  quarantine: 7 days\n`,
    [
      `4:3: notice: quarantine is read as minimumReleaseAge. Write minimumReleaseAge.`,
      `4:15: quarantine: "7 days" is not a valid duration. Write 7d.`,
    ],
  ],
  [
    'a list for quarantine',
    `${APP}  quarantine: [7d]\n`,
    [
      `4:3: notice: quarantine is read as minimumReleaseAge. Write minimumReleaseAge.`,
      `4:15: quarantine must be text, not a list. Write minimumReleaseAge: 7d.`,
    ],
  ],
  [
    'a bad quarantine of the defaults',
    `defaults:\n  quarantine: soon\nimages:\n${INDENTED_APP}`,
    [
      `2:3: notice: quarantine is read as minimumReleaseAge. Write minimumReleaseAge.`,
      `2:15: quarantine: "soon" is not a valid duration. Write 90s, 30m, 24h, 7d, 2w, a sum like 1d12h, or 0.`,
    ],
  ],
]
