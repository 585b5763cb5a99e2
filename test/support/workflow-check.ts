/** Reads workflows with GitHub's own parser: unknown keys, events, permissions, contexts and expressions are faults. */
import { registerHooks } from 'node:module'

// The library imports its schemas as bundlers do; Node wants to be told that they are JSON.
registerHooks({
  resolve: (specifier, context, next) =>
    /\.min\.json$/.test(specifier)
      ? { ...next(specifier, context), importAttributes: { type: 'json' } }
      : next(specifier, context),
})

const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await import('@actions/workflow-parser')

/** Everything that GitHub would refuse in the text of a workflow; empty when it is good. */
export async function workflowFaults(name: string, content: string): Promise<string[]> {
  const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter())
  const found = context.errors.getErrors().map(({ message }) => message)
  if (found.length > 0 || value === undefined) return found.length > 0 ? found : [`${name} is no workflow`]
  const { errors = [] } = await convertWorkflowTemplate(context, value)
  return errors.map(({ Message }) => Message)
}
