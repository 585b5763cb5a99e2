// HTML that escapes what is put into it, and the words of the page.
import { printable } from '../../text/index.js'
import type { OverviewImage } from '../overview.js'

/** Markup that is safe to show: texts in it are escaped. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Part = Html | string | number | null | false | readonly Part[]

/** Markup with values: texts are escaped, markup is inserted unchanged, lists are joined, null and false dropped. */
export function html(markup: TemplateStringsArray, ...values: readonly Part[]): Html {
  return new Html(markup.map((text, index) => text + textOf(values[index] ?? null)).join(''))
}

function textOf(part: Part): string {
  if (part instanceof Html) return part.text
  if (part === null || part === false) return ''
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part))
  return part.map(textOf).join('')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Safe in text and in quoted attributes. */
function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}

/** A link if the URL is http or https, otherwise only the text: URLs come from state files. */
export function link(address: string | null, content: Part): Html {
  if (address === null || !/^https?:\/\/[^\s"'<>]+$/.test(address)) return html`${content}`
  return html`<a href="${address}">${content}</a>`
}

/** A sentence of ours: text between backquotes becomes code. */
export function prose(text: string): Html {
  return html`${text.split('`').map((part, index) => (index % 2 === 0 ? part : html`<code>${part}</code>`))}`
}

/** `2026-03-12` */
export function dayOf(iso: string): string {
  return iso.slice(0, 10)
}

/** Twelve digits: enough to distinguish digests. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12)
}

/** The relation of an image to one of its bases. */
export const CHANGE_WORDS: Readonly<Record<OverviewImage['bases'][number]['change'], string>> = {
  unknown: 'no digest known yet',
  unchanged: 'unchanged since tracking began',
  earlier: 'changed before the image was enrolled',
  built: 'older than the build',
  newer: 'newer than the build',
  current: 'the image is built on it',
  behind: 'the image is built on an older one',
}

/** `today`, `3 days` */
export function ageOf(since: string, at: string): string {
  const days = Math.max(0, Math.floor((Date.parse(at) - Date.parse(since)) / 86_400_000))
  return days === 0 ? 'today' : days === 1 ? '1 day' : `${days} days`
}
