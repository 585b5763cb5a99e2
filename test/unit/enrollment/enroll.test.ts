import { describe, expect, it } from 'vitest'
import { PUBLISHED } from '../../../src/enrollment/action-pin.js'
import { addEntry, type Enrolled } from '../../../src/enrollment/enroll.js'
import { parseImagesFile } from '../../../src/enrollment/index.js'
import { formatProblem } from '../../../src/enrollment/problem.js'

const WEB = {
  name: 'web',
  registry: 'ghcr.io',
  repository: 'acme/web',
  source: { provider: 'github', repo: 'acme/web', dockerfile: 'Dockerfile', workflow: 'build.yml' },
}
const SMALL = { name: 'web', registry: 'ghcr.io', repository: 'acme/web' }
const FLOW = '{name: web, registry: ghcr.io, repository: acme/web}'

function added(text: string | null, entry: Parameters<typeof addEntry>[1] = SMALL): Enrolled & { ok: true } {
  const result = addEntry(text, entry, 'images.yaml')
  if (!result.ok) throw new Error(result.problems.map(formatProblem).join('\n'))
  return result
}

function refused(text: string, entry: Parameters<typeof addEntry>[1] = SMALL): string[] {
  const result = addEntry(text, entry, 'images.yaml')
  return result.ok ? [] : result.problems.map(formatProblem)
}

const A = '- name: a\n  registry: ghcr.io\n  repository: acme/a\n'
const B = '- name: b\n  registry: ghcr.io\n  repository: acme/b\n'
const NEW = '- name: web\n  registry: ghcr.io\n  repository: acme/web\n'
const deeper = (text: string, columns: number) => text.replace(/^(?=.)/gm, ' '.repeat(columns))

/** Title, file before, file after. */
const LAYOUTS: readonly (readonly [string, string, string])[] = [
  ['one entry', A, `${A}\n${NEW}`],
  ['entries without blank lines', A + B, A + B + NEW],
  ['entries with blank lines', `${A}\n${B}`, `${A}\n${B}\n${NEW}`],
  ['a heading above each entry', `# A\n${A}\n# B\n${B}`, `# A\n${A}\n# B\n${B}\n${NEW}`],
  ['headings without blank lines', `# A\n${A}# B\n${B}`, `# A\n${A}# B\n${B}${NEW}`],
  ['no line end at the end', (A + B).trimEnd(), A + B + NEW],
  ['blank lines at the end', `${A}${B}\n\n`, `${A}${B}${NEW}\n\n`],
  ['a key that is commented out below', `${A}  # autoRebuild: false\n`, `${A}  # autoRebuild: false\n\n${NEW}`],
  ['an entry that is commented out below', `${A}\n# - name: old\n`, `${A}\n${NEW}\n# - name: old\n`],
  ['a comment behind the last value', `${A.trimEnd()} # x\n`, `${A.trimEnd()} # x\n\n${NEW}`],
  ['a map', `images:\n${deeper(A, 2)}`, `images:\n${deeper(A, 2)}\n${deeper(NEW, 2)}`],
  ['a map, dashes below the key', `images:\n${A}${B}`, `images:\n${A}${B}${NEW}`],
  ['dashes four columns in', `images:\n${deeper(A + B, 4)}`, `images:\n${deeper(A + B + NEW, 4)}`],
  [
    'a key behind the images',
    `images:\n${A}${B}\n# Where.\nsettings:\n  namespace: f\n`,
    `images:\n${A}${B}${NEW}\n# Where.\nsettings:\n  namespace: f\n`,
  ],
  [
    'text further right',
    '-   name: a\n    registry: ghcr.io\n    repository: acme/a\n',
    '-   name: a\n    registry: ghcr.io\n    repository: acme/a\n\n-   name: web\n    registry: ghcr.io\n    repository: acme/web\n',
  ],
  ['Windows', (A + B).replaceAll('\n', '\r\n'), (A + B + NEW).replaceAll('\n', '\r\n')],
  ['Windows, a blank line', A.replaceAll('\n', '\r\n'), `${A}\n${NEW}`.replaceAll('\n', '\r\n')],
  ['a byte order mark', `\ufeff${A}`, `\ufeff${A}\n${NEW}`],
  ['document marks', `---\n${A}...\n`, `---\n${A}\n${NEW}...\n`],
  ['a text that runs on', `${A}  description: |+\n    x\n\n\n`, `${A}  description: |+\n    x\n\n\n${NEW}`],
  ['a text', `${A}  description: |\n    x\n\n`, `${A}  description: |\n    x\n\n${NEW}\n`],
  [
    'entries of one line',
    '- {name: a, repoURL: ghcr.io/acme/a} # A\n',
    `- {name: a, repoURL: ghcr.io/acme/a} # A\n\n- ${FLOW}\n`,
  ],
  [
    'a list of one line',
    '[{name: a, repoURL: ghcr.io/acme/a}] # x\n',
    `[{name: a, repoURL: ghcr.io/acme/a}, ${FLOW}] # x\n`,
  ],
  [
    'a comma at the end',
    '[{name: a, repoURL: ghcr.io/acme/a}, ]\n',
    `[{name: a, repoURL: ghcr.io/acme/a}, ${FLOW}, ]\n`,
  ],
  [
    'a list in brackets on lines',
    'images: [\n  {name: a, repoURL: ghcr.io/acme/a}\n]\n',
    `images: [\n  {name: a, repoURL: ghcr.io/acme/a},\n  ${FLOW}\n]\n`,
  ],
  [
    'all in brackets',
    '{images: [{name: a, repoURL: ghcr.io/acme/a}]}\n',
    `{images: [{name: a, repoURL: ghcr.io/acme/a}, ${FLOW}]}\n`,
  ],
  ['an empty list', '# Ours.\nimages: [] # none yet\n', `# Ours.\nimages: # none yet\n${deeper(NEW, 2)}`],
  [
    'an empty list, and more',
    'images: []\nsettings: {namespace: f}\n',
    `images:\n${deeper(NEW, 2)}settings: {namespace: f}\n`,
  ],
  ['a bare empty list', '# Ours.\n[]\n', `# Ours.\n${NEW}`],
  ['a bare empty list with a comment in it', '[ # none\n]\n', `[${FLOW} # none\n]\n`],
  ['nothing behind the key', 'images: # none yet\nsettings:\n', `images: # none yet\n${deeper(NEW, 2)}settings:\n`],
  ['null behind the key', 'images: ~\n', `images:\n${deeper(NEW, 2)}`],
  ['no key images', 'settings:\n  namespace: f\n', `settings:\n  namespace: f\n\nimages:\n${deeper(NEW, 2)}`],
  ['comments alone', '# Ours.\n', `# Ours.\n\n${NEW}`],
  ['a document mark alone', '---\n', `---\n\n${NEW}`],
]

describe('an entry is added in the layout of the file', () => {
  it.each(LAYOUTS)('%s', (_, before, after) => {
    const result = added(before)
    expect(result.text).toBe(after)
    expect(parseImagesFile(result.text, 'f').enrolled?.images.find(({ name }) => name === 'web')?.line).toBe(
      result.line,
    )
  })

  it.each([null, '', '\n\n', '\ufeff'])('a file that is not there or empty: %j', (text) => {
    const schema = `https://raw.githubusercontent.com/craigedmunds/image-factory-action/${PUBLISHED.sha}/schema/images.schema.json`
    const { text: after, line } = added(text)
    expect(after.replace('\ufeff', '')).toBe(`# yaml-language-server: $schema=${schema}\n\n${NEW}`)
    expect(line).toBe(3)
  })

  it('maps as far right as in the other entries', () => {
    const four = '- name: a\n  repoURL: ghcr.io/acme/a\n  source:\n      repo: acme/a\n'
    expect(added(four, WEB).text.slice(four.length)).toBe(
      '\n- name: web\n  registry: ghcr.io\n  repository: acme/web\n  source:\n      repo: acme/web\n      dockerfile: Dockerfile\n      workflow: build.yml\n',
    )
  })

  it('names GitHub where the others do', () => {
    const said = `${A}  source: {provider: github, repo: acme/a}\n`
    expect(added(said, WEB).entry.source).toMatchObject({ provider: 'github' })
    expect(added(A, WEB).entry.source).not.toHaveProperty('provider')
    expect(added(A, { ...WEB, source: { provider: 'gitlab', repo: 'acme/web' } }).entry.source).toMatchObject({
      provider: 'gitlab',
    })
  })
})

describe('what the defaults say is left out', () => {
  it.each([
    [
      'registry: ghcr.io',
      {
        name: 'web',
        repository: 'acme/web',
        source: { repo: 'acme/web', dockerfile: 'Dockerfile', workflow: 'build.yml' },
      },
    ],
    [
      'registry: ghcr.io/acme',
      { name: 'web', repository: 'web', source: { repo: 'acme/web', dockerfile: 'Dockerfile', workflow: 'build.yml' } },
    ],
    ['registry: quay.io', { ...SMALL, source: { repo: 'acme/web', dockerfile: 'Dockerfile', workflow: 'build.yml' } }],
    [
      'source: {workflow: build.yml, branch: main}',
      { ...SMALL, source: { repo: 'acme/web', dockerfile: 'Dockerfile' } },
    ],
    [
      'source: {repo: acme/web, dockerfile: Dockerfile, workflow: build.yml}',
      { ...SMALL, source: { repo: 'acme/web' } },
    ],
    ['source: {provider: gitlab}', WEB],
    [
      'source: {provider: github}',
      { ...SMALL, source: { repo: 'acme/web', dockerfile: 'Dockerfile', workflow: 'build.yml' } },
    ],
  ])('%s', (defaults, entry) => {
    const { text, entry: written } = added(`defaults: {${defaults}}\nimages: []\n`, WEB)
    expect(written).toEqual(entry)
    expect(parseImagesFile(text, 'f').enrolled?.images[0]).toMatchObject({
      registry: 'ghcr.io',
      repository: 'acme/web',
      source: { provider: 'github', repo: 'acme/web', dockerfile: 'Dockerfile', workflow: 'build.yml' },
    })
  })
})

describe('values that YAML would read as something else', () => {
  it.each([
    '1.10',
    'on',
    'no',
    '1e3',
    '~',
    'null',
    'true',
    '12:30',
    '# x',
    '- a',
    'a: b',
    '{a}',
    '*a',
    ' x ',
    'a\nb',
    "'",
    '"',
    '',
  ])('%j', (value) => {
    for (const text of ['- {name: a, repoURL: ghcr.io/acme/a}\n', '[{name: a, repoURL: ghcr.io/acme/a}]\n', A]) {
      const source = { repo: 'acme/web', workflow: 'b.yml', inputs: { value } }
      const { enrolled } = parseImagesFile(added(text, { ...SMALL, source }).text, 'f')
      expect(enrolled?.images.at(-1)?.source?.inputs.get('value')).toBe(value)
    }
  })
})

describe('refused', () => {
  it.each([
    ['a bare list', `${A}\n${NEW}`, '5:3'],
    ['below images', `images:\n${`${A}\n${NEW}`.replace(/^(?=.)/gm, '  ')}`, '6:5'],
  ])('a name that is taken, at the entry that has it: %s', (_, text, place) => {
    expect(refused(text)).toEqual([
      `images.yaml:${place}: error: web is enrolled already (images.yaml:${place.split(':')[0]}). Change that entry, or pass --name and --image for another image.`,
    ])
  })

  it('a repository that is taken under another name', () => {
    expect(refused(`${A}\n${NEW}`, { ...SMALL, name: 'site' })).toEqual([
      'images.yaml:11:3: error: the repository ghcr.io/acme/web is taken by the entry in line 5. Each image is enrolled once.',
    ])
  })

  it('an entry that is none', () => {
    expect(refused(A, { ...SMALL, name: 'Web' })).toEqual([
      expect.stringMatching(/^images\.yaml:5:9: error: name: "Web" must be/),
    ])
    expect(refused('images: []\n', { name: 'web' })).toEqual([
      expect.stringMatching(/^images\.yaml:2:5: error: registry is missing/),
    ])
  })

  it('a file that was wrong before, with the lines it has', () => {
    expect(refused('imges: []\nimages: []\n')).toEqual([
      'images.yaml:1:1: error: unknown key "imges". Did you mean images?',
    ])
    expect(refused('images: []\nsettings: {namespace: A}\n')).toEqual([
      expect.stringMatching(/^images\.yaml:2:23: error: settings\.namespace/),
    ])
    expect(refused(`${A}  oops: 1\n`)).toEqual([expect.stringMatching(/^images\.yaml:4:3: error: unknown key "oops"/)])
    expect(refused('- [\n')).not.toEqual([])
    expect(refused('images: 5\n')).not.toEqual([])
    expect(refused('text\n')).not.toEqual([])
    expect(refused('*x\n')).toEqual([expect.stringMatching(/^images\.yaml:1:1: error: .*alias/i)])
  })

  it('a list that is an alias, with the entry to copy', () => {
    const text = 'defaults: {source: {inputs: &x {a: b}}}\nimages: *x\n'
    expect(refused(text)).not.toEqual([])
  })

  it('a map in brackets without the key images, with the entry to copy', () => {
    expect(refused('{settings: {namespace: f}}\n')).toEqual([
      `images.yaml: error: the list is written in a way that no entry can be added to. Add it yourself:\n${NEW.trimEnd()}`,
    ])
  })
})
