import { printJsonSchema } from '../enrollment/json-schema.js'
import type { Terminal } from './terminal.js'

/** `schema`: the JSON Schema of images.yaml, byte for byte the published one. */
export function schemaCommand(terminal: Terminal): number {
  terminal.out(printJsonSchema())
  return 0
}
