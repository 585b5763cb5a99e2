import { type Data, isDataMap } from '../yaml/data.js'
import { gluedLine } from '../yaml/layout.js'
import { DNS_LABEL } from './grammar.js'

interface Misshapen {
  readonly message: string
  readonly remedy: string
}

/**
 * An entry that is not a map: `- name:app` is text in YAML.
 *
 * @param line the line that it begins on; null if unknown.
 */
export function misshapenEntry(written: Data, line: string | null): Misshapen {
  const glued = typeof written === 'string' && line !== null ? gluedLine(line) : null
  if (glued !== null) return glued
  return {
    message: 'an entry must be a map with at least name, registry and repository.',
    remedy: 'Write "- name: web" and the other keys of the image below it.',
  }
}

/** Something other than a list of images: usually a map by name. */
export function misshapenList(data: Data): Misshapen {
  const [first, value] = isDataMap(data) ? (Object.entries(data)[0] ?? []) : []
  const isNamed = first !== undefined && DNS_LABEL.test(first) && isDataMap(value)
  return {
    message: 'images must be a list.',
    remedy: isNamed ? `Write "- name: ${first}" instead of "${first}:".` : 'Begin each entry with "- name: web".',
  }
}
