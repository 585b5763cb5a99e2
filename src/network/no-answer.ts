import { problem, Refusal } from '../enrollment/problem.js'
import type { Trouble } from './trouble.js'

/** Stops what was going on: a server was asked, as often as makes sense, and gave no answer that could be used. */
export class NoAnswer extends Refusal {
  readonly trouble: Trouble

  /**
   * @param host who was asked.
   * @param asked for what, `GET /path`.
   */
  constructor(host: string, asked: string, trouble: Trouble) {
    super([problem('error', `${host} ${trouble.what}: ${asked}.`, { remedy: trouble.remedy })])
    this.name = 'NoAnswer'
    this.trouble = trouble
  }

  /** The sentence alone, without the word for its severity and without the remedy. */
  get said(): string {
    return this.problems[0]?.message ?? ''
  }
}
