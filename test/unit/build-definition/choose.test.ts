import { describe, expect, it } from 'vitest'
import { shown } from './examples.js'
import { type Around, choose, PATH } from './followed.js'

/** Steps of one job, each as the inputs of docker/build-push-action, or whole where it begins with `uses` or `run`. */
function jobWith(steps: readonly string[], matrix = ''): string {
  const job = matrix === '' ? '' : `    strategy: { matrix: ${matrix} }\n`
  const lines = steps.map((step) =>
    /^(?:uses|run|if|id|\{)/.test(step)
      ? `      - ${step}`
      : `      - uses: docker/build-push-action@v6\n        with: { ${step} }`,
  )
  return `on: workflow_dispatch\njobs:\n  a:\n${job}    steps:\n${lines.join('\n')}\n`
}

type More = Around & { image?: string | null; allow?: readonly string[] }

/** What was chosen by line, `+` behind one of several that are possible; else why nothing was. */
function chosen(text: string, dockerfile: string, more: More = {}): unknown {
  const choice = choose(text, dockerfile, more)
  if (!choice.ok) return choice.reason
  const { builds, assumed } = choice
  const named = builds.map(({ place, inputs, isPossible }): [string, unknown] => [
    `${place.replace(`${PATH}:`, '')}${isPossible ? '+' : ''}`,
    shown(inputs),
  ])
  return { ...Object.fromEntries(named), ...(assumed.length > 0 && { assumed }) }
}

const REMEDY = 'Write what the build passes into the entry: `build: {target: …, args: {…}}`.'

describe('the step that builds a Dockerfile', () => {
  const CASES: [string, string, string, boolean][] = [
    ['without inputs, the root', 'push: true', 'Dockerfile', true],
    ['without inputs, not another', 'push: true', 'app/Dockerfile', false],
    ['a folder', 'context: app', 'app/Dockerfile', true],
    ['a folder with ./ and /', 'context: ./app/', 'app/Dockerfile', true],
    ['the path asked for with ./', 'context: app', './app/Dockerfile', true],
    [
      'a file in a folder is relative to the workspace',
      'context: app, file: app/Dockerfile.prod',
      'app/Dockerfile.prod',
      true,
    ],
    ['and not to the context', 'context: app, file: Dockerfile.prod', 'app/Dockerfile.prod', false],
    ['a file without context', 'file: docker/web.Dockerfile', 'docker/web.Dockerfile', true],
    ['a file above', 'context: app, file: app/../Dockerfile', 'Dockerfile', true],
    ['the workspace', "context: '${{ github.workspace }}/app'", 'app/Dockerfile', true],
    ['the default context', "context: '{{defaultContext}}'", 'Dockerfile', true],
    ['a folder of the default context', "context: '{{defaultContext}}:app'", 'app/Dockerfile', true],
    [
      'a file in a folder of the default context',
      "context: '{{defaultContext}}:app', file: x.Dockerfile",
      'app/x.Dockerfile',
      true,
    ],
    ['an unknown context with a file', "context: '${{ inputs.c }}', file: app/Dockerfile", 'app/Dockerfile', true],
    ['the repository by its address', "context: 'https://github.com/Org/app.git#main:app'", 'app/Dockerfile', true],
    [
      'the repository at a commit of the run, with a file',
      "context: 'https://github.com/${{ github.repository }}.git#${{ github.sha }}:app', file: x.Dockerfile",
      'app/x.Dockerfile',
      true,
    ],
    [
      'a folder of the repository on the server of the run',
      "context: '${{ github.server_url }}/${{ github.repository }}.git#${{ github.ref }}:app', file: Dockerfile",
      'Dockerfile',
      false,
    ],
    [
      'a folder of the repository that only the run knows',
      "context: '${{ github.server_url }}/${{ github.repository }}.git#main:${{ inputs.c }}', file: x/Dockerfile",
      'x/Dockerfile',
      true,
    ],
    [
      'the repository by an expression',
      "context: '${{ github.server_url }}/x', file: '${{ github.event.repository.name }}/Dockerfile'",
      'app/Dockerfile',
      true,
    ],
    ['another repository', "context: 'https://github.com/org/other.git#main'", 'Dockerfile', false],
    ['a file of another repository', "context: ., file: 'https://example.com/Dockerfile'", 'Dockerfile', false],
    ['a file outside of the workspace', 'context: ., file: ../Dockerfile', 'Dockerfile', false],
  ]
  it.each(CASES)('%s', (_title, inputs, dockerfile, isChosen) => {
    const choice = choose(jobWith([inputs]), dockerfile)
    const found = choice.ok && choice.assumed.length === 0 ? choice.builds.map(({ place }) => place) : []
    expect(found).toEqual(isChosen ? [`${PATH}:5`] : [])
  })

  it('what others build is said, to tell that the image is none of it', () => {
    const choice = choose(jobWith(['push: true', 'context: b']), 'app/Dockerfile')
    expect(choice).toEqual({
      ok: false,
      reason: `${PATH}:5, ${PATH}:7 builds a different Dockerfile than app/Dockerfile. ${REMEDY}`,
      others: [`${PATH}:5`, `${PATH}:7`],
    })
  })
  it.each([
    ['nothing builds', ['run: echo 1'], 'no step of the workflow builds Dockerfile'],
    ['something is not read', ['run: make image'], `${PATH}:5: make image is not read`],
    ['something else is not read', ['context: b', 'uses: acme/docker@v1'], `${PATH}:7: acme/docker@v1 is not read`],
  ])('%s: nothing is known, and nothing held against the workflow', (_title, steps, reason) => {
    expect(choose(jobWith(steps), 'Dockerfile')).toEqual({ ok: false, reason: `${reason}. ${REMEDY}`, others: [] })
  })
  it('a file that was not read yet is named', () => {
    const text = 'on: workflow_dispatch\njobs: { b: { uses: ./.github/workflows/x.yml } }'
    const reason = `.github/workflows/x.yml was not read. ${REMEDY}`
    expect(choose(text, 'Dockerfile', { isPending: true })).toEqual({ ok: false, reason, others: [] })
  })
  it('a Containerfile goes before it where podman looks for one, and only there', () => {
    expect(chosen(jobWith(['run: podman build .']), 'Containerfile')).toEqual({ 5: {} })
    expect(chosen(jobWith(['run: podman build .']), 'Dockerfile')).toEqual({ 5: {} })
    expect(choose(jobWith(['run: podman build -f Dockerfile .']), 'Containerfile').ok).toBe(false)
    expect(choose(jobWith(['run: docker build .']), 'Containerfile').ok).toBe(false)
  })
})

describe('several steps', () => {
  const IN_TWO_WAYS = `Dockerfile is built in 2 ways (${PATH}:5, ${PATH}:7): the base images of all are tracked`
  it('each has its own Dockerfile', () => {
    const text = jobWith(['context: a, target: x', 'context: b, target: y'])
    expect(chosen(text, 'b/Dockerfile')).toEqual({ 7: { target: 'y' } })
  })
  it('a matrix of images is one of them', () => {
    const text = jobWith(["context: '${{ matrix.i }}', target: 'to-${{ matrix.i }}'"], '{ i: [a, b] }')
    expect(chosen(text, 'b/Dockerfile')).toEqual({ 6: { target: 'to-b' } })
  })
  it('a matrix of platforms is one build', () => {
    const text = jobWith(["push: true, platforms: '${{ matrix.p }}'"], '{ p: [linux/amd64, linux/arm64] }')
    expect(chosen(text, 'Dockerfile')).toEqual({ 6: { platforms: ['linux/amd64', 'linux/arm64'] } })
  })
  it('a build without platform is one of the machine', () => {
    const text = jobWith(['push: true', 'push: true, platforms: linux/arm64'])
    expect(chosen(text, 'Dockerfile')).toEqual({ 5: { platforms: ['linux/amd64', 'linux/arm64'] } })
  })
  it('what is only tested does not count', () => {
    const text = jobWith(['load: true, target: test', 'push: true, target: prod'])
    expect(chosen(text, 'Dockerfile')).toEqual({ 7: { target: 'prod' } })
  })
  it('but it does where nothing else builds it', () => {
    expect(chosen(jobWith(['load: true, target: test']), 'Dockerfile')).toEqual({ 5: { target: 'test' } })
  })
  it('an output that pushes counts', () => {
    const text = jobWith(['target: test', "target: prod, outputs: 'type=image,push=true'"])
    expect(chosen(text, 'Dockerfile')).toEqual({ 7: { target: 'prod' } })
  })
  it('what a dispatched run leaves out does not count', () => {
    const skipped = `if: github.event_name == 'push'
        uses: docker/build-push-action@v6
        with: { push: true, target: a }`
    const unsure = skipped.replace("github.event_name == 'push'", "github.actor == 'x'")
    expect(chosen(jobWith([skipped, 'push: true, target: b']), 'Dockerfile')).toEqual({ 8: { target: 'b' } })
    expect(chosen(jobWith([skipped]), 'Dockerfile')).toEqual({ 5: { target: 'a' } })
    expect(chosen(jobWith([unsure, 'push: true, target: b']), 'Dockerfile')).toMatchObject({ '5+': {}, '8+': {} })
  })
  it('otherwise all count, and it is said', () => {
    const text = jobWith(['push: true, target: a', 'push: true, target: b'])
    expect(chosen(text, 'Dockerfile')).toEqual({
      '5+': { target: 'a' },
      '7+': { target: 'b' },
      assumed: [IN_TWO_WAYS],
    })
  })
  it('of more than anybody can mean none', () => {
    const many = (count: number) => jobWith(Array.from({ length: count }, (_, n) => `push: true, target: t${n}`))
    expect(choose(many(64), 'Dockerfile')).toMatchObject({ ok: true, builds: { length: 64 } })
    const shown = [5, 7, 9, 11, 13].map((line) => `${PATH}:${line}`).join(', ')
    expect(chosen(many(65), 'Dockerfile')).toBe(`Dockerfile is built in 65 ways (${shown}, …). ${REMEDY}`)
  })
  it('the only unknown one is assumed', () => {
    const text = jobWith(['context: other', "file: '${{ inputs.f }}', target: b"])
    expect(chosen(text, 'app/Dockerfile')).toEqual({
      7: { target: 'b' },
      assumed: [`the Dockerfile of ${PATH}:7 is \${{ inputs.f }}: app/Dockerfile is assumed`],
    })
  })
  it('an unknown one does not count beside the one that is meant', () => {
    const text = jobWith(["push: true, file: '${{ inputs.f }}', target: a", 'push: true, target: b'])
    expect(chosen(text, 'Dockerfile')).toEqual({ 7: { target: 'b' } })
  })
  it('of several unknown ones all', () => {
    const text = jobWith(["file: '${{ inputs.f }}', target: a", "file: '${{ inputs.g }}', target: b"])
    expect(chosen(text, 'Dockerfile')).toEqual({
      '5+': { target: 'a' },
      '7+': { target: 'b' },
      assumed: [`the Dockerfile of ${PATH}:5 is \${{ inputs.f }}: Dockerfile is assumed`, IN_TWO_WAYS],
    })
  })
})

describe('the build that publishes the image', () => {
  const two = (one: string, other: string) =>
    jobWith([`push: true, target: a, tags: ${one}`, `push: true, target: b, tags: ${other}`])
  const at = (text: string, image: string | null, allow: readonly string[] = []) => {
    const choice = choose(text, 'Dockerfile', { image, allow })
    return choice.ok
      ? [choice.builds.map(({ inputs }) => shown(inputs).target).join(''), choice.namesImage]
      : choice.reason
  }
  it.each([
    ['its tag', 'ghcr.io/org/a:1', "'ghcr.io/org/b:1'", ['b', true]],
    ['its name without tag', 'ghcr.io/org/a', 'ghcr.io/org/b', ['b', true]],
    ['a tag of the run', 'ghcr.io/org/a:1', "'ghcr.io/org/b:${{ github.sha }}'", ['b', true]],
    ['capitals', 'ghcr.io/org/a:1', "'ghcr.io/Org/B:1'", ['b', true]],
    ['one of several tags', 'ghcr.io/org/a:1', "'ghcr.io/org/c:1,ghcr.io/org/b:1'", ['b', true]],
    ['the other is another', 'ghcr.io/org/a:1', "'${{ github.actor }}/x:1'", ['b', null]],
    ['an unknown registry', 'ghcr.io/org/a:1', "'${{ inputs.registry }}/b:1'", ['b', null]],
    ['a longer name is another', 'ghcr.io/org/bb:1', "'ghcr.io/org/b-b:1'", ['ab', false]],
    ['a longer path is another', 'ghcr.io/org/b/c:1', "'ghcr.io/org/x:1'", ['ab', false]],
    ['both', 'ghcr.io/org/b:1', 'ghcr.io/org/b:2', ['ab', true]],
    ['nothing known', "'${{ inputs.a }}'", "'${{ inputs.b }}'", ['ab', null]],
  ])('%s', (_title, one, other, expected) => expect(at(two(one, other), 'ghcr.io/org/b')).toEqual(expected))
  it('is not known where no image is named', () => {
    expect(at(two('ghcr.io/org/a:1', 'ghcr.io/org/b:1'), null)).toEqual(['ab', null])
  })
  it('builds that name the image are all meant: no base image of theirs is assumed', () => {
    const choice = choose(two('ghcr.io/org/b:1', 'ghcr.io/org/b:2'), 'Dockerfile', { image: 'ghcr.io/org/b' })
    expect(choice).toMatchObject({ ok: true, assumed: [], builds: [{ isPossible: false }, { isPossible: false }] })
    const unsure = choose(two('ghcr.io/org/a:1', 'ghcr.io/org/a:2'), 'Dockerfile', { image: 'ghcr.io/org/b' })
    expect(unsure).toMatchObject({ ok: true, builds: [{ isPossible: true }, { isPossible: true }] })
  })
  it.each([
    ['docker.io/org/b', 'org/b:1'],
    ['docker.io/org/b', 'docker.io/org/b:1'],
    ['docker.io/library/b', 'b:1'],
  ])('%s is %s of Docker Hub', (image, tag) => {
    expect(at(two('ghcr.io/org/b:1', `'${tag}'`), image)).toEqual(['b', true])
  })
  it.each([
    ['a name it gets later', ['run: docker tag x ghcr.io/org/b:1'], ['a', true]],
    ['a name that is pushed', ['run: docker push x'], ['a', false]],
    ['a name on the build machine only', [], ['a', null]],
    ['a name of the run', ['run: docker tag x $ID:1', 'run: docker push $ID:1'], ['a', null]],
    ['what a skipped step does', ['{if: false, run: docker push x}'], ['a', null]],
  ])('of scripts: %s', (_title, steps, expected) => {
    const build = 'run: docker build --target a -t x .'
    expect(at(jobWith([build, ...steps]), 'ghcr.io/org/b')).toEqual(expected)
  })
  it('of an action that loads it, for a script to push', () => {
    const steps = ['load: true, target: a, tags: x', 'run: docker tag x ghcr.io/org/b && docker push ghcr.io/org/b']
    const choice = choose(jobWith(steps), 'Dockerfile', { image: 'ghcr.io/org/b' })
    expect(choice).toMatchObject({ ok: true, namesImage: true, publishes: true })
  })
  it('of buildah, before another step pushes it', () => {
    const build = 'uses: redhat-actions/buildah-build@v2\n        with: { image: x, tags: 1, containerfiles: a }'
    const choice = choose(jobWith([build]), 'a', { image: 'ghcr.io/org/b' })
    expect(choice).toMatchObject({ ok: true, namesImage: null, publishes: null })
  })
  it('of scripts: the one that gets the name', () => {
    const builds = ['a', 'b', 'c'].map((name) => `run: docker build --target ${name} -t x${name} .`)
    expect(at(jobWith([...builds, 'run: docker tag xb ghcr.io/org/b']), 'ghcr.io/org/b')).toEqual(['b', true])
  })
  it('tells its tags, and whether those are all', () => {
    const tags = (text: string) => {
      const choice = choose(jobWith([`push: true, tags: '${text}'`]), 'Dockerfile')
      return choice.ok ? [choice.tags, choice.areTagsKnown, choice.publishes] : null
    }
    expect(tags('b/x:2,a/x:1')).toEqual([['a/x:1', 'b/x:2'], true, true])
    expect(tags('a/x:${{ github.sha }},a/x:1')).toEqual([['a/x:1'], false, true])
    expect(tags('')).toEqual([[], false, true])
    expect(choose(jobWith(['tags: "a:1"']), 'Dockerfile')).toMatchObject({ publishes: false })
    expect(choose(jobWith(['run: docker build .']), 'Dockerfile')).toMatchObject({ publishes: null })
  })
})

describe('tags of docker/metadata-action', () => {
  const meta = (id: string, more = '') =>
    `id: ${id}\n        uses: docker/metadata-action@v5\n        with: { images: ghcr.io/org/b${more} }`
  const tags = (id: string) => `tags: '\${{ steps.${id}.outputs.tags }}'`
  const flavored = (flavor: string) =>
    jobWith([
      meta('plain'),
      `push: true, target: a, ${tags('plain')}`,
      meta('other', `, flavor: "${flavor}"`),
      `push: true, target: b, ${tags('other')}`,
    ])
  it.each([
    ['suffix=-debug', [], 'a'],
    ['suffix=-debug', ['^.*-debug$'], 'b'],
    ['suffix=-debug', ['^v\\d+'], 'a'],
    ['suffix=-debug', ['^v\\d+$', '^v\\d+-debug$'], 'b'],
    ['latest=auto\\nsuffix=-debug,onlatest=true', [], 'a'],
    ['prefix=debug-', [], 'a'],
    ['prefix=debug-', ['^debug-'], 'b'],
    ['latest=false', [], 'ab'],
    ['suffix=', [], 'ab'],
  ])('%s for %j', (flavor, allow, expected) => {
    const choice = choose(flavored(flavor), 'Dockerfile', { image: 'ghcr.io/org/b', allow })
    expect(choice.ok && choice.builds.map(({ inputs }) => shown(inputs).target).join('')).toBe(expected)
  })
  it('are never all of them', () => {
    const choice = choose(jobWith([meta('m'), `push: true, ${tags('m')}`]), 'Dockerfile', { image: 'ghcr.io/org/b' })
    expect(choice).toMatchObject({
      ok: true,
      namesImage: true,
      areTagsKnown: false,
      tags: ['ghcr.io/org/b:{{metadata}}'],
    })
  })
  it('name a build that pushes by digest', () => {
    const digest = "outputs: 'type=image,push-by-digest=true,push=true'"
    const choice = choose(jobWith([meta('m'), digest]), 'Dockerfile', { image: 'ghcr.io/org/b' })
    expect(choice).toMatchObject({ ok: true, namesImage: true, publishes: true })
    const named = "outputs: 'type=image,name=ghcr.io/org/other,push=true'"
    const other = choose(jobWith([meta('m'), named]), 'Dockerfile', { image: 'ghcr.io/org/b' })
    expect(other).toMatchObject({ ok: true, namesImage: false })
  })
})

describe('what is not read beside it', () => {
  const test = 'load: true'
  const said = `the build in ${PATH}:5 publishes nothing, and ${PATH}:7: make push is not read: it is assumed to be the one that does`
  it.each([
    ['a test, and something that is not read', [test, 'run: make push'], [said]],
    ['a build that publishes', ['push: true', 'run: make push'], []],
    ['a script that may publish later', ['context: .', 'run: npm test'], []],
    ['a test alone', [test], []],
  ])('%s', (_title, steps, assumed) => {
    expect(choose(jobWith(steps), 'Dockerfile')).toMatchObject({ ok: true, assumed })
  })
})

describe('a step that bakes', () => {
  const bake = (inputs = '{}') => `uses: docker/bake-action@v6\n        with: ${inputs}`
  const TARGETS = {
    group: { default: { targets: ['app'] }, all: { targets: ['app', 'debug'] } },
    target: {
      app: { context: '.', target: 'prod', tags: ['ghcr.io/org/app:1'] },
      debug: { context: '.', target: 'debug', tags: ['ghcr.io/org/debug:1'] },
      web: { context: 'web', contexts: { base: 'target:base', again: 'target:app' } },
      base: { dockerfile: 'base/Dockerfile' },
      inline: { 'dockerfile-inline': 'FROM a' },
    },
  }
  const files = { 'docker-bake.json': JSON.stringify(TARGETS) }
  const target = (name: string, line = 5) => `target ${name} of ${PATH}:${line}`
  const names = (text: string, dockerfile: string, more: More = {}) => {
    const choice = choose(text, dockerfile, { files, ...more })
    return choice.ok ? choice.builds.map(({ inputs }) => shown(inputs).target) : choice.reason
  }
  it('builds the default', () => expect(names(jobWith([bake()]), 'Dockerfile')).toEqual(['prod']))
  it('builds the target that is named', () => {
    expect(names(jobWith([bake('{ targets: debug }')]), 'Dockerfile')).toEqual(['debug'])
  })
  it('builds what a script names', () => {
    expect(names(jobWith(['run: docker buildx bake debug']), 'Dockerfile')).toEqual(['debug'])
  })
  it('builds a group: the tags say which is the image', () => {
    const text = jobWith([bake('{ targets: all }')])
    expect(names(text, 'Dockerfile')).toEqual(['prod', 'debug'])
    expect(names(text, 'Dockerfile', { image: 'ghcr.io/org/debug' })).toEqual(['debug'])
  })
  it('with the targets of a matrix together', () => {
    const text = jobWith([bake('{ targets: "${{ matrix.t }}" }')], '{ t: [app, debug] }')
    expect(names(text, 'Dockerfile')).toEqual(['prod', 'debug'])
  })
  it('of which the targets are not known builds all', () => {
    const text = jobWith([bake('{ targets: "${{ inputs.t }}" }')])
    const choice = choose(text, 'Dockerfile', { files })
    expect(choice.ok && choice.builds.map(({ inputs }) => shown(inputs).target)).toEqual(['prod', 'debug'])
    expect(choice).toMatchObject({
      assumed: [
        `Dockerfile is built in 2 ways (${target('app')}, ${target('debug')}): the base images of all are tracked`,
        `the targets of ${PATH}:5 are \${{ inputs.t }}: all targets of this Dockerfile are tracked`,
      ],
    })
  })
  it('builds on targets, all the way down', () => {
    const choice = choose(jobWith([bake('{ targets: web }')]), 'web/Dockerfile', { files })
    expect(choice.ok && choice.linked.map((one) => [one.target.name, one.folder])).toEqual([
      ['base', ''],
      ['app', ''],
    ])
    expect(choose(jobWith([bake('{ targets: app }')]), 'Dockerfile', { files })).toMatchObject({ linked: [] })
  })
  it('whose targets are built on each other is nobody’s', () => {
    const circle = JSON.stringify({ target: { default: { contexts: { a: 'target:default' } } } })
    const choice = choose(jobWith([bake()]), 'Dockerfile', { files: { 'docker-bake.json': circle } })
    expect(choice).toEqual({ ok: false, reason: expect.stringContaining('default → default'), others: [] })
  })
  it('of a Dockerfile in the definition is taken for it where nothing else builds it', () => {
    const text = jobWith([bake('{ targets: inline }')])
    const choice = choose(text, 'docker/Dockerfile', { files })
    expect(choice).toMatchObject({
      ok: true,
      builds: [{ inline: { text: 'FROM a' } }],
      assumed: [
        `the Dockerfile of ${target('inline')} is inline in the definition: it is assumed to be docker/Dockerfile`,
      ],
    })
    const both = choose(jobWith([bake('{ targets: "inline,web" }')]), 'web/Dockerfile', { files })
    expect(both).toMatchObject({ ok: true, builds: [{ inline: null }], assumed: [] })
  })
  it('that cannot be read says why', () => {
    const choice = choose(jobWith([bake()]), 'Dockerfile', { files: { 'docker-bake.json': '{' } })
    expect(choice).toEqual({ ok: false, reason: 'the file is not JSON.', others: [] })
  })
  it('that cannot be read does not count beside one that can', () => {
    const text = jobWith([bake(), 'push: true, target: x'])
    expect(names(text, 'Dockerfile', { files: { 'docker-bake.json': '{' } })).toEqual(['x'])
  })
  it('counts beside a step that pushes: neither is known to be the other', () => {
    expect(names(jobWith([bake(), 'push: true, target: x']), 'Dockerfile')).toEqual(['prod', 'x'])
  })
  it('counts before an unknown one', () => {
    expect(names(jobWith([bake(), "file: '${{ inputs.f }}', target: x"]), 'Dockerfile')).toEqual(['prod'])
  })
})
