import type { Diagnostic } from './result.js'
import type { Need, StageGraph, StageNode } from './stage-graph.js'
import { lower, nearest } from './text.js'

/** With more stages, checking for misspelled stage names would take too long. */
const MAX_STAGES_FOR_SPELLING = 500
/** A name that could be a stage's: no registry, tag or digest. */
const PLAIN_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/

/** Legal instructions that are certainly or probably mistakes. */
export function suspicions(graph: StageGraph): Diagnostic[] {
  const seen = new Set<string>()
  const problems: Diagnostic[] = []
  for (const node of graph.nodes) {
    problems.push(...stageNameSuspicions(node, seen), ...fromSuspicions(node, graph))
    for (const need of node.needs) problems.push(...needSuspicions(need, graph))
  }
  return problems
}

/** A `syntax` line with another frontend, which may interpret the file differently. */
export function syntaxSuspicions(syntax: string | null): Diagnostic[] {
  if (syntax === null || /^(?:docker\.io\/)?(?:docker\/dockerfile|docker\/dockerfile-upstream)(?:[:@]|$)/.test(syntax))
    return []
  return [
    warning(
      1,
      `the file asks for the frontend ${syntax}, which may parse it differently: it is parsed here as a plain Dockerfile`,
    ),
  ]
}

/** Hint appended to an error when the line looks like a template rather than a Dockerfile. */
export function templateAdvice(text: string, line: number): string {
  const content = text.split('\n', line)[line - 1] ?? ''
  if (!/\{\{|\{%|<%/.test(content)) return ''
  return '. This looks like a template, not a Dockerfile: render it first and point to the result'
}

function stageNameSuspicions(node: StageNode, seen: Set<string>): Diagnostic[] {
  const { name, line } = node.stage.from
  if (name === null) return []
  const isRepeated = seen.has(name)
  seen.add(name)
  if (isRepeated)
    return [warning(line, `a stage named ${name} exists already: COPY and mounts use the last one of that name`)]
  if (name !== 'scratch' && name !== 'context') return []
  return [warning(line, `${name} has a special meaning and should not name a stage`)]
}

function fromSuspicions(node: StageNode, graph: StageGraph): Diagnostic[] {
  const { text, line } = node.image
  const later = node.base === null && text !== 'scratch' ? graph.byName.get(lower(text)) : undefined
  if (later !== undefined && later.index > node.index) {
    const message = `FROM ${text} looks like a reference to the stage of line ${later.stage.from.line}`
    return [warning(line, `${message}, but FROM sees earlier stages only: an image of that name is pulled`)]
  }
  return node.base === null ? misspelled(text, line, graph) : []
}

function needSuspicions(need: Need, graph: StageGraph): Diagnostic[] {
  const { text, line, image } = need
  if (image === null || text === 'scratch') return []
  if (!need.isNew)
    return [warning(line, `--from=${text} is beyond the last stage and means the image ${image.text}: name it`)]
  if (/^\d+$/.test(text)) {
    const message = `from=${text} means an image called ${text} here`
    return [warning(line, `${message}: only COPY --from takes the index of a stage. Give the stage a name`)]
  }
  if (/^0[xob][0-9a-f]+$/i.test(text)) {
    return [warning(line, `--from=${text} means an image called ${text}: the index of a stage is a decimal number`)]
  }
  return misspelled(text, line, graph)
}

function misspelled(text: string, line: number, graph: StageGraph): Diagnostic[] {
  if (text.length < 4 || !PLAIN_NAME.test(text) || graph.nodes.length > MAX_STAGES_FOR_SPELLING) return []
  const meant = nearest(lower(text), graph.byName.keys())
  if (meant === null) return []
  return [
    warning(
      line,
      `${text} is not a stage of this file, so an image of that name is pulled: did you mean the stage ${meant}?`,
    ),
  ]
}

function warning(line: number, message: string): Diagnostic {
  return { severity: 'warning', line, message }
}
