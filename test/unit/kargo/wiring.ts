/** Whether generated objects fit together. Kargo's admission asks none of this: it would fail at an update, weeks later. */

export interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> }
  readonly spec?: Spec
}

interface Named {
  readonly name: string
  readonly value?: string
}

interface Step {
  readonly as?: string
  readonly task?: Named
  readonly vars?: readonly Named[]
}

interface Spec {
  readonly vars?: readonly Named[]
  readonly steps?: readonly Step[]
  readonly requestedFreight?: readonly {
    readonly origin: Named
    readonly sources: {
      readonly direct?: true
      readonly stages?: readonly string[]
      readonly requiredSoakTime?: string
    }
  }[]
  readonly promotionTemplate?: { readonly spec: { readonly steps: readonly Step[] } }
  readonly verification?: { readonly analysisTemplates: readonly Named[]; readonly args: readonly Named[] }
  readonly subscriptions?: readonly Readonly<
    Record<string, { readonly repoURL: string; readonly includePaths?: string[] }>
  >[]
}

/** RFC 1123 subdomain; and Kargo's patterns for a repository of images or of Git. */
const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const LABEL = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/
const IMAGE = /^(?:\w+(?:[.-]\w+)*(?::[\d]+)?\/)?(?:\w+(?:[.-]\w+)*)(?:\/\w+(?:[.-]\w+)*)*$/
const GIT = /^https?:\/\/[\w.-]+(?::\d+)?(?:\/[\w.~-]+)+$/
const FILE = /^(?!(?:glob|regexp?):)(?!.*(?:^|\/)\.{0,2}(?:\/|$))/

/** @param known identities (`AnalysisTemplate smoke-test`) of objects that are nowhere in the output. */
export function wiringFaults(manifests: readonly Manifest[], known: readonly string[] = []): string[] {
  const objects = new Map(manifests.map((one) => [identity(one), one]))
  const found = manifests.flatMap((one) =>
    [
      ...shapeFaults(one),
      ...references(one)
        .filter((name) => !objects.has(name) && !known.includes(name))
        .map((name) => `needs the ${name}`),
      ...stepFaults(one, objects),
    ].map((fault) => `${identity(one)} ${fault}`),
  )
  return objects.size === manifests.length ? found : [...found, 'two objects of one name']
}

function identity({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.name}`
}

function shapeFaults({ metadata: { name, labels = {} }, spec }: Manifest): string[] {
  const subscriptions = (spec?.subscriptions ?? []).flatMap((one) => Object.entries(one))
  const origins = (spec?.requestedFreight ?? []).map(({ origin }) => origin.name)
  return [
    ...(NAME.test(name) && name.length <= 63 ? [] : ['has no name']),
    ...Object.values(labels).flatMap((value) =>
      LABEL.test(value) && value.length <= 63 ? [] : [`has a label ${value}`],
    ),
    ...(spec?.vars ?? []).flatMap((one) => (one.value === '' ? [`has an empty variable ${one.name}`] : [])),
    ...(new Set(origins).size === origins.length ? [] : ['asks for Freight of one Warehouse twice']),
    ...subscriptions.flatMap(([kind, { repoURL, includePaths = ['x'] }]) => [
      ...((kind === 'git' ? GIT : IMAGE).test(repoURL) ? [] : [`watches ${repoURL}`]),
      ...(includePaths.length > 0 && includePaths.every((path) => FILE.test(path)) ? [] : [`watches ${includePaths}`]),
    ]),
  ]
}

function references({ spec }: Manifest): string[] {
  return [
    ...(spec?.requestedFreight ?? []).flatMap(({ origin, sources }) => [
      `Warehouse ${origin.name}`,
      ...(sources.stages ?? []).map((name) => `Stage ${name}`),
    ]),
    ...(spec?.promotionTemplate?.spec.steps ?? []).flatMap(({ task }) =>
      task === undefined ? [] : [`PromotionTask ${task.name}`],
    ),
    ...(spec?.verification?.analysisTemplates ?? []).map(({ name }) => `AnalysisTemplate ${name}`),
  ]
}

function stepFaults({ kind, spec }: Manifest, objects: ReadonlyMap<string, Manifest>): string[] {
  const steps = spec?.promotionTemplate?.spec.steps ?? spec?.steps ?? []
  const aliases = steps.flatMap(({ as }) => as ?? [])
  const declared = new Map((spec?.vars ?? []).map(({ name, value }) => [name, value]))
  const prefix = kind === 'PromotionTask' ? 'task.outputs' : 'outputs'
  return [
    ...aliases.filter((as, index) => aliases.indexOf(as) < index || /^(?:step|task)-\d+$|::/.test(as)),
    ...steps.flatMap((step, index) => [
      ...taskFaults(step, declared, objects),
      ...useFaults(step, {
        vars: [...declared.keys(), ...(step.vars ?? []).map(({ name }) => name)],
        earlier: steps.slice(0, index).flatMap(({ as }) => as ?? []),
        aliases,
        prefix,
      }),
    ]),
    ...useFaults(spec?.verification, { vars: [...declared.keys()], earlier: [], aliases: [], prefix }),
  ]
}

/** A variable without a default must be given, and Kargo takes an empty one for missing. */
function taskFaults(
  { task }: Step,
  given: ReadonlyMap<string, string | undefined>,
  objects: ReadonlyMap<string, Manifest>,
): string[] {
  return (objects.get(`PromotionTask ${task?.name}`)?.spec?.vars ?? [])
    .filter(({ name, value }) => (given.get(name) ?? value ?? '') === '')
    .map(({ name }) => `gives ${task?.name} no ${name}`)
}

interface Surroundings {
  readonly vars: readonly string[]
  /** Steps before this one, and all of them. */
  readonly earlier: readonly string[]
  readonly aliases: readonly string[]
  /** How other steps' outputs are known here. */
  readonly prefix: string
}

const QUOTED = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g
const USE = /(?<![\w.])(vars|task\.outputs|outputs)\.(\w+)(\)?\s*(?:\?\.|\?\?)|\s*[!=]=\s*"")?/g

/** What `??`, `?.` or a comparison with a text follows may be missing: a later step's output, from before a restart. */
function useFaults(holder: unknown, { vars, earlier, aliases, prefix }: Surroundings): string[] {
  const code = (JSON.stringify(holder ?? null).match(/\$\{\{.*?\}\}|\$\{%.*?%\}/g) ?? []).map(
    (text) => JSON.parse(`"${text}"`) as string,
  )
  const asked = code.flatMap((text) => [...text.matchAll(/status\("([^"]*)"\)/g)]).map(([, alias = '']) => alias)
  const uses = code.flatMap((text) => [...text.replace(QUOTED, '""').matchAll(USE)])
  return [
    ...asked.filter((alias) => !aliases.includes(alias)),
    ...uses.flatMap(([use, head, name = '', mayBeMissing]) => {
      if (head === 'vars') return mayBeMissing !== undefined || vars.includes(name) ? [] : [use]
      return head === prefix && (mayBeMissing === undefined ? earlier : aliases).includes(name) ? [] : [use]
    }),
    ...code.filter((text) => /(?<![\w.])secrets\s*[.?[]|freightMetadata\([^()]*,/.test(text)),
  ].map((what) => `uses ${what}`)
}
