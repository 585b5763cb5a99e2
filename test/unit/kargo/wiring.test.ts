// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what Kargo evaluates.
import { App } from 'cdk8s'
import { expect, test } from 'vitest'
import { ManifestChart } from '../../../src/kargo/charts/manifest-chart.js'
import { objectProblems, placeAll } from '../../../src/kargo/checks/objects.js'
import { usesReader } from '../../../src/kargo/checks/uses.js'
import { wiringOf } from '../../../src/kargo/checks/wiring.js'
import { expression } from '../../../src/kargo/constructs/expression.js'
import type { JsonObject } from '../../../src/kargo/constructs/json.js'
import { Stage } from '../../../src/kargo/constructs/stage.js'
import { readObjects } from '../../support/kargo-schemas.js'

/** A task, a template, and a Stage with its Warehouse that use them, as they must be. */
const GOOD = `
kind: Project
metadata: {name: factory}
---
kind: ProjectConfig
metadata: {name: factory}
spec:
  promotionPolicies: [{stageSelector: {matchLabels: {a: b}}, autoPromotionEnabled: true}]
---
kind: Warehouse
metadata: {name: app}
spec:
  subscriptions:
  - image: {repoURL: docker.io/library/node, imageSelectionStrategy: Digest, constraint: "22"}
  - git: {repoURL: "https://github.com/acme/app", branch: main, semverConstraint: x}
---
kind: PromotionTask
metadata: {name: rebuild}
spec:
  vars: [{name: url}, {name: token, value: secret}]
  steps:
  - uses: compose-output
    as: update
    config: {where: "\${{ vars.url }}"}
  - uses: http
    as: call
    if: "\${{ task.outputs.update.where != 'vars.nothing' }}"
    config:
      url: \${{ vars["url"] }}/x
      headers: [{name: A, value: "Bearer \${{ secret(vars.token).token }}"}]
      body: '\${% quote({"where": task.outputs["update"].where, "a": {"b": vars.url}}) %}'
      successExpression: response.vars.x == 1 && outputs.y
---
kind: AnalysisTemplate
metadata: {name: scan}
spec: {args: [{name: image}, {name: severity, value: HIGH}], metrics: []}
---
kind: Stage
metadata: {name: promote-app, labels: {image-factory.io/auto-promotion: "true"}}
spec:
  vars: [{name: url, value: "https://x"}]
  requestedFreight: [{origin: {kind: Warehouse, name: app}, sources: {direct: true}}]
  promotionTemplate:
    spec:
      vars: [{name: more, value: "1"}]
      steps:
      - as: rebuild
        task: {name: rebuild}
      - uses: git-push
        as: push
        vars: [{name: own, value: x}]
        config: {path: "\${{ outputs.rebuild.path + vars.url + vars.more + vars.own }}"}
  verification:
    analysisTemplates: [{name: scan}]
    args: [{name: image, value: "\${{ vars.url }}"}]
`

/** @param changes text of GOOD and what stands there instead, in turns. */
function faultsAfter(...changes: readonly string[]): string[] {
  let text = GOOD
  for (let index = 0; index < changes.length; index += 2) {
    const [from = '', to = ''] = changes.slice(index, index + 2)
    expect(text.split(from), from).toHaveLength(2)
    text = text.replace(from, () => to)
  }
  const manifests = readObjects(text) as JsonObject[]
  const faultsOf = wiringOf(manifests)
  return manifests.flatMap((manifest) => faultsOf(manifest).map((fault) => `${manifest.kind} ${fault}`))
}

test('objects that fit together have no faults', () => {
  expect(faultsAfter()).toEqual([])
})

const TASK_URL = 'url: ${{ vars["url"] }}/x'
const TASK_WHERE = '{where: "${{ vars.url }}"}'
const TASK_IF = "task.outputs.update.where != 'vars.nothing'"
const STAGE_PATH = 'outputs.rebuild.path + vars.url + vars.more + vars.own'
const ARGS = 'args: [{name: image, value: "${{ vars.url }}"}]'
const GIT = 'repoURL: "https://github.com/acme/app"'
const LABEL = '{image-factory.io/auto-promotion: "true"}'
const TWO_TEMPLATES = ['[{name: scan}]', '[{name: scan}, {name: mine}]']

// biome-ignore format: one case a line
test.each<[what: string, changes: string[], fault: string]>([
  // Variables
  ['a task uses a variable it does not declare', ['{name: url}, ', ''], 'PromotionTask uses vars.url, which it does not declare'],
  ['… in brackets', [TASK_URL, "url: ${{ vars['nowhere'] }}"], 'PromotionTask uses vars.nowhere, which it does not declare'],
  ['… with a question mark, in percent signs', [TASK_URL, 'url: \'${% quote({"a": vars?.nowhere}) %}\''], 'PromotionTask uses vars.nowhere, which it does not declare'],
  ['… in a condition', [TASK_IF, 'vars.nowhere == 1'], 'PromotionTask uses vars.nowhere, which it does not declare'],
  ['a Stage uses a variable it does not declare', [STAGE_PATH, 'vars.nowhere'], 'Stage uses vars.nowhere, which it does not declare'],
  ["a Stage uses another step's variable", ['  verification', '      - {uses: fail, config: {message: "${{ vars.own }}"}}\n  verification'], 'Stage uses vars.own, which it does not declare'],
  ['a verification uses a variable of the template', [ARGS, ARGS.replace('url', 'more')], 'Stage uses vars.more, which it does not declare'],
  ['a Stage does not give what a task needs', ['{name: url, value: "https://x"}', '', STAGE_PATH, '1', ARGS, ARGS.replace('vars.url', '1')], 'Stage runs the PromotionTask rebuild without its variable url'],
  ['a Stage gives it empty', ['value: "https://x"', 'value: ""'], 'Stage runs the PromotionTask rebuild without its variable url'],
  ['a Stage empties a default', ['value: "https://x"}', 'value: x}, {name: token, value: ""}'], 'Stage runs the PromotionTask rebuild without its variable token'],
  // Outputs
  ['a task uses the output of no earlier step', ['as: update', 'as: later'], 'PromotionTask uses task.outputs.update before there is a step update'],
  ['a step uses its own output', [TASK_WHERE, '{where: "${{ task.outputs.update.where }}"}'], 'PromotionTask uses task.outputs.update before there is a step update'],
  ['a task names outputs as a Stage does', [TASK_IF, 'outputs.update.where'], 'PromotionTask uses outputs.update, which is known as task.outputs.update here'],
  ['a Stage uses the output of no step', [STAGE_PATH, 'outputs?.commit?.sha'], 'Stage uses outputs.commit before there is a step commit'],
  ['a Stage names outputs as a task does', [STAGE_PATH, 'task.outputs.rebuild.path'], 'Stage uses task.outputs.rebuild, which is known as outputs.rebuild here'],
  ['a verification uses an output', [ARGS, ARGS.replace('vars.url', 'outputs.push.commit')], 'Stage uses outputs.push before there is a step push'],
  ['a task asks for a step there is not', [TASK_IF, 'task.outputs.nowhere?.at == nil'], 'PromotionTask asks for task.outputs.nowhere, and there is no step nowhere'],
  // Aliases
  ['an alias twice', ['as: push', 'as: rebuild'], 'Stage has two steps named rebuild'],
  ['an alias twice in a task', ['as: call', 'as: update'], 'PromotionTask has two steps named update'],
  ["Kargo's own alias", ['as: push', 'as: step-2'], 'Stage has a step named step-2, a name that Kargo keeps for itself'],
  ["Kargo's own alias in a task", ['as: call', 'as: task-0'], 'PromotionTask has a step named task-0, a name that Kargo keeps for itself'],
  ["an alias with Kargo's separator", ['as: push', 'as: a::b'], 'Stage has a step named a::b, a name that Kargo keeps for itself'],
  // Promotion
  ['no word on promotion', [LABEL, '{}'], 'Stage does not say whether it promotes by itself'],
  ['neither true nor false', [LABEL, LABEL.replace('true', 'yes')], 'Stage does not say whether it promotes by itself'],
  // Warehouses
  ['a repository twice', [`  - git: {${GIT}`, `  - image: {repoURL: node}\n  - git: {${GIT}`], 'Warehouse watches node twice'],
  ['a git repository twice', ['  - git: ', '  - git: {repoURL: "https://github.com/Acme/app.git"}\n  - git: '], 'Warehouse watches https://github.com/acme/app twice'],
  // What Kargo gave up
  ['image.semverConstraint', ['constraint: "22"', 'semverConstraint: "22"'], 'Warehouse has image.semverConstraint, which Kargo gave up'],
  ['image.allowTags', ['constraint: "22"', 'allowTags: ^1'], 'Warehouse has image.allowTags, which Kargo gave up'],
  ['image.ignoreTags', ['constraint: "22"', 'ignoreTags: [a]'], 'Warehouse has image.ignoreTags, which Kargo gave up'],
  ['git.allowTags', ['branch: main', 'allowTags: ^1'], 'Warehouse has git.allowTags, which Kargo gave up'],
  ['git.ignoreTags', ['branch: main', 'ignoreTags: [a]'], 'Warehouse has git.ignoreTags, which Kargo gave up'],
  ['git over SSH', [GIT, 'repoURL: git@github.com:acme/app'], 'Warehouse reads git@github.com:acme/app over SSH, which Kargo gave up'],
  ['a Project with a spec', ['kind: Project\n', 'kind: Project\nspec: {}\n'], 'Project has spec, which Kargo gave up'],
  ['a policy by the name of a Stage', ['stageSelector: {matchLabels: {a: b}}', 'stage: x'], 'ProjectConfig has a policy by stage, which Kargo gave up'],
  ['the map secrets', [TASK_WHERE, '{where: "${{ secrets.a.b }}"}'], 'PromotionTask uses the map secrets, which Kargo no longer knows'],
  ['freightMetadata with two arguments', [TASK_WHERE, "{where: \"${{ freightMetadata(ctx.targetFreight.name, 'a') }}\"}"], 'PromotionTask uses freightMetadata() with two arguments, which Kargo no longer knows'],
  // AnalysisTemplates
  ['an argument that no template declares', [ARGS, ARGS.replace(']', ', {name: digest, value: x}]')], 'Stage gives the argument digest, which none of its AnalysisTemplates declares'],
  ["… nor surely one of the user's own", [...TWO_TEMPLATES, ARGS, ARGS.replace(']', ', {name: other, value: x}]')], 'Stage gives the argument other, which none of its AnalysisTemplates declares'],
  ['an argument that is not given', [ARGS, 'args: []'], 'Stage does not give the argument image'],
])('%s', (_, changes, fault) => {
  expect(faultsAfter(...changes)).toEqual([fault])
})

// biome-ignore format: one case a line
test.each<[what: string, changes: string[]]>([
  ["image and digest for a template of the user's own", [...TWO_TEMPLATES, ARGS, ARGS.replace(']', ', {name: digest, value: x}]')]],
  ['a value instead of a default', [ARGS, ARGS.replace(']', ', {name: severity, value: LOW}]')]],
  ['a variable that the step gives itself', ['name: url, value: "https://x"', 'name: url, value: ""', 'task: {name: rebuild}', 'task: {name: rebuild}\n        vars: [{name: url, value: y}]']],
  ['a task asks whether a later step has run, and which variable there is', [TASK_WHERE, '{where: "${{ task.outputs.call?.x ?? vars.more ?? 1 }}"}']],
  ['what stands in quotes', [TASK_WHERE, "{where: '${{ \"vars.a\" + `task.outputs.c` + \"\\\"vars.d\" }}'}"]],
  ['members of other things', [TASK_WHERE, '{where: "${{ ctx.vars.a + my_vars.b + response.outputs.c }}"}']],
  ['what is outside of expressions', [TASK_WHERE, '{where: "vars.a ${{ vars.url }} vars.b"}']],
])('no fault: %s', (_, changes) => {
  expect(faultsAfter(...changes)).toEqual([])
})

test('uses are found in every expression of a text', () => {
  const usesIn = usesReader()
  expect(usesIn(['${{ vars.c }}'])).toMatchObject({ vars: ['c'] })
  expect(usesIn(['${{ vars.a }}-${{ vars.b }}', 'vars.c', '${% {"x": {"y": vars.d}} %}'])).toEqual({
    vars: ['a', 'b', 'd'],
    optionalVars: [],
    taskOutputs: [],
    askedOutputs: [],
    outputs: [],
    retired: [],
  })
})

test('what may be missing is told from what must be there', () => {
  const text =
    '${{ vars.a ?? "x" }} ${{ vars.b == "y" || vars.c in ["z"] || task.outputs.d?.e == nil || (task.outputs.f ?? task.outputs.g)?.h > 1 || task.outputs.i.j }}'
  expect(usesReader()([text])).toEqual({
    vars: ['c'],
    optionalVars: ['a', 'b'],
    taskOutputs: ['i'],
    askedOutputs: ['d', 'f', 'g'],
    outputs: [],
    retired: [],
  })
})

test('the generator asks all this of what it made, and says where it comes from', () => {
  const subject = { title: 'image app', image: 'app', line: 5, column: 3 }
  const chart = new ManifestChart(new App(), 'app', { file: 'image-app', subject, namespace: 'factory' })
  new Stage(chart, {
    name: 'analyze-app',
    autoPromotion: true,
    vars: {},
    requestedFreight: [{ warehouse: 'app', from: { direct: true } }],
    steps: [{ uses: 'compose-output', as: 'image', config: { a: expression('${{ vars.nowhere }}') } }],
    verification: { analysisTemplates: ['mine', 'theirs'], args: {} },
  })
  const problems = objectProblems([chart], placeAll([chart]), {
    imagesFile: 'images.yaml',
    ownTemplates: new Set(['mine']),
  })
  expect(problems.map(({ message }) => message)).toEqual([
    'image app: its Stage analyze-app needs the Warehouse app, which does not exist',
    'image app: its Stage analyze-app needs the AnalysisTemplate theirs, which does not exist',
    'image app: its Stage analyze-app uses vars.nowhere, which it does not declare',
  ])
  expect(problems[0]).toMatchObject({ file: 'images.yaml', line: 5, column: 3, image: 'app' })
})
