/** GitHub's GraphQL API: every query is validated against the public schema, then really executed. */
import { readFileSync } from 'node:fs'
import {
  buildSchema,
  type DocumentNode,
  execute,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  getVariableValues,
  parse,
  validate,
} from 'graphql'
import { knownToken } from './access.js'
import { createCommitOnBranch } from './graphql-commit.js'
import { type Context, GitHubError, type Node, repositoryNode } from './graphql-objects.js'
import type { RecordedRequest, Reply, World } from './model.js'
import { BAD_CREDENTIALS, failure, json } from './replies.js'

let built: GraphQLSchema | undefined

/**
 * GitHub's published schema. Read from the file, because importing its package builds another one as well; its text
 * defines some fields twice, hence no check of the text itself.
 */
export function githubSchema(): GraphQLSchema {
  if (built === undefined) {
    const file = new URL('../../../node_modules/@octokit/graphql-schema/schema.graphql', import.meta.url)
    built = buildSchema(readFileSync(file, 'utf8'), { assumeValidSDL: true, noLocation: true })
  }
  return built
}

interface Request {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
  readonly operationName: string | undefined
}

export async function serveGraphql(world: World, record: RecordedRequest): Promise<Reply> {
  const token = knownToken(world, record.headers.authorization)
  if (token === undefined) return BAD_CREDENTIALS
  const request = readRequest(record.body)
  if (record.method !== 'POST' || request === undefined) return failure(400, 'A query attribute must be specified.')
  const checked = check(request)
  if ('errors' in checked) {
    const messages = checked.errors.map((error) => error.message)
    world.invalidQueries.push({ query: request.query, messages })
    return json(200, { errors: checked.errors.map((error) => formatted(error)) })
  }
  const context: Context = { world, token }
  const result = await execute({
    schema: githubSchema(),
    document: checked.document,
    rootValue: ROOT,
    contextValue: context,
    variableValues: request.variables,
    operationName: request.operationName ?? null,
    fieldResolver,
  })
  const errors = result.errors?.map((error) => formatted(error))
  return json(200, errors === undefined ? { data: result.data } : { data: result.data ?? null, errors })
}

function readRequest(body: unknown): Request | undefined {
  if (typeof body !== 'object' || body === null || !('query' in body) || typeof body.query !== 'string')
    return undefined
  const variables = 'variables' in body ? body.variables : undefined
  const operationName = 'operationName' in body ? body.operationName : undefined
  return {
    query: body.query,
    variables: typeof variables === 'object' && variables !== null ? { ...variables } : {},
    operationName: typeof operationName === 'string' ? operationName : undefined,
  }
}

function check(request: Request): { document: DocumentNode } | { errors: readonly GraphQLError[] } {
  const schema = githubSchema()
  let document: DocumentNode
  try {
    document = parse(request.query)
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error] }
    throw error
  }
  const errors = validate(schema, document)
  if (errors.length > 0) return { errors }
  const operation = getOperationAST(document, request.operationName)
  if (!operation) return { errors: [new GraphQLError('An operation name is required')] }
  const { errors: wrong = [] } = getVariableValues(schema, operation.variableDefinitions ?? [], request.variables)
  return wrong.length > 0 ? { errors: wrong } : { document }
}

/** `type` stands beside the message, not below `extensions`. */
function formatted(error: GraphQLError): unknown {
  const { message, locations, path, originalError } = error
  const type = originalError instanceof GitHubError ? { type: originalError.type } : {}
  return { ...type, ...(path === undefined ? {} : { path }), locations, message }
}

const ROOT: Node = {
  repository: (args, context) => repositoryNode(context, `${args.owner}/${args.name}`),
  viewer: (_args, { token }) => ({
    __typename: 'User',
    id: `U_${token.login}`,
    login: token.login,
  }),
  rateLimit: () => ({
    __typename: 'RateLimit',
    cost: 1,
    limit: 5000,
    remaining: 4999,
    used: 1,
    resetAt: '2026-01-01T01:00:00Z',
  }),
  createCommitOnBranch,
}

const fieldResolver: GraphQLFieldResolver<Node, Context> = (source, args: Record<string, unknown>, context, info) => {
  const { fieldName, parentType, returnType } = info
  if (getNamedType(returnType).name.endsWith('Connection')) requireBoundaries(fieldName, args)
  if (!(fieldName in source)) {
    context.world.unimplementedFields.push(`${parentType.name}.${fieldName}`)
    throw new Error(`The fake GitHub does not implement ${parentType.name}.${fieldName}.`)
  }
  const value = source[fieldName]
  return isResolver(value) ? value(args, context) : value
}

function isResolver(value: unknown): value is (args: Record<string, unknown>, context: Context) => unknown {
  return typeof value === 'function'
}

/** GitHub wants to know how much of a list is asked for, and gives 100 at most. */
function requireBoundaries(field: string, args: Readonly<Record<string, unknown>>): void {
  const wanted = args.first ?? args.last
  if (wanted === undefined || wanted === null) {
    const message = `You must provide a \`first\` or \`last\` value to properly paginate the \`${field}\` connection.`
    throw new GitHubError('MISSING_PAGINATION_BOUNDARIES', message)
  }
  if (Number(wanted) <= 100) return
  const message = `Requesting ${wanted} records on the \`${field}\` connection exceeds the \`first\` limit of 100 records.`
  throw new GitHubError('EXCESSIVE_PAGINATION', message)
}
