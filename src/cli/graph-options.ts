import { type Command, Option } from 'commander'

/** Adds what `graph` takes beside the common options. */
export function withGraphOptions(command: Command): Command {
  const format = new Option('--format <format>', 'what to print').choices(['mermaid', 'dot', 'json']).default('mermaid')
  return command.addOption(format).option('--discover', 'read the Dockerfiles now (default: what the state files know)')
}
