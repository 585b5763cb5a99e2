import { APP, INDENTED_APP, type WrongFile } from './examples.js'

/** Title, text, what is said: line:column message remedy. */
export const WRONG_PROMOTION: readonly WrongFile[] = [
  [
    'a word for analysis',
    `${APP}  analysis: maybe\n`,
    [`4:13: analysis must be true, false or a map, not "maybe". Write analysis: true or analysis: false.`],
  ],
  [
    'nothing for analysis',
    `${APP}  analysis:\n`,
    [
      `4:12: analysis must be true, false or a map, not nothing. Write analysis: true or analysis: false, or remove the line.`,
    ],
  ],
  [
    'a list for analysis',
    `${APP}  analysis: [content]\n`,
    [`4:13: analysis must be true, false or a map, not a list. Write analysis: true or analysis: false.`],
  ],
  [
    'a severity for all of analysis',
    `${APP}  analysis: HIGH\n`,
    [`4:13: analysis must be true, false or a map, not "HIGH". Write analysis: true or analysis: false.`],
  ],
  [
    "a template called like one of the factory's own",
    `${APP}  analysis: {templates: [smoke, scan-image]}\n`,
    [
      `4:33: scan-image is one of the factory's own AnalysisTemplates. Remove it (its check is switched on by name), or rename yours.`,
    ],
  ],
  ['a misspelt check', `${APP}  analysis: {contents: HIGH}\n`, [`4:14: unknown key "contents". Did you mean content?`]],
  [
    'a misspelt severity',
    `${APP}  analysis: {content: CRITCAL}\n`,
    [
      `4:23: analysis.content must be LOW, MEDIUM, HIGH, CRITICAL, true, false or a map, not "CRITCAL". Did you mean CRITICAL?`,
    ],
  ],
  [
    'a severity in lower case',
    `${APP}  analysis: {dockerfile: high}\n`,
    [
      `4:26: analysis.dockerfile must be LOW, MEDIUM, HIGH, CRITICAL, true, false or a map, not "high". Did you mean HIGH?`,
    ],
  ],
  [
    'a severity nobody knows',
    `${APP}  analysis: {vulnerabilities: {severity: SEVERE}}\n`,
    [`4:42: analysis.vulnerabilities.severity must be one of LOW, MEDIUM, HIGH, CRITICAL, not "SEVERE".`],
  ],
  [
    'a misspelt key of a check',
    `${APP}  analysis: {vulnerabilities: {ignoreunfixd: true}}\n`,
    [`4:32: unknown key "ignoreunfixd". Did you mean ignoreUnfixed?`],
  ],
  [
    'ignoreUnfixed where nothing is fixed',
    `${APP}  analysis: {content: {ignoreUnfixed: true}}\n`,
    [`4:24: unknown key "ignoreUnfixed". Known here: enabled, severity.`],
  ],
  [
    'a text for ignoreUnfixed',
    `${APP}  analysis: {vulnerabilities: {ignoreUnfixed: "yes"}}\n`,
    [`4:47: analysis.vulnerabilities.ignoreUnfixed must be true or false, not "yes". Write ignoreUnfixed: true.`],
  ],
  [
    'a number for a check',
    `${APP}  analysis: {content: 7}\n`,
    [
      `4:23: analysis.content must be LOW, MEDIUM, HIGH, CRITICAL, true, false or a map, not "7". Write content: true or content: false.`,
    ],
  ],
  [
    'a text for enabled of analysis',
    `${APP}  analysis: {enabled: off}\n`,
    [`4:23: analysis.enabled must be true or false, not "off". Write enabled: false.`],
  ],
  [
    'a template with a bad name',
    `${APP}  analysis: {templates: [Smoke_Test]}\n`,
    [
      `4:26: analysis.templates[0]: "Smoke_Test" must be lower-case letters, digits and dashes, at most 63 (an RFC 1123 label).`,
    ],
  ],
  [
    'one template without a list',
    `${APP}  analysis: {templates: smoke}\n`,
    [`4:25: analysis.templates must be a list, not "smoke". Write templates: [smoke].`],
  ],
  [
    'a map for updates',
    `${APP}  updates: {repo: org/deploy, path: apps/web, type: kustomize-set-image}\n`,
    [`4:12: updates must be a list, not a map. Begin each of its items with "- ".`],
  ],
  ['nothing for updates', `${APP}  updates:\n`, [`4:11: updates is empty. Write its value, or remove the line.`]],
  [
    'a text for an update',
    `${APP}  updates: [org/deploy]\n`,
    [`4:13: updates[0] must be a map, not "org/deploy". Write {repo: org/deploy}.`],
  ],
  [
    'an update without anything',
    `${APP}  updates: [{}]\n`,
    [
      `4:13: updates[0].repo is missing. Write it, for example repo: acme/deployments.`,
      `4:13: updates[0].path is missing. Write it, for example path: apps/web/kustomization.yaml.`,
      `4:13: updates[0].type is missing. Write it, for example type: yaml-update.`,
    ],
  ],
  [
    'an update of an unknown type',
    `${APP}  updates: [{repo: org/d, path: a, type: kustomize}]\n`,
    [`4:42: updates[0].type must be one of kustomize-set-image, yaml-update, not "kustomize".`],
  ],
  [
    'an update of a GitLab project on GitHub',
    `${APP}  updates: [{repo: g/sub/d, path: a, type: kustomize-set-image}]\n`,
    [`4:20: updates[0].repo: "g/sub/d" is not a repository on GitHub. Write OWNER/REPO, or provider: gitlab.`],
  ],
  [
    'an update of an unknown provider',
    `${APP}  updates: [{provider: bitbucket, repo: g/d, path: a, type: kustomize-set-image}]\n`,
    [`4:24: updates[0].provider must be one of github, gitlab, not "bitbucket".`],
  ],
  [
    'an update of a URL',
    `${APP}  updates: [{repo: https://x/g/d, path: a, type: kustomize-set-image}]\n`,
    [
      `4:20: updates[0].repo: "https://x/g/d" must be OWNER/REPO (on GitLab GROUP/\u2026/PROJECT). Write it like acme/deployments.`,
    ],
  ],
  [
    'an update that climbs',
    `${APP}  updates: [{repo: g/d, path: ../a, type: kustomize-set-image}]\n`,
    [
      `4:31: updates[0].path: "../a" must be a path inside the repository: no / at either end, no .., no .git, no backslash, no prefix like C: or glob:. Write it like apps/web/kustomization.yaml.`,
    ],
  ],
  [
    'an update of a bad branch',
    `${APP}  updates: [{repo: g/d, path: a, branch: HEAD, type: kustomize-set-image}]\n`,
    [`4:42: updates[0].branch: "HEAD" is not a branch name that git and Kargo accept. Write it like main.`],
  ],
  [
    'a yaml-update without a key',
    `${APP}  updates: [{repo: g/d, path: a, type: yaml-update}]\n`,
    [`4:40: yaml-update needs a key. Write the key of the value to change, like key: image.tag.`],
  ],
  [
    'a key for kustomize',
    `${APP}  updates: [{repo: g/d, path: a, type: kustomize-set-image, key: image.tag}]\n`,
    [`4:66: key has no meaning for kustomize-set-image. Remove it, or write type: yaml-update.`],
  ],
  [
    'a value for kustomize',
    `${APP}  updates: [{repo: g/d, path: a, type: kustomize-set-image, value: tag}]\n`,
    [`4:68: value has no meaning for kustomize-set-image. Remove it, or write type: yaml-update.`],
  ],
  [
    'a misspelt value',
    `${APP}  updates: [{repo: g/d, path: a, type: yaml-update, key: a, value: digst}]\n`,
    [`4:68: updates[0].value must be one of tag, digest, image, not "digst". Did you mean digest?`],
  ],
  [
    'an expression in a key',
    `${APP}  updates: [{repo: g/d, path: a, type: yaml-update, key: "\${{ x }}"}]\n`,
    [`4:58: updates[0].key: "\${{ x }}" contains \${{ or \${%, which Kargo would evaluate. Write the value itself.`],
  ],
  [
    'a misspelt key of an update',
    `${APP}  updates:\n    - repo: g/d\n      pth: a\n      type: kustomize-set-image\n`,
    [
      `5:7: updates[0].path is missing. Write it, for example path: apps/web/kustomization.yaml.`,
      `6:7: unknown key "pth". Did you mean path?`,
    ],
  ],
  [
    'updates beside environments',
    `${APP}  updates: [{repo: org/deploy, path: apps/web, type: kustomize-set-image}]\n  environments: [{name: prod, updates: [{repo: org/deploy, path: apps/web, type: kustomize-set-image}]}]\n`,
    [`4:12: both updates and environments are given. Keep environments: updates are one environment.`],
  ],
  [
    'an environment without updates',
    `${APP}  environments:\n    - name: prod\n`,
    [`5:7: environments[0].updates is missing. Write updates: and what belongs below it.`],
  ],
  [
    'an environment with empty updates',
    `${APP}  environments:\n    - name: prod\n      updates: []\n`,
    [`6:16: environments[0].updates must name an update.`],
  ],
  [
    'an environment without a name',
    `${APP}  environments: [{updates: [{repo: org/deploy, path: apps/web, type: kustomize-set-image}]}]\n`,
    [`4:18: environments[0].name is missing. Write it, for example name: staging.`],
  ],
  [
    'an environment with a bad name',
    `${APP}  environments: [{name: Prod, updates: [{repo: org/deploy, path: apps/web, type: kustomize-set-image}]}]\n`,
    [
      `4:25: environments[0].name: "Prod" must be lower-case letters, digits and dashes, at most 63 (an RFC 1123 label). Write name: prod.`,
    ],
  ],
  [
    'two environments of one name',
    `${APP}  environments:\n    - {name: prod, updates: [{repo: org/deploy, path: apps/web, type: kustomize-set-image}]}\n    - {name: prod, updates: [{repo: org/deploy, path: apps/web, type: kustomize-set-image}]}\n`,
    [`6:14: two environments are called prod. Give each a different name.`],
  ],
  [
    'a bad soak',
    `${APP}  environments: [{name: prod, soak: 1 day, updates: [{repo: org/deploy, path: apps/web, type: kustomize-set-image}]}]\n`,
    [`4:37: environments[0].soak: "1 day" is not a valid duration. Write 1d.`],
  ],
  [
    'a text for auto',
    `${APP}  environments: [{name: prod, auto: "no", updates: [{repo: org/deploy, path: apps/web, type: kustomize-set-image}]}]\n`,
    [`4:37: environments[0].auto must be true or false, not "no". Write auto: false.`],
  ],
  [
    'a text for pullRequest',
    `${APP}  environments: [{name: prod, pullRequest: never, updates: [{repo: org/deploy, path: apps/web, type: kustomize-set-image}]}]\n`,
    [`4:44: environments[0].pullRequest must be true or false, not "never". Write pullRequest: false.`],
  ],
  [
    'a misspelt key of an environment',
    `${APP}  environments: [{name: prod, pullRequst: true, updates: [{repo: org/deploy, path: apps/web, type: kustomize-set-image}]}]\n`,
    [`4:31: unknown key "pullRequst". Did you mean pullRequest?`],
  ],
  [
    'a map for environments',
    `${APP}  environments: {prod: {updates: [{repo: org/deploy, path: apps/web, type: kustomize-set-image}]}}\n`,
    [`4:17: environments must be a list, not a map. Begin each of its items with "- ".`],
  ],
  [
    'an environment of an entry that lacks what the default has',
    `defaults:\n  environments: [{name: prod, updates: [{repo: org/deploy, path: apps/web, type: kustomize-set-image}]}]\nimages:\n${INDENTED_APP}    environments:\n      - name: test\n`,
    [`8:9: environments[0].updates is missing. Write updates: and what belongs below it.`],
  ],
  [
    'two Stages of one name',
    `- name: a\n  repoURL: ghcr.io/org/a\n  environments: [{name: b-c, updates: [{repo: org/deploy, path: apps/web, type: kustomize-set-image}]}]\n- name: a-b\n  repoURL: ghcr.io/org/b\n  environments: [{name: c, updates: [{repo: org/deploy, path: apps/web, type: kustomize-set-image}]}]\n`,
    [`6:3: its Stage promote-a-b-c has the name of one of the entry in line 1. Rename the environment, a-b or a.`],
  ],
]
