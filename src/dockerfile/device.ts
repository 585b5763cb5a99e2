import { splitCsv } from './csv.js'
import { isGoBoolean } from './go-values.js'
import { DockerfileRefusal, quoted } from './refusal.js'
import { lower } from './text.js'

/** Checks the value of `RUN --device=…`: a name, bare or as `name=…`, and `required`. */
export function checkDevice(device: string, line: number): void {
  const refuse = (reason: string): never => {
    throw new DockerfileRefusal(`RUN: --device=${device}: ${reason}`, line)
  }
  let name = ''
  for (const field of splitCsv(device, line)) {
    const equals = field.indexOf('=')
    const key = lower(equals === -1 ? field : field.slice(0, equals))
    const value = equals === -1 ? null : field.slice(equals + 1)
    if (key === 'required') {
      if (value !== null && !isGoBoolean(value)) refuse(`required cannot be ${quoted(value)}`)
    } else if (key === 'name' && value !== null) {
      if (name !== '') refuse('it has two names')
      name = value
    } else if (name === '') name = field
    else refuse(`${quoted(field)} is neither a name nor "required"`)
  }
}
