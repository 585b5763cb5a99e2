/** What a run of the suite found, as a table that people read. */
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** One scenario. */
export interface Finding {
  readonly scenario: string
  readonly outcome: 'held' | 'did not hold'
  readonly seconds: number
  /** What the forge was asked, as people read it. */
  readonly requests: string
  /** Size of the largest finished Promotion in bytes; 0: none was looked at. */
  readonly bytes: number
}

/** Collects the findings. */
export class Report {
  readonly #findings: Finding[] = []
  readonly #notes: string[] = []

  add(finding: Finding): void {
    this.#findings.push(finding)
  }

  note(text: string): void {
    this.#notes.push(text)
  }

  /** The report as Markdown. */
  text(): string {
    const rows = this.#findings.map(
      ({ scenario, outcome, seconds, requests, bytes }) =>
        `| ${scenario} | ${outcome} | ${seconds.toFixed(0)} | ${requests} | ${bytes === 0 ? '' : (bytes / 1000).toFixed(1)} |`,
    )
    const held = this.#findings.filter(({ outcome }) => outcome === 'held').length
    return [
      '# What a live Kargo did',
      '',
      `${held} of ${this.#findings.length} scenarios held.`,
      '',
      '| Scenario | Outcome | Seconds | Asked of the forge | Largest Promotion (kB) |',
      '| --- | --- | ---: | --- | ---: |',
      ...rows,
      '',
      ...this.#notes.map((note) => `- ${note}`),
      '',
    ].join('\n')
  }

  /**
   * Writes the report.
   *
   * @param path null: a file in the system's temporary folder.
   * @returns where it is.
   */
  write(path: string | null): string {
    const file = path ?? join(tmpdir(), 'image-factory-kargo.md')
    writeFileSync(file, this.text())
    return file
  }
}
