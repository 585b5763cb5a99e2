/** What a step leaves behind for the runner: output files and workflow commands, read as the runner reads them. */

export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice' | 'debug'
  readonly message: string
  readonly title: string | null
  readonly file: string | null
  readonly line: number | null
  readonly endLine: number | null
  readonly col: number | null
}

/** GITHUB_OUTPUT, GITHUB_STATE or GITHUB_ENV: NAME=VALUE lines and NAME<<DELIMITER blocks; later ones win. */
export function parseRunnerFile(content: string): Map<string, string> {
  const values = new Map<string, string>()
  const lines = content.split(/\r?\n/)
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    if (line === '') continue
    const [, name = '', sign = '', rest = ''] = /^(.+?)(<<|=)(.*)$/.exec(line) ?? []
    if (sign === '=') {
      values.set(name, rest)
      continue
    }
    const end = sign === '' ? -1 : lines.indexOf(rest, at + 1)
    if (end < 0) throw new Error(`the runner would refuse this line of an output file: ${line}`)
    values.set(name, lines.slice(at + 1, end).join('\n'))
    at = end
  }
  return values
}

/**
 * Workflow commands in a log, decoded: `::error file=…,line=…::message` at the start of a line, and the old
 * `##[error file=…;line=…]message` anywhere in it, as the runner has it. Obeys `::stop-commands::TOKEN`.
 */
export function parseAnnotations(log: string): Annotation[] {
  return parseCommands(log).flatMap(({ name, properties, message }) => {
    if (name !== 'error' && name !== 'warning' && name !== 'notice' && name !== 'debug') return []
    const number = (key: string) => (properties.has(key) ? Number(properties.get(key)) : null)
    return [
      {
        level: name,
        message,
        title: properties.get('title') ?? null,
        file: properties.get('file') ?? null,
        line: number('line'),
        endLine: number('endLine'),
        col: number('col'),
      },
    ]
  })
}

/** What `::add-mask::` hides from then on. */
export function parseMasks(log: string): string[] {
  return parseCommands(log).flatMap(({ name, message }) => (name === 'add-mask' ? [message] : []))
}

interface Command {
  readonly name: string
  readonly properties: ReadonlyMap<string, string>
  readonly message: string
}

function parseCommands(log: string): Command[] {
  const commands: Command[] = []
  let resumeToken: string | null = null
  for (const line of log.split(/\r?\n/)) {
    const command = parseCommand(line)
    if (command === null) continue
    if (resumeToken !== null) {
      if (command.name === resumeToken) resumeToken = null
    } else if (command.name === 'stop-commands') {
      resumeToken = command.message
    } else {
      commands.push(command)
    }
  }
  return commands
}

function parseCommand(line: string): Command | null {
  const modern = /^\s*::([^\s:]+)(?: (.*?))?::(.*)$/.exec(line)
  if (modern !== null) {
    const [, name = '', properties = '', message = ''] = modern
    return { name, properties: parseProperties(properties, ','), message: decodeMessage(message) }
  }
  const [, name, properties = '', message = ''] = /##\[([^\s\]]+)(?: ([^\]]*))?\](.*)$/.exec(line) ?? []
  if (name === undefined) return null
  return { name, properties: parseProperties(properties, ';'), message: decodeMessage(message) }
}

function parseProperties(text: string, separator: string): Map<string, string> {
  const pairs = text.split(separator).map((pair) => pair.trim().split('='))
  return new Map(
    pairs.flatMap(([key = '', ...value]) => (key === '' ? [] : [[key, decodeProperty(value.join('='))] as const])),
  )
}

function decodeProperty(text: string): string {
  return decodeMessage(text.replace(/%3A/gi, ':').replace(/%2C/gi, ','))
}

function decodeMessage(text: string): string {
  return text.replace(/%0D/gi, '\r').replace(/%0A/gi, '\n').replace(/%25/g, '%')
}
