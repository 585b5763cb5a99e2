import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { refuse } from '../enrollment/index.js'

export interface Prompt {
  readonly text: string
  /** Used for an empty answer. */
  readonly fallback: string
  /** What is wrong with an answer, to complete "must be …"; null if it is valid. */
  readonly fault: (answer: string) => string | null
}

/** Asks until the answer is valid. */
export type Ask = (question: Prompt) => Promise<string>

/** Whether both input and output are a terminal. */
export function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true
}

/**
 * Asks the person at the terminal. Lines typed ahead answer later questions; a question is rejected with a Refusal once
 * input has ended (Ctrl-C, end of input).
 *
 * @param input and
 * @param output are the two streams of the terminal.
 */
export function openPrompt(input: Readable, output: Writable): { readonly ask: Ask; readonly close: () => void } {
  const lines = createInterface({ input, output })
  const typed: string[] = []
  const open: { readonly answer: (line: string) => void; readonly leave: () => void }[] = []
  let isGone = false
  lines.on('line', (line) => {
    const question = open.shift()
    if (question === undefined) typed.push(line)
    else question.answer(line)
  })
  lines.on('close', () => {
    isGone = true
    for (const { leave } of open) leave()
  })
  const answerTo = ({ text, fallback }: Prompt) =>
    new Promise<string>((resolve, reject) => {
      const leave = () => reject(refuse('option-invalid', 'the questions were not answered: nothing was written.'))
      const prompt = `${text}${fallback === '' ? '' : ` [${fallback}]`}: `
      const line = typed.shift()
      if (line !== undefined) {
        output.write(`${prompt}${line}\n`)
        resolve(line)
      } else if (isGone) leave()
      else {
        open.push({ answer: resolve, leave })
        lines.setPrompt(prompt)
        lines.prompt()
      }
    })
  return {
    ask: (question) => askUntilValid(question, answerTo, (text) => output.write(text)),
    close: () => lines.close(),
  }
}

/** Repeats the question with the reason while the answer is invalid. */
async function askUntilValid(
  question: Prompt,
  answerTo: (question: Prompt) => Promise<string>,
  print: (text: string) => void,
): Promise<string> {
  for (;;) {
    const answer = (await answerTo(question)).trim() || question.fallback
    const fault = question.fault(answer)
    if (fault === null) return answer
    print(`It must be ${fault}.\n`)
  }
}
