import { APP, INDENTED_APP, type WrongFile } from './examples.js'

const WEB = APP.replaceAll('app', 'web')
const INDENTED_WEB = INDENTED_APP.replaceAll('app', 'web')

/** One mistake each, unless the title names two: what only follows from it is not reported. */
export const WRONG_LAYOUTS: readonly WrongFile[] = [
  [
    'no space after the dash of the first entry',
    `images:\n${INDENTED_APP.replace('- name', '-name')}${INDENTED_WEB}`,
    ['2:4: a space is missing after "-". Write - name: app.'],
  ],
  [
    'no space after the dash at the beginning of the file',
    `${APP.replace('- name', '-name')}${WEB}`,
    ['1:2: a space is missing after "-". Write - name: app.'],
  ],
  [
    'a key as far left as its dash',
    `images:\n${INDENTED_APP.replace('    registry', '  registry')}${INDENTED_WEB}`,
    ['3:3: "registry:" is indented by 2 spaces instead of 4. Indent it by 4 spaces.'],
  ],
  [
    'a key as far left as images',
    `images:\n${INDENTED_APP.replace('    registry', 'registry')}${INDENTED_WEB}`,
    ['3:1: "registry:" is indented by 0 spaces instead of 4. Indent it by 4 spaces.'],
  ],
  [
    'a key too far left in two entries',
    `${APP.replace('  registry', 'registry')}${WEB.replace('  registry', 'registry')}`,
    [
      '2:1: "registry:" is indented by 0 spaces instead of 2. Indent it by 2 spaces.',
      '5:1: "registry:" is indented by 0 spaces instead of 2. Indent it by 2 spaces.',
    ],
  ],
  [
    'a missing space and a key too far right in another entry',
    `${APP.replace(': ghcr', ':ghcr')}${WEB.replace('  registry', '   registry')}`,
    [
      '2:12: a space is missing after "registry:". Write registry: ghcr.io.',
      '5:4: "registry:" is indented by 3 spaces instead of 2. Indent it by 2 spaces.',
    ],
  ],
  [
    'an entry too far left',
    `images:\n${INDENTED_APP}${WEB}${INDENTED_APP.replaceAll('app', 'api')}`,
    ['5:1: this "-" is indented by 0 spaces instead of 2. Move the whole entry 2 spaces to the right.'],
  ],
  [
    'a dash too far left, its keys where they belong',
    `images:\n${INDENTED_APP}${INDENTED_WEB.replace('  - name', '- name')}`,
    ['5:1: this "-" is indented by 0 spaces instead of 2. Indent it by 2 spaces.'],
  ],
  [
    'the dash of the only entry too far left',
    `images:\n${INDENTED_APP.replace('  - name', '- name')}`,
    ['2:1: this "-" is indented by 0 spaces instead of 2. Indent it by 2 spaces.'],
  ],
  [
    'an entry below the keys of another',
    `${APP}${INDENTED_WEB}`,
    ['4:3: this "-" is indented by 2 spaces instead of 0. Move the whole entry 2 spaces to the left.'],
  ],
  [
    'no dash',
    `images:\n${INDENTED_APP}${INDENTED_WEB.replace('- name', 'name')}`,
    ['5:3: a "-" is missing before "name:". Write - name: web.'],
  ],
  ['no colon after images', `images\n${INDENTED_APP}`, ['1:7: a colon is missing after "images". Write images:.']],
  [
    'settings and no images',
    `settings:\n  namespace: x\n\n${INDENTED_APP}${INDENTED_WEB}`,
    ['4:3: the list of images has no key. Add the line images: above it.'],
  ],
  [
    'settings and no images, the list not indented',
    `settings:\n  namespace: x\n${APP}`,
    ['3:1: the list of images has no key. Add the line images: above it.'],
  ],
  [
    'a wrong setting and no images',
    `settings:\n  namespace: @x\n${APP}`,
    [
      '2:14: a value cannot begin with "@". Write "@x".',
      '3:1: the list of images has no key. Add the line images: above it.',
    ],
  ],
  [
    'defaults and no images',
    `defaults:\n  rebuildDelay: 7d\n${INDENTED_APP}`,
    ['3:3: the list of images has no key. Add the line images: above it.'],
  ],
]
