import { describe, expect, it } from 'vitest'
import { type Around, follow } from './followed.js'

const quoted = (condition: string) => JSON.stringify(condition)

/** A workflow of which the step, and the job around it, may carry a condition. */
const conditional = ({ step, job, on = 'workflow_dispatch' }: { step?: string; job?: string; on?: string }) => `on:
  ${on}:
    inputs:
      push: { type: boolean, default: true }
      env: { type: choice, options: [dev, prod], default: dev }
      note: { default: "" }
env: { V: "1" }
jobs:
  image:
    ${job === undefined ? '' : `if: ${job}`}
    steps:
      - id: before
        run: echo
      - uses: docker/build-push-action@v6
        ${step === undefined ? '' : `if: ${step}`}
`

const seen = (text: string, around: Around = {}) => {
  const { builds, conditionalJobs } = follow(text, around)
  const [build] = builds
  return [build?.runs, conditionalJobs.length > 0] as const
}

const CASES: readonly (readonly [string, boolean | null])[] = [
  ["github.event_name == 'push'", false],
  ["github.event_name == 'workflow_dispatch'", true],
  ["github.event_name != 'pull_request'", true],
  ["${{ github.event_name != 'pull_request' }}", true],
  // A text beside an expression is one that is not empty.
  ["!${{ github.event_name == 'push' }}", true],
  ["${{ !(github.event_name == 'push') }}", true],
  ["GITHUB.Event_Name == 'WORKFLOW_DISPATCH'", true],
  ["github.event_name == 'push' || github.event_name == 'workflow_dispatch'", true],
  ["github.event_name == 'push' && github.actor == 'x'", false],
  ["github.event_name != 'push' || github.actor == 'x'", true],
  ["github.actor == 'x' || github.event_name != 'push'", null],
  ['contains(fromJSON(\'["push", "workflow_dispatch"]\'), github.event_name)', true],
  ["github.ref == 'refs/heads/main'", true],
  ["github.ref == 'refs/heads/dev'", false],
  ["github.ref_name == 'main'", true],
  ["startsWith(github.ref, 'refs/tags/')", false],
  ["github.ref_type == 'tag'", false],
  ["github.repository == 'org/app'", true],
  ["github.repository == 'org/upstream'", false],
  ["github.repository_owner == 'org'", true],
  ['github.event.pull_request.merged', false],
  ['github.event.pull_request.draft == false', true],
  ["github.head_ref == ''", true],
  ["contains(github.event.head_commit.message, 'release')", false],
  ["github.event.repository.default_branch == 'main'", null],
  ['github.event.repository.fork', null],
  ["github.actor == 'x'", null],
  ["secrets.TOKEN != ''", null],
  ["vars.PUSH == 'true'", null],
  ["needs.changes.outputs.app == 'true'", null],
  ["needs.changes.result == 'success'", null],
  ['inputs.push', true],
  ['!inputs.push', false],
  ['inputs.push == true', true],
  ["inputs.push == 'true'", false],
  ["github.event.inputs.push == 'true'", true],
  ["inputs.env == 'prod'", false],
  ['inputs.note', false],
  ['inputs.nothing', null],
  ['success()', true],
  ['always()', true],
  ['!cancelled()', true],
  ['failure()', false],
  ["always() && github.event_name == 'push'", false],
  ['true', true],
  ['false', false],
  ['0', false],
  ['1', true],
  ["''", false],
  ["'false'", true],
  ['null', false],
  ['github.event', true],
  ['a b', null],
  ['${{', null],
  ['toString()', null],
  ['__proto__', null],
  ['', true],
]

describe('a condition, in a run that is dispatched', () => {
  it.each(CASES)('%s of a job: %s', (condition, runs) => {
    expect(seen(conditional({ job: quoted(condition) }))).toEqual([runs, runs === null])
  })
  it.each(CASES)('%s of a step: %s', (condition, runs) => {
    expect(seen(conditional({ step: quoted(condition) }))).toEqual([runs, runs === null])
  })
  it.each([
    ["env.V == '1'", true],
    ["env.V == '2'", false],
    ["env.W == '1'", null],
    ["steps.before.outputs.x == '1'", null],
    ["hashFiles('x') != ''", null],
  ])('%s of a step alone: %s', (condition, runs) => {
    expect(seen(conditional({ step: quoted(condition) }))).toEqual([runs, runs === null])
  })
  it.each([
    ['true', true],
    ['false', false],
    ['[a]', null],
    ['{ a: 1 }', null],
    ['', true],
  ])('as YAML %s: %s', (written, runs) => {
    expect(seen(conditional({ job: written }))).toEqual([runs, runs === null])
  })
  it('is met by what is sent', () => {
    const text = conditional({ job: quoted("inputs.env == 'prod' && inputs.push") })
    expect(seen(text, { inputs: { env: 'prod' } })[0]).toBe(true)
    expect(seen(text, { inputs: { env: 'prod', push: 'false' } })[0]).toBe(false)
    expect(seen(text, { inputs: { env: '$(baseDigest)' } })[0]).toBe(null)
  })
  it('by a branch that is not known is not known', () => {
    const text = conditional({ job: quoted("github.ref == 'refs/heads/main'") })
    expect(seen(text, { branch: null })).toEqual([null, true])
    expect(seen(text, { branch: 'dev' })).toEqual([false, false])
  })
  it('by a repository that is not known is not known', () => {
    expect(seen(conditional({ job: quoted("github.repository == 'org/app'") }), { repo: '' })).toEqual([null, true])
  })
  it('of a step and its job, both have to hold', () => {
    const both = (job: string, step: string) => seen(conditional({ job: quoted(job), step: quoted(step) }))[0]
    const UNKNOWN = "github.actor == 'x'"
    expect([both('true', 'true'), both('true', 'false'), both('false', 'true')]).toEqual([true, false, false])
    expect([both(UNKNOWN, 'true'), both('true', UNKNOWN), both(UNKNOWN, 'false'), both('false', UNKNOWN)]).toEqual([
      null,
      null,
      false,
      false,
    ])
  })
  it('of a job that calls a workflow holds for what is in it', () => {
    const calling = (condition: string) =>
      `on: workflow_dispatch\njobs: { call: { if: ${quoted(condition)}, uses: ./.github/workflows/x.yml } }`
    const called = 'on: workflow_call\njobs: { a: { steps: [{ uses: docker/build-push-action@v6 }] } }'
    const at = (condition: string) => seen(calling(condition), { files: { '.github/workflows/x.yml': called } })
    expect(at("github.event_name == 'push'")).toEqual([false, false])
    expect(at("github.event_name != 'push'")).toEqual([true, false])
    expect(at("needs.a.outputs.b == 'true'")).toEqual([null, true])
    const inside = called.replace('{ steps', '{ if: failure(), steps')
    expect(seen(calling('true'), { files: { '.github/workflows/x.yml': inside } })).toEqual([false, false])
  })
  it('of a script: a command that is left out perhaps is as well conditional', () => {
    const script = (run: string) => `on: workflow_dispatch\njobs: { a: { steps: [{ run: ${quoted(run)} }] } }`
    expect(follow(script('docker build .')).builds).toMatchObject([{ isConditional: false, runs: true }])
    expect(follow(script('if test -f x; then docker build .; fi')).builds).toMatchObject([{ isConditional: true }])
  })
})

describe('a workflow that nobody can dispatch', () => {
  it('may be started by any event', () => {
    for (const condition of ["github.event_name == 'push'", "github.ref == 'refs/heads/main'", 'inputs.push']) {
      expect(seen(conditional({ job: quoted(condition), on: 'push' }))).toEqual([null, true])
    }
    expect(seen(conditional({ job: quoted("github.repository == 'org/app'"), on: 'push' }))).toEqual([true, false])
  })
})
