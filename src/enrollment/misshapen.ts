import { type Data, isDataMap } from '../yaml/data.js'
import { gluedLine } from '../yaml/layout.js'
import { DNS_LABEL } from './grammar.js'

/** What is wrong with a part of the file that has another shape than it should, and what to write. */
interface Misshapen {
  readonly message: string
  readonly remedy: string
}

/**
 * An entry that is no map: `- name:app` is text for YAML.
 *
 * @param line the line that it begins in; null where that is not known.
 */
export function misshapenEntry(written: Data, line: string | null): Misshapen {
  const glued = typeof written === 'string' && line !== null ? gluedLine(line) : null
  if (glued !== null) return glued
  return {
    message: 'an entry must be a map with at least name, registry and repository.',
    remedy: 'Write "- name: web" and the other keys of the image below it.',
  }
}

/** Something else where the list of images should be: a map by names, mostly. */
export function misshapenList(data: Data): Misshapen {
  const [first, value] = isDataMap(data) ? (Object.entries(data)[0] ?? []) : []
  const isNamed = first !== undefined && DNS_LABEL.test(first) && isDataMap(value)
  return {
    message: 'images must be a list.',
    remedy: isNamed ? `Write "- name: ${first}" instead of "${first}:".` : 'Begin each entry with "- name: web".',
  }
}
