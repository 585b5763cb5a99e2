import { BRANCH } from '../enrollment/grammar.js'
import { type Problem, problem } from '../enrollment/problem.js'
import type { TrackedImage } from '../state/model.js'
import type { ManifestChart } from './charts/manifest-chart.js'
import { branchesFault } from './charts/promote-stage.js'
import { watchedFiles } from './charts/source-chart.js'
import { changesType } from './constructs/expression.js'
import { branchOf, type Factory } from './factory.js'
import { FORGES } from './forges/index.js'

/**
 * Problems that prevent an image's manifests, each at the position of its key: only those that the schema of
 * images.yaml cannot detect. The default branch comes from the forge, and whether a path is watched depends on
 * `settings.stateWorkflow`.
 */
export function imageProblems(image: TrackedImage, factory: Factory): Problem[] {
  const { name, line, column, lineOf, environments } = image.enrollment
  const at = (key: string) => ({
    file: factory.imagesFile ?? null,
    line: lineOf(key) ?? line,
    column: lineOf(key) === null ? column : null,
    image: name,
  })
  return [
    ...branchFaults(image, factory).map((fault) => problem('manifest-impossible', fault, at('source.branch'))),
    ...patternFaults(image, factory).map(({ key, fault }) =>
      problem('manifest-impossible', fault, { ...at(key), remedy: PATTERN_REMEDY }),
    ),
    ...environments
      .flatMap((environment) => branchesFault(environment) ?? [])
      .map((fault) => problem('manifest-impossible', `image ${name}: ${fault}`, { ...at('name'), line, column })),
  ]
}

function branchFaults(image: TrackedImage, factory: Factory): string[] {
  const { source } = image.enrollment
  if (source === null) return []
  const branch = branchOf(image, factory)
  if (!BRANCH.test(branch)) return [`Kargo does not accept ${branch} as a branch`]
  const forge = FORGES[source.provider]
  if (!changesType(branch) || forge.build(image, source, factory) === null) return []
  return [`Kargo would read the branch ${branch} as a number or boolean, and ${forge.name.text}'s API needs a text`]
}

/** Kargo treats these paths as patterns (its `pkg/pattern/matcher.go`) instead of files. */
const PATH_PATTERN = /^(?:glob|regexp?):/
const PATTERN_REMEDY = 'Build it from a path that does not begin with glob:, regex: or regexp:.'

function patternFaults({ enrollment: { source } }: TrackedImage, { settings }: Factory) {
  if (source === null || settings.stateWorkflow === null) return []
  return watchedFiles(source)
    .filter(({ path }) => PATH_PATTERN.test(path))
    .map(({ key, path }) => ({ key, fault: `Kargo would read ${key} ${path} as a pattern, not as a file` }))
}

/**
 * Safety net below all other checks: if two files or objects share a name, one would be lost, and a literal that
 * contains an expression would be evaluated.
 */
export function chartProblems(charts: readonly ManifestChart[], imagesFile: string | null): Problem[] {
  const first = new Map<string, ManifestChart>()
  const found: Problem[] = []
  for (const chart of charts) {
    const { line = null, column = null, name: image = null } = chart.entry ?? {}
    const at = { file: imagesFile, line, column, image }
    const add = (fault: string) => found.push(problem('manifest-impossible', `${chart.title}: ${fault}`, at))
    // All objects are in one namespace, and no two API groups share a kind.
    for (const name of [`file ${chart.path}`, ...chart.objects.map((object) => `${object.kind} ${object.name}`)]) {
      const other = first.get(name)?.title
      if (other === undefined) first.set(name, chart)
      else add(`its ${name} is already that of ${other}; one of them needs another name`)
    }
    for (const { kind, name, evaluatedLiterals } of chart.objects)
      for (const text of evaluatedLiterals) {
        const opener = text.includes('${{') ? '${{' : '${%'
        add(`${kind} ${name} contains ${opener}, which Kargo would evaluate: ${JSON.stringify(text)}`)
      }
  }
  return found
}
