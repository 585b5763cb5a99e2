import { APP, ENTRY_KEYS, INDENTED_APP, type WrongFile } from './examples.js'

/** Title, text, what is said: line:column message remedy. */
export const WRONG_CHARACTERS: readonly WrongFile[] = [
  [
    'CR alone',
    `- name: app\r  registry: ghcr.io\r`,
    [
      `1:12: this line ends with CR alone. Save the file with line ends LF or CRLF.`,
      `1:32: this line ends with CR alone. Save the file with line ends LF or CRLF.`,
    ],
  ],
  [
    'CR alone in a comment',
    `# a comment\r- name: evil\n${APP}`,
    [`1:12: this line ends with CR alone. Save the file with line ends LF or CRLF.`],
  ],
  [
    'NUL',
    `${APP}  description: "a\u0000"\n`,
    [`4:18: there is a control character here: U+0000. Save the file as UTF-8.`],
  ],
  [
    'UTF-16',
    `-\u0000 \u0000n\u0000a\u0000m\u0000e\u0000:\u0000 \u0000a\u0000\n`,
    [
      `1:2: there is a control character here: U+0000. Save the file as UTF-8.`,
      `1:4: there is a control character here: U+0000. Save the file as UTF-8.`,
      `1:6: there is a control character here: U+0000. Save the file as UTF-8.`,
      `1:8: there is a control character here: U+0000. Save the file as UTF-8.`,
      `1:10: there is a control character here: U+0000. Save the file as UTF-8.`,
    ],
  ],
  [
    'an indentation that was copied from a web page',
    `- name: app\n\u00a0\u00a0registry: ghcr.io\n  repository: org/app\n`,
    ['2:1: there is a space here that YAML does not read as one: U+00A0. Replace it with an ordinary space.'],
  ],
  [
    'a dash and a space that was copied from a web page',
    `-\u00a0name: app\n  registry: ghcr.io\n  repository: org/app\n`,
    ['1:2: there is a space here that YAML does not read as one: U+00A0. Replace it with an ordinary space.'],
  ],
  [
    'a wide space after a colon',
    `- name: app\n  registry:\u3000ghcr.io\n  repository: org/app\n`,
    ['2:12: there is a space here that YAML does not read as one: U+3000. Replace it with an ordinary space.'],
  ],
  [
    'a mention in a list on one line',
    `settings:\n  dashboard: {issue: true, notify: [@acme/platform, '@b']}\nimages:\n${INDENTED_APP}`,
    ['2:37: a value cannot begin with "@". Write "@acme/platform".'],
  ],
  ['an escape sequence', `${APP}# \u001b[2J\n`, [`4:3: there is a control character here: U+001B. Remove it.`]],
  [
    'text that runs backwards, in a comment',
    `${APP}# \u202etxet\n`,
    [`4:3: U+202E here reverses the direction of the text. Remove it.`],
  ],
  [
    'a JavaScript tag',
    `${APP}  description: !!js/function "x"\n`,
    [`4:16: the tag tag:yaml.org,2002:js/function is not supported here. Remove it, or quote the value.`],
  ],
  [
    'a very long tag',
    `${APP}  description: !<tag:${'x'.repeat(1000)}> a\n`,
    [`4:16: the tag tag:${'x'.repeat(56)}\u2026 is not supported here. Remove it, or quote the value.`],
  ],
  [
    'a very long alias',
    `${APP}  description: *${'x'.repeat(1000)}\n`,
    [
      `4:16: the alias *${'x'.repeat(60)}\u2026 has no anchor before it. Write "*${'x'.repeat(60)}\u2026" in quotes if it is text.`,
    ],
  ],
  [
    'a key in quotes and without',
    `${APP}  "registry": ghcr.io\n`,
    [`4:3: duplicate key "registry". Keep one of them.`],
  ],
  ['a number for a key', `${APP}  1: a\n`, [`4:3: unknown key "1". Known here: ${ENTRY_KEYS}`]],
  ['true for a key', `${APP}  true: a\n`, [`4:3: unknown key "true". Known here: ${ENTRY_KEYS}`]],
  ['~ for a key', `${APP}  ~: a\n`, [`4:3: a key must be plain text. Write one word before the colon.`]],
  [
    'the key hasOwnProperty',
    `hasOwnProperty: a\nimages:\n${INDENTED_APP}`,
    [`1:1: unknown key "hasOwnProperty". Known here: settings, defaults, images.`],
  ],
  [
    'the key toString of settings',
    `settings:\n  toString: a\nimages:\n${INDENTED_APP}`,
    [
      `2:3: unknown key "toString". Known here: allowedRegistries, analysis, backstage, backstageKinds, baseInterval, dashboard, engine, maxRebuildsPerRun, namespace, pollInterval, retries, retryPause, secrets, shard, stagger, stateWorkflow, webhookReceivers.`,
    ],
  ],
  [
    '__proto__ among build arguments',
    `${APP}  build: {args: {__proto__: {a: b}}}\n`,
    [`4:18: __proto__ is not a valid key.`],
  ],
  [
    'the key constructor below enrollment',
    `- name: a\n  enrollment: {constructor: x, registry: ghcr.io, repository: org/a}\n`,
    [
      `2:3: notice: keys below enrollment are read as if they were in the entry itself. Remove enrollment and move its keys to the left.`,
      `2:16: unknown key "constructor". Known here: ${ENTRY_KEYS}`,
    ],
  ],
  [
    'the key constructor of a check',
    `${APP}  analysis: {content: {constructor: x}}\n`,
    [`4:24: unknown key "constructor". Known here: enabled, severity.`],
  ],
  [
    'a key of 1,000 characters',
    `${APP}  ${'k'.repeat(1000)}: a\n`,
    [`4:3: unknown key "${'k'.repeat(79)}\u2026". Known here: ${ENTRY_KEYS}`],
  ],
  [
    'a list under a context of 1,000 characters',
    `${APP}  build: {contexts: {${'k'.repeat(1000)}: [a]}}\n`,
    [`4:1024: build.contexts["${'k'.repeat(79)}\u2026"] must be text, not a list. Write a.`],
  ],
  [
    'octal for a repo',
    `${APP}  source: {repo: 0777}\n`,
    [`4:18: source.repo: "0777" must be OWNER/REPO. Write it like acme/web.`],
  ],
  [
    'a date for a duration',
    `${APP}  rebuildDelay: 2024-01-01\n`,
    [`4:17: rebuildDelay: "2024-01-01" is not a valid duration. Write 90s, 30m, 24h, 7d, 2w, a sum like 1d12h, or 0.`],
  ],
  [
    'on for true',
    `${APP}  autoRebuild: on\n`,
    [`4:16: autoRebuild must be true or false, not "on". Write autoRebuild: true.`],
  ],
  ['~ for a source', `${APP}  source: ~\n`, [`4:11: source is empty. Write its value, or remove the line.`]],
  [
    'a conflict in the middle',
    `${APP}<<<<<<< HEAD\n  autoRebuild: true\n=======\n  autoRebuild: false\n>>>>>>> other\n`,
    [`4:1: an unresolved merge conflict begins here. Resolve it.`],
  ],
  [
    'a value of 100,000 characters',
    `${APP}  shard: ${'x'.repeat(100000)}\n`,
    [`4:10: shard: "${'x'.repeat(79)}\u2026" is longer than 1,024 characters. Write it like eu.`],
  ],
  [
    'a line of 100,000 characters',
    `- ${'{'.repeat(50)}${'x'.repeat(100000)}\n`,
    [`1:52: "{" is never closed. Close it with "}".`],
  ],
]
