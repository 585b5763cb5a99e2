/** The pipelines of a local GitLab: created, listed and shown as lib/api/ci/pipelines.rb of GitLab does. */

export interface FakePipeline {
  readonly id: number
  /** Path of its project. */
  readonly project: string
  readonly ref: string
  readonly source: string
  readonly variables: Readonly<Record<string, string>>
  status: string
  startedAt: string
  updatedAt: string
}

export interface PipelineReply {
  readonly status: number
  readonly body: unknown
}

export interface PipelineQuestion {
  readonly method: string
  readonly project: string
  readonly branches: readonly string[]
  /** What comes after `/pipelines/`. */
  readonly id: string | undefined
  readonly query: string
  readonly body: string
}

interface Wanted {
  readonly ref?: string
  readonly variables?: readonly { readonly key: string; readonly value: string }[]
}

/** A pipeline that somebody starts. */
export function startPipeline(
  pipelines: FakePipeline[],
  about: Pick<FakePipeline, 'project' | 'ref'> & Partial<FakePipeline>,
): FakePipeline {
  const now = new Date().toISOString()
  const times = { startedAt: now, updatedAt: now }
  const pipeline = { id: 501 + pipelines.length, source: 'push', variables: {}, status: 'running', ...times, ...about }
  pipelines.push(pipeline)
  return pipeline
}

/** Answers POST /pipeline, GET /pipelines and GET /pipelines/ID of a project. */
export function answerPipelines(pipelines: FakePipeline[], question: PipelineQuestion): PipelineReply {
  return question.method === 'POST' ? create(pipelines, question) : show(pipelines, question)
}

function create(pipelines: FakePipeline[], { project, branches, body }: PipelineQuestion): PipelineReply {
  const { ref = '', variables = [] } = JSON.parse(body) as Wanted
  if (!branches.includes(ref)) return { status: 400, body: { message: { base: ['Reference not found'] } } }
  const given = Object.fromEntries(variables.map(({ key, value }) => [key, value]))
  return { status: 201, body: shown(startPipeline(pipelines, { project, ref, source: 'api', variables: given })) }
}

function show(pipelines: readonly FakePipeline[], { project, id, query }: PipelineQuestion): PipelineReply {
  const own = pipelines.filter((one) => one.project === project)
  if (id !== undefined) {
    const found = own.find((one) => String(one.id) === id)
    return found === undefined
      ? { status: 404, body: { message: '404 Not found' } }
      : { status: 200, body: shown(found) }
  }
  const {
    ref,
    source,
    updated_after: after = '1970-01-01',
    page = '1',
    per_page: size = '20',
  } = Object.fromEntries(new URLSearchParams(query))
  const listed = own
    .filter((one) => (ref ?? one.ref) === one.ref && (source ?? one.source) === one.source)
    .filter((one) => Date.parse(one.updatedAt) >= Date.parse(after))
    .sort((one, other) => other.id - one.id)
  const first = (Number(page) - 1) * Number(size)
  return { status: 200, body: listed.slice(first, first + Number(size)).map(shown) }
}

function shown({ id, ref, source, status, startedAt, updatedAt }: FakePipeline) {
  const isOver = !['created', 'pending', 'running'].includes(status)
  const times = { created_at: startedAt, started_at: startedAt, updated_at: updatedAt }
  return { id, iid: id, name: null, ref, source, status, ...times, finished_at: isOver ? updatedAt : null }
}
