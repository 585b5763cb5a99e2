/**
 * Text and lists: what messages, logs and files are made with. Nothing here knows what the factory is about; every text
 * that comes from outside is made safe here before it is shown (report/ adds what Markdown needs).
 */
export { type JsonMap, jsonList, jsonMap, parseJson } from './json.js'
export { by, byKey, compareText, distinctBy, groupBy } from './lists.js'
export { escapeInvisible, oneLine, printable, quote, truncate } from './safe.js'
export { suggest } from './suggest.js'
export { alternatives, count, enumeration, listSome } from './words.js'
