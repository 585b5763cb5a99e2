import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Factory, synthesize } from '../../../src/kargo/index.js'
import { runs } from '../../support/full.js'
import { readObjects } from '../../support/kargo-schemas.js'
import { factory, OWN_TEMPLATES } from './arbitrary.js'
import { environment, exampleFactory, image, NODE, TELLING } from './fixtures.js'
import { type Manifest, wiringFaults } from './wiring.js'

const own = OWN_TEMPLATES.map((name) => `AnalysisTemplate ${name}`)
const printed = (given: Factory) =>
  synthesize(given)
    .map(({ text }) => text.replace(/^#.*\n/, ''))
    .join('---\n')
const faultsOf = (text: string) => wiringFaults(readObjects(text) as unknown as Manifest[], own)

test('whatever the factory: its objects fit together', () => {
  fc.assert(
    fc.property(factory, (given) => {
      expect(faultsOf(printed(given))).toEqual([])
    }),
    { numRuns: runs(100, 12) },
  )
})

const promoted = image({ environments: [environment('test', { pullRequest: true })] }, [NODE.name])
const example = printed(exampleFactory({ settings: TELLING, images: [promoted] }))

// biome-ignore format: one case a line
test.each<[what: string, from: RegExp, to: string, fault: RegExp]>([
  ['a Warehouse that is nowhere', /kind: Warehouse\n(\s+)name: backstage$/m, 'kind: Warehouse\n$1name: gone', /^Stage .* needs the Warehouse gone$/],
  ['a Stage that is nowhere', /stages:\n(\s+)- soak-/, 'stages:\n$1- gone-', /needs the Stage gone-/],
  ['a task that is nowhere', /(task:\n\s+name: )rebuild-github/, '$1gone', /needs the PromotionTask gone$/],
  ['a template that is nowhere', /(- name: )scan-image/, '$1gone', /needs the AnalysisTemplate gone$/],
  ['two objects of one name', /name: soak-node-22-bookworm-slim/, 'name: analyze-backstage', /^two objects of one name$/],
  ['a name that is too long', /(metadata:\n {2}name: )notify-state/, `$1${'n'.repeat(64)}`, /has no name$/],
  ['a label that is none', /(environment: )test/, '$1-test', /has a label -test$/],
  ['an empty variable', /(rebuildDelay\n\s+value: )\S+/, '$1""', /rebuild-trigger-backstage gives rebuild-github no rebuildDelay$/],
  ['a variable that is not given', / {2}- name: ref\n\s+value: main\n/, '', /gives (?:notify-state|observe-base-image) no ref$/],
  ['a variable that is not declared', /vars\.rebuildDelay\)/, 'vars.delay)', /uses vars\.delay$/],
  ['an output that is not there yet', /quote\(ctx\.targetFreight\.name\)/, 'quote(task.outputs.runs.x)', /uses task\.outputs\.runs$/],
  ['an output of no step', /task\.outputs\.runs\?/, 'task.outputs.gone?', /uses task\.outputs\.gone\?\.$/],
  ["an output by another's name", /outputs\.push\.branch/, 'task.outputs.push.branch', /uses task\.outputs\.push$/],
  ['the status of no step', /status\("push"\)/, 'status("gone")', /uses gone$/],
  ['two steps of one name', /as: clone$/m, 'as: commit', /promote-backstage-test commit$/],
  ["a name that is Kargo's own", /as: clone$/m, 'as: step-1', /step-1$/],
  ['what Kargo gave up', /secret\(vars\.tokenSecret \?\? "github-dispatch"\)\.token/, 'secrets.a.b', /uses .*secrets\.a/],
  ['a repository that Kargo does not watch', /repoURL: ghcr\.io\/\S+/, 'repoURL: ghcr.io/a--b', /watches ghcr\.io\/a--b$/],
  ['a pattern for a path', /- backstage\/app\/\S+/, '- glob:**', /watches .*glob/],
])('%s is seen', (_, from, to, fault) => {
  expect(faultsOf(example)).toEqual([])
  const changed = example.replace(from, to)
  expect(changed).not.toBe(example)
  expect(faultsOf(changed)).toContainEqual(expect.stringMatching(fault))
})
