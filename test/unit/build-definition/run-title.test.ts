// biome-ignore-all lint/suspicious/noTemplateCurlyInString: GitHub evaluates these.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DispatchedRun, pipelineTitle, runTitle } from '../../../src/build-definition/index.js'
import { workflow } from './examples.js'

const INPUTS = `on:
  workflow_dispatch:
    inputs:
      image: { type: string }
      tag: { default: latest }
      push: { type: boolean, default: true }
      cache: { type: boolean }
      jobs: { type: number, default: 4 }
      level: { type: choice, options: [low, high] }
      reason: { type: string }
      data: { type: string }
`

const RUN = { repo: 'Acme/apps', branch: 'main', inputs: new Map([['image', 'web']]) }

function titled(runName: string, run: Partial<DispatchedRun> = {}, more = '') {
  return runTitle(workflow(`${more}run-name: ${JSON.stringify(runName)}\n${INPUTS}jobs: {}\n`), { ...RUN, ...run })
}

describe('what a dispatched run is called', () => {
  it.each([
    ['Build everything', 'Build everything'],
    ['Build ${{ inputs.image }}', 'Build web'],
    ['Build ${{inputs.IMAGE}}:${{ inputs.tag }}', 'Build web:latest'],
    ["${{ inputs['image'] }}", 'web'],
    ['${{ github.event.inputs.image }} ${{ github.event.inputs.tag }}', 'web latest'],
    ['${{ inputs.reason }}${{ github.event.inputs.reason }}web', 'web'],
    ['${{ inputs.nothing }}x${{ github.event.inputs.nothing }}', 'x'],
    ["${{ format('{0} on {1}', inputs.image, github.ref_name) }}", 'web on main'],
    ['${{ fromJSON(inputs.data).name }}', 'web'],
    ['${{ fromJSON(\'["a", "b"]\')[1] }}', 'b'],
    ["${{ join(fromJSON('[\"a\", 2, true]'), '-') }}", 'a-2-true'],
    ["${{ contains(inputs.image, 'WE') && 'yes' || 'no' }}", 'yes'],
    ["${{ startsWith(inputs.image, 'x') && 'yes' || 'no' }}", 'no'],
    ["${{ github.event_name == 'workflow_dispatch' && inputs.image || github.event.head_commit.message }}", 'web'],
    ['${{ inputs.image || github.sha }}', 'web'],
    ["${{ github.event.pull_request.title || 'none' }}", 'none'],
    [
      '${{ github.repository }} ${{ github.repository_owner }} ${{ github.ref }} ${{ github.ref_type }}',
      'Acme/apps Acme refs/heads/main branch',
    ],
    ['${{ github.workflow }}/${{ github.head_ref }}x', 'build.yml/x'],
    ['${{ inputs.push }} ${{ !inputs.push }}', 'true false'],
    ["${{ inputs.push && 'pushes' || 'tests' }}", 'pushes'],
    ["${{ github.event.inputs.push == 'true' && 'text' || 'other' }}", 'text'],
    ['${{ inputs.jobs }} ${{ inputs.jobs > 3 }}', '4 true'],
    ["it's ${{ 'it''s' }} }}", "it's it's }}"],
  ])('%s', async (written, title) => {
    const inputs = new Map([...RUN.inputs, ['data', '{"name": "web"}']])
    expect(await titled(written, { inputs })).toEqual({ kind: 'title', title })
  })

  it('what is sent goes before a default, in its type', async () => {
    const inputs = new Map([
      ['push', 'false'],
      ['jobs', '1e1'],
      ['tag', '1.10'],
    ])
    const title =
      "${{ inputs.push && 'a' || 'b' }} ${{ inputs.jobs }} ${{ github.event.inputs.jobs }} ${{ inputs.tag }}"
    expect(await titled(title, { inputs })).toEqual({ kind: 'title', title: 'b 10 1e1 1.10' })
  })

  it('the workflow by its name where it has one', async () => {
    expect(await titled('${{ github.workflow }}', {}, 'name: Images\n')).toEqual({ kind: 'title', title: 'Images' })
  })

  it.each(['', ' ', '${{ inputs.reason }}', '  ${{ github.head_ref }}'])('%j is none', async (written) => {
    expect(await titled(written)).toEqual({ kind: 'none' })
  })

  it('none where none is written', async () => {
    expect(await runTitle(workflow(`${INPUTS}jobs: {}\n`), RUN)).toEqual({ kind: 'none' })
    expect(await runTitle(workflow(`run-name: {a: b}\n${INPUTS}jobs: {}\n`), RUN)).toEqual({ kind: 'none' })
  })
})

describe('what is not known before a run', () => {
  const later = 'which is known only when the workflow runs'
  it.each([
    ['#${{ github.run_number }}', `uses github.run_number, ${later}`],
    ['${{ inputs.image }} by ${{ github.actor }}', `uses github.actor, ${later}`],
    ['${{ github.sha && inputs.image }}', `uses github.sha, ${later}`],
    ['${{ inputs[github.actor] }}', `uses github.actor, ${later}`],
    ['${{ vars.TITLE }}', `uses vars.TITLE, ${later}`],
    ['${{ github.event.repository.id }}', `uses github.event.repository.id, ${later}`],
    ['${{ toJSON(inputs) }}', `uses all of inputs, ${later}`],
    ["${{ join(github.*, ',') }}", `uses all of github, ${later}`],
    ['${{ inputs.cache }}', 'uses the input cache, which is not sent and has no default'],
    ['${{ inputs.level }}', 'uses the input level, which is not sent and has no default'],
    ['${{ inputs.reason }}', 'uses the input reason, which is different for every new base image'],
    ['${{ github.event.inputs.reason }}', 'uses the input reason, which is different for every new base image'],
    ['${{ github.ref_name }}', `uses github.ref_name, ${later}`],
  ])('%s', async (written, reason) => {
    const inputs = new Map([...RUN.inputs, ['reason', 'because of $(baseImage)']])
    expect(await titled(written, { branch: null, inputs })).toEqual({ kind: 'unknown', reason })
  })

  it.each([
    ['push', 'maybe'],
    ['jobs', 'many'],
    ['jobs', ' '],
  ])('what GitHub would refuse for %s: %j', async (name, text) => {
    const title = await titled(`\${{ inputs.${name} }}`, { inputs: new Map([[name, text]]) })
    expect(title).toEqual({ kind: 'unknown', reason: `uses inputs.${name}, ${later}` })
  })
})

describe('what GitHub would refuse, or nobody would find again', () => {
  it.each([
    ['Build ${{ inputs.image', /^cannot be evaluated: \$\{\{ inputs\.image is never closed$/],
    ["Build ${{ 'web }}", /^cannot be evaluated: .* is never closed$/],
    ['${{ }}', /^cannot be evaluated: there is nothing between/],
    ['${{ inputs. }}', /^cannot be evaluated: \S/],
    ['${{ secrets.TOKEN }}', /^cannot be evaluated: Unrecognized named-value: 'secrets'/],
    ["${{ hashFiles('*') }}", /^cannot be evaluated: Unrecognized function: 'hashFiles'/],
    ['${{ constructor(1) }}', /^cannot be evaluated: \S/],
    ['${{ inputs }}', /^cannot be evaluated: it comes out as a list or a map$/],
    ["${{ fromJSON('[1') }}", /^cannot be evaluated: Error parsing JSON/],
    ["${{ format('{1}', 1) }}", /^cannot be evaluated: \S/],
    [' Build', /space at one of its ends/],
    ['Build\nweb', /line break/],
    ['Build \u0007 \u202e', /control character/],
    ['${{ fromJSON(\'"a\\nb"\') }}', /line break/],
    ["${{ '${{ secret(1) }}' }}", /which Kargo would evaluate$/],
    ['x'.repeat(201), /^comes out longer than 200 characters$/],
    ['${{ inputs.image }}'.repeat(6000), /^is longer than 2048 characters$/],
    ['x'.repeat(100_000), /^is longer than 2048 characters$/],
    [`\${{ ${'('.repeat(400)}1${')'.repeat(400)} }}`, /^cannot be evaluated: \S/],
    [`\${{ ${'!'.repeat(1500)}1 }}`, /^cannot be evaluated: \S/],
    [
      `\${{ join(fromJSON('[${'1,'.repeat(400)}1]'), '${'-'.repeat(500)}') }}`,
      /^cannot be evaluated: a part of it is longer/,
    ],
    [`\${{ 1${' == 1'.repeat(350)} }}x${'y'.repeat(250)}`, /^comes out longer/],
  ])('%#', async (written, reason) => {
    const result = await titled(written)
    expect(result).toEqual({ kind: 'unknown', reason: expect.stringMatching(reason) })
    expect(result.kind === 'unknown' && result.reason.length).toBeLessThan(250)
    expect(result.kind === 'unknown' && result.reason).not.toMatch(/\p{C}/u)
  })

  it('an expression that would grow without end: it is given up at 2,048 characters', async () => {
    // Five, not forty: without the limit the test shall fail, and not the machine.
    const written = `\${{ startsWith(${"format('{0}{0}{0}{0}{0}{0}{0}{0}', ".repeat(5)}'x'${')'.repeat(5)}, 'x') }}`
    expect(await titled(written)).toEqual({
      kind: 'unknown',
      reason: expect.stringMatching(/^cannot be evaluated: a part of it is longer/),
    })
  })

  it('an input longer than any title', async () => {
    const inputs = new Map([['image', 'x'.repeat(65_000)]])
    expect(await titled('${{ inputs.image }}', { inputs })).toMatchObject({ kind: 'unknown' })
  })

  it('anything at all comes to an end, and a title is one short line', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '${{',
        '}}',
        'inputs.image',
        'github.',
        "'",
        'format(',
        ')',
        '[',
        '*',
        '||',
        '&&',
        '.',
        ',',
        '{0}',
      ),
      fc.string({ maxLength: 8, unit: 'binary' }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 20 }), async (pieces) => {
        const facts = { ...workflow(`${INPUTS}jobs: {}\n`), runName: pieces.join(' ') }
        const result = await runTitle(facts, RUN)
        if (result.kind === 'title') expect(result.title).toMatch(/^\P{C}{1,200}$/u)
      }),
    )
  })
})

const PIPELINE = `variables:
  IMAGE: all
  TAG: {value: latest, description: which}
  NESTED: $IMAGE-x
workflow:
  name: NAME
  rules:
    - if: $CI_COMMIT_TAG
      variables: {KIND: release}
    - when: always
build:
  rules:
    - !reference [.rules, main]
  script: [make]
`

function named(name: string, sent: Readonly<Record<string, string>> = {}) {
  const text = PIPELINE.replace('NAME', () => JSON.stringify(name))
  return pipelineTitle(text, '.gitlab-ci.yml', new Map(Object.entries(sent)))
}

describe('what a GitLab pipeline is called', () => {
  it.each([
    ['Build everything', {}, 'Build everything'],
    ['Build $IMAGE', { IMAGE: 'web' }, 'Build web'],
    ['Build ${IMAGE}:%TAG% ', {}, 'Build all:latest'],
    ['$KIND', { KIND: 'x' }, 'x'],
    ['5 $ and 5 %', {}, '5 $ and 5 %'],
  ])('%s with %j', (name, sent, title) => expect(named(name, sent)).toEqual({ kind: 'title', title }))

  it.each(['', ' ', '$IMAGE'])('%j with an empty variable is none', (name) => {
    expect(named(name, { IMAGE: '' })).toEqual({ kind: 'none' })
  })

  it.each([
    ['$CI_PIPELINE_IID', {}, 'uses $CI_PIPELINE_IID, which is known only when the pipeline runs'],
    ['$OTHER', {}, 'uses $OTHER, which is not sent and has no fixed value'],
    ['$KIND', {}, 'uses $KIND, which is not sent and has no fixed value'],
    ['$IMAGE', { IMAGE: '$(baseImage)' }, 'uses $IMAGE, which is different for every new base image'],
    ['$NESTED', {}, 'uses $NESTED, whose value contains another variable'],
    ['$$IMAGE', {}, 'contains $$, %% or $[[, which is not evaluated here'],
    ['$[[ inputs.x ]]', {}, 'contains $$, %% or $[[, which is not evaluated here'],
    ['$IMAGE', { IMAGE: 'a\nb' }, 'comes out with a line break, a control character or a space at one of its ends'],
    ['$IMAGE', { IMAGE: 'x'.repeat(300) }, 'comes out longer than 200 characters'],
    ['x'.repeat(100_000), {}, 'is longer than 2048 characters'],
  ])('%# cannot be said', (name, sent, reason) => {
    expect(named(name, sent)).toEqual({ kind: 'unknown', reason })
  })

  it('nothing where the file names none, and a problem where it is none', () => {
    expect(pipelineTitle('build: {script: [make]}\n', 'x', new Map())).toEqual({ kind: 'none' })
    expect(pipelineTitle('workflow: [a]\nvariables: 3\n', 'x', new Map())).toEqual({ kind: 'none' })
    expect(pipelineTitle('a: [', 'x', new Map())).toMatchObject({ ok: false })
  })
})
