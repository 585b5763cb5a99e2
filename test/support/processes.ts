/** Runs a program without a shell and with exactly the environment it is given. */
import { spawn } from 'node:child_process'

export interface ProcessOptions {
  readonly cwd?: string
  readonly env: Readonly<Record<string, string>>
  readonly input?: string | Uint8Array
  /** Killed, and the promise rejected, after this long. */
  readonly timeoutMs?: number
}

export interface ProcessResult {
  readonly code: number
  readonly stdout: Buffer
  readonly stderr: Buffer
}

export function runProcess(file: string, args: readonly string[], options: ProcessOptions): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: options.cwd, env: { ...options.env }, stdio: 'pipe' })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    let late = false
    const timer = setTimeout(() => {
      late = true
      child.kill('SIGKILL')
    }, options.timeoutMs ?? 60_000)
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    child.on('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      const result = { code: code ?? 128, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) }
      if (late) reject(new Error(`${describe(file, args)} took too long\n${result.stdout}\n${result.stderr}`))
      else if (signal !== null) reject(new Error(`${describe(file, args)} ended by ${signal}\n${result.stderr}`))
      else resolve(result)
    })
    // A program that ends without reading its input is not an error of ours.
    child.stdin.on('error', () => {})
    child.stdin.end(options.input)
  })
}

function describe(file: string, args: readonly string[]): string {
  return [file, ...args].join(' ')
}
