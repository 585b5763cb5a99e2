import { APP, ENTRY_KEYS, INDENTED_APP, SOURCE, type WrongFile } from './examples.js'

/** Title, text, what is said: line:column message remedy. */
export const WRONG_DOCUMENTS: readonly WrongFile[] = [
  [
    'an empty file',
    '',
    [
      '1:1: no image is enrolled. Enroll an image, or check that this is the right file: an empty one would delete every manifest.',
    ],
  ],
  [
    'a comment alone',
    '# nothing yet\n',
    [
      '1:1: no image is enrolled. Enroll an image, or check that this is the right file: an empty one would delete every manifest.',
    ],
  ],
  [
    'an empty list',
    '[]\n',
    [
      '1:1: no image is enrolled. Enroll an image, or check that this is the right file: an empty one would delete every manifest.',
    ],
  ],
  [
    'images without entries',
    'images:\n',
    [
      '1:1: no image is enrolled. Enroll an image, or check that this is the right file: an empty one would delete every manifest.',
    ],
  ],
  [
    'a text',
    'app\n',
    [
      '1:1: the file must be a list of images, or a map with the key images. Begin with "images:", and the first entry below it with "- name: web".',
    ],
  ],
  ['a misspelt top key', `imges:\n${INDENTED_APP}`, ['1:1: unknown key "imges". Did you mean images?']],
  [
    'an unknown top key',
    `version: 1\nimages:\n${INDENTED_APP}`,
    ['1:1: unknown key "version". Known here: settings, defaults, images.'],
  ],
  [
    'a map where the list belongs',
    'images:\n  app:\n    registry: ghcr.io\n',
    ['2:3: images must be a list. Write "- name: app" instead of "app:".'],
  ],
  [
    'an entry for the file',
    'name: app\nregistry: ghcr.io\nrepository: org/app\n',
    [
      '1:1: unknown key "name". Write "- " before it, and indent the keys below it by 2 spaces.',
      '2:1: unknown key "registry". Write it in an entry of images, or below "defaults:".',
      '3:1: unknown key "repository". Write it in an entry of images, or below "defaults:".',
    ],
  ],
  [
    'a list for settings',
    `settings: []\nimages:\n${INDENTED_APP}`,
    [
      '1:11: settings must be a map, not a list. Write its keys below it: allowedRegistries, analysis, backstage, backstageKinds, baseInterval, dashboard, engine, maxRebuildsPerRun, namespace, pollInterval, retries, retryPause, secrets, shard, stagger, stateWorkflow, webhookReceivers.',
    ],
  ],
  [
    'a text for defaults',
    `defaults: slow\nimages:\n${INDENTED_APP}`,
    ['1:11: defaults must be a map. Write keys of an image below it, like rebuildDelay: 7d.'],
  ],
  [
    'two documents',
    `${APP}---\n- name: app\n  registry: ghcr.io\n  repository: org/app\n`,
    ['4:1: the file contains more than one YAML document. Keep one, without "---" or "..." after it.'],
  ],
  [
    'a text after the end of the document',
    `${APP}...\nmore\n`,
    ['5:1: the file contains more than one YAML document. Keep one, without "---" or "..." after it.'],
  ],
  [
    'a byte order mark before a wrong value',
    '\ufeff- name: App\n  registry: ghcr.io\n  repository: org/app\n',
    [
      '1:9: name: "App" must be lower-case letters, digits and dashes, at most 63 (an RFC 1123 label). Write name: app.',
    ],
  ],
  [
    'Windows line ends',
    '- name: app\r\n  registry: ghcr.io\r\n  repository: org/app\r\n  autoRebuild: maybe\r\n',
    ['4:16: autoRebuild must be true or false, not "maybe". Write autoRebuild: true or autoRebuild: false.'],
  ],
  [
    'a tab as indentation',
    '- name: app\n\tregistry: ghcr.io\n',
    ['2:2: this line is indented with a tab. Use spaces.'],
  ],
  ['a quote that never ends', '- name: "app\n', ['1:9: the quote " is never closed. Write "app".']],
  [
    'a colon in plain text',
    '- name: a: b\n',
    [
      '1:9: the value of name contains a colon and a space. Write name: "a: b", or put what follows "name:" on its own lines, indented further.',
    ],
  ],
  [
    'conflict markers',
    '<<<<<<< HEAD\n- name: app\n  registry: ghcr.io\n  repository: org/app\n=======\n',
    ['1:1: an unresolved merge conflict begins here. Resolve it.'],
  ],
  [
    'a custom tag',
    `${APP}  autoRebuild: !secret true\n`,
    ['4:16: the tag !secret is not supported here. Remove it, or quote the value.'],
  ],
  [
    'a tag of another type',
    `${APP}  rebuildDelay: !!binary aGk=\n`,
    ['4:26: the tag tag:yaml.org,2002:binary is not supported here. Remove it, or quote the value.'],
  ],
  [
    'a tag that changes the kind',
    '- !!seq {name: app}\n',
    ['1:3: the tag tag:yaml.org,2002:seq is not supported here. Remove it, or quote the value.'],
  ],
  ['a key written twice', `${APP}  name: other\n`, ['4:3: duplicate key "name". Keep one of them.']],
  [
    'a key written twice far below',
    `${SOURCE}    branch: main\n    branch: dev\n`,
    [
      '4:3: notice: without a workflow this image is never rebuilt. Set source.workflow to the file of the workflow that builds it.',
      '7:5: duplicate key "branch". Keep one of them.',
    ],
  ],
  ['a list for a key', `${APP}  [a, b]: c\n`, ['4:3: a key must be plain text. Write one word before the colon.']],
  ['a map for a key', `${APP}  {a: b}: c\n`, ['4:3: a key must be plain text. Write one word before the colon.']],
  ['no key', `${APP}  : c\n`, ['4:1: a key must be plain text. Write one word before the colon.']],
  ['a key of the prototype', `${APP}  __proto__: {enabled: false}\n`, ['4:3: __proto__ is not a valid key.']],
  ['the key constructor', `${APP}  constructor: {}\n`, [`4:3: unknown key "constructor". Known here: ${ENTRY_KEYS}`]],
  [
    'an alias without anchor',
    `${APP}  rebuildDelay: *week\n`,
    ['4:17: the alias *week has no anchor before it. Write "*week" in quotes if it is text.'],
  ],
  [
    'an alias for a key',
    '- &n name: app\n  *n : x\n  registry: ghcr.io\n  repository: org/app\n',
    ['2:3: a key must be plain text. Write one word before the colon.'],
  ],
  ['an alias that holds itself', `${APP}  updates: &u [*u]\n`, ['4:16: the file nests deeper than 64 levels.']],
  [
    'a merge key',
    '- &base\n  name: app\n  registry: ghcr.io\n  repository: org/app\n- <<: *base\n  name: web\n  registry: ghcr.io\n  repository: org/web\n',
    ['5:3: unknown key "<<". Merge keys are not read: put what entries share under defaults.'],
  ],
  [
    'deep nesting',
    `${APP}  updates: ${'['.repeat(70)}${']'.repeat(70)}\n`,
    ['4:75: the file nests deeper than 64 levels.'],
  ],
  ['half a character', `${APP}  description: "\\ud800"\n`, ['4:16: this text contains half a character.']],
  [
    'half a character in a key',
    `${APP}  updates: {"\\udc00": 1}\n`,
    [
      '4:12: updates must be a list, not a map. Begin each of its items with "- ".',
      '4:13: this key contains half a character.',
    ],
  ],
  [
    'an unknown directive',
    '%FOO\n---\n- name: app\n  registry: ghcr.io\n  repository: org/app\n',
    ['1:1: %FOO is not a directive of YAML. Remove the line.'],
  ],
  [
    'a misspelt setting',
    `settings:\n  namespac: x\nimages:\n${INDENTED_APP}`,
    ['2:3: unknown key "namespac". Did you mean namespace?'],
  ],
  [
    'a bad namespace',
    `settings:\n  namespace: Image_Factory\nimages:\n${INDENTED_APP}`,
    [
      '2:14: settings.namespace: "Image_Factory" must be lower-case letters, digits and dashes, at most 63 (an RFC 1123 label). Write namespace: image-factory.',
    ],
  ],
  [
    'a bad poll interval',
    `settings:\n  pollInterval: often\nimages:\n${INDENTED_APP}`,
    [
      '2:17: settings.pollInterval: "often" is not a valid duration. Write 90s, 30m, 24h, 7d, 2w, a sum like 1d12h, or 0.',
    ],
  ],
  [
    'a text for secrets',
    `settings:\n  secrets: x\nimages:\n${INDENTED_APP}`,
    ['2:12: settings.secrets must be a map, not "x". Write its keys below it: github, gitlab, registry, source.'],
  ],
  [
    'a misspelt secret',
    `settings:\n  secrets:\n    gitub: x\nimages:\n${INDENTED_APP}`,
    ['3:5: unknown key "gitub". Did you mean github?'],
  ],
  [
    'a bad default, said once',
    'defaults:\n  rebuildDelay: soon\nimages:\n  - name: a\n    registry: ghcr.io\n    repository: org/a\n  - name: b\n    registry: ghcr.io\n    repository: org/b\n',
    ['2:17: rebuildDelay: "soon" is not a valid duration. Write 90s, 30m, 24h, 7d, 2w, a sum like 1d12h, or 0.'],
  ],
  [
    'an unknown default, said once',
    'defaults:\n  rebuildelay: 7d\nimages:\n  - name: a\n    registry: ghcr.io\n    repository: org/a\n  - name: b\n    registry: ghcr.io\n    repository: org/b\n',
    ['2:3: unknown key "rebuildelay". Did you mean rebuildDelay?'],
  ],
  [
    'a bad default of source',
    'defaults:\n  source:\n    branch: a..b\nimages:\n  - name: app\n    registry: ghcr.io\n    repository: org/app\n    source:\n      repo: org/app\n',
    ['3:13: source.branch: "a..b" is not a branch name that git and Kargo accept. Write it like main.'],
  ],
]
