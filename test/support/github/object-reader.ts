/** Programs that read objects, one for each repository, kept open: one for each question is most of a test's time. */
import { spawn } from 'node:child_process'
import { gitEnvironment } from '../git.js'

export interface GitObject {
  readonly oid: string
  readonly type: 'blob' | 'tree' | 'commit' | 'tag'
  readonly content: Buffer
}

type Answer = (object: GitObject | null) => void

const readers = new Map<string, ObjectReader>()

/** The reader of a bare repository; begun when it is first asked for. */
export function readerOf(gitDir: string): ObjectReader {
  const reader = readers.get(gitDir) ?? new ObjectReader(gitDir)
  readers.set(gitDir, reader)
  return reader
}

/** Ends the readers of all repositories below a folder. */
export function closeReaders(folder: string): void {
  for (const [gitDir, reader] of readers) if (gitDir.startsWith(`${folder}/`)) reader.close()
}

class ObjectReader {
  readonly #child
  readonly #waiting: Answer[] = []
  #chunks: Buffer[] = []
  #length = 0
  /** How many bytes there have to be for the next answer to be whole, as far as that is known. */
  #wanted = 1

  constructor(gitDir: string) {
    this.#child = spawn('git', ['cat-file', '--batch'], { cwd: gitDir, env: gitEnvironment(), stdio: 'pipe' })
    const { stdin, stdout } = this.#child
    stdout.on('data', (chunk: Buffer) => this.#take(chunk))
    stdin.on('error', () => {})
    this.#child.on('error', () => {})
    this.#child.on('close', () => {
      if (readers.get(gitDir) === this) readers.delete(gitDir)
      for (const answer of this.#waiting.splice(0)) answer(null)
    })
  }

  /** The object that an expression names, null where it names nothing. */
  read(expression: string): Promise<GitObject | null> {
    const asked = /[\n\0]/.test(expression) || expression === '' ? '_' : expression
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      this.#child.stdin.write(`${asked}\n`)
    })
  }

  close(): void {
    this.#child.stdin.end()
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    if (this.#length < this.#wanted) return
    let left: Buffer = Buffer.concat(this.#chunks)
    this.#wanted = 1
    while (left.length > 0) {
      const line = left.indexOf(0x0a) + 1
      const header = /^([0-9a-f]{40,64}) (blob|tree|commit|tag) (\d+)$/.exec(left.toString('utf8', 0, line - 1))
      const end = line + (header === null ? 0 : Number(header[3]) + 1)
      if (line === 0 || left.length < end) {
        this.#wanted = Math.max(end, left.length + 1)
        break
      }
      const [, oid = '', type] = header ?? []
      const content = Buffer.from(left.subarray(line, end - 1))
      this.#waiting.shift()?.(header === null ? null : { oid, type: type as GitObject['type'], content })
      left = left.subarray(end)
    }
    this.#chunks = [left]
    this.#length = left.length
  }
}
