/** BuildKit would refuse this Dockerfile. Thrown inside this folder only; its entry point turns it into a result. */
export class DockerfileRefusal extends Error {
  readonly line: number

  constructor(message: string, line: number) {
    super(message)
    this.name = 'DockerfileRefusal'
    this.line = line
  }
}

/** Text from a Dockerfile, quoted for a message: short and on one line. */
export function quoted(text: string): string {
  const line = text.replace(/\s/g, ' ')
  return `"${line.length > 80 ? `${line.slice(0, 80)}…` : line}"`
}
