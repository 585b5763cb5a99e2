/**
 * Text and list helpers for messages, logs and files. They know nothing about the factory. All text from outside is
 * made safe here before it is shown (report/ adds Markdown escaping).
 */
export { type JsonMap, jsonList, jsonMap, parseJson } from './json.js'
export { by, byKey, compareText, distinctBy, groupBy } from './lists.js'
export { escapeInvisible, oneLine, printable, quote, truncate } from './safe.js'
export { alternatives, count, enumeration, formatNumber, listSome, suggest } from './words.js'
