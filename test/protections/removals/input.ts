/** Rows 8 to 15: what is read. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: source text.
import type { HeldBy, Removal } from '../removal.ts'

const FOLDER = 'src/state/folder.ts'
const DIRECTORY = 'src/sources/directory.ts'
const HOSTS = 'src/registry/hosts.ts'
const TRANSPORT = 'src/registry/transport.ts'
const REQUESTS = 'src/registry/requests.ts'
const GITLAB = 'src/sources/gitlab-request.ts'
const LIBRARY = 'src/enrollment/yaml/library.ts'
const DATA = 'src/enrollment/yaml-data.ts'
const EXCHANGE = 'src/network/exchange.ts'
const PATIENCE = 'src/network/patience.ts'
const TEXT = 'src/report/text.ts'
const REDACT = 'src/report/redact.ts'

const paths = (title: string): HeldBy => ({ file: 'acceptance/paths.test.ts', title })
const pathsOfAction = (title: string): HeldBy => ({ file: 'acceptance/paths-action.test.ts', title })
const client = (title: string): HeldBy => ({ file: 'unit/registry/client.test.ts', title })
const gitlab = (title: string): HeldBy => ({ file: 'integration/gitlab.test.ts', title })
const wrong = (title: string): HeldBy => ({ file: 'unit/enrollment/wrong-files.test.ts', title })
const grammar = (title: string): HeldBy => ({ file: 'unit/enrollment/grammar.test.ts', title })
const exchange = (title: string): HeldBy => ({ file: 'unit/network/exchange.test.ts', title })
const patience = (title: string): HeldBy => ({ file: 'unit/network/patience.test.ts', title })
const size = (title: string): HeldBy => ({ file: 'unit/dockerfile/size.test.ts', title })
const redact = (title: string): HeldBy => ({ file: 'unit/report/redact.test.ts', title })
const text = (title: string): HeldBy => ({ file: 'unit/report/text.test.ts', title })
const ladder = (title: string): HeldBy => ({ file: 'unit/report/ladder.test.ts', title })

const MAY_FOLLOW = { file: FOLDER, text: '(constants.O_NOFOLLOW ?? 0)', replacement: '0' }

const links: readonly Removal[] = [
  {
    threat: 8,
    without: 'a look at the folders on the way to a file of the state',
    edits: [
      {
        file: FOLDER,
        text: 'if (!found.isDirectory()) throw refuseLink(folder)',
        replacement: 'if (found.isFile()) throw refuseLink(folder)',
      },
    ],
    failing: [
      paths('$place that is $what: refused, nothing read, nothing written'),
      pathsOfAction('state-path may not be reached by a link'),
    ],
  },
  {
    threat: 8,
    without: 'a look at the files of the state',
    edits: [
      {
        file: FOLDER,
        text: 'if (!entry.isFile()) throw refuseLink(`${folder}/${entry.name}`)',
        replacement: 'if (entry.isFIFO()) throw refuseLink(`${folder}/${entry.name}`)',
      },
      MAY_FOLLOW,
    ],
    failing: [paths('$place that is $what: refused, nothing read, nothing written')],
  },
  {
    threat: 8,
    without: 'a look at images.yaml and overrides.yaml',
    edits: [
      {
        file: FOLDER,
        text: 'if (!found.isFile()) throw refuseLink(path)',
        replacement: 'if (found.isFIFO()) throw refuseLink(path)',
      },
      MAY_FOLLOW,
    ],
    failing: [pathsOfAction('is refused by a run that commits'), pathsOfAction('is refused on a pull request, in %s')],
  },
  {
    threat: 8,
    without: 'a look at what lies where a file is written',
    edits: [
      {
        file: 'src/state/write.ts',
        text: 'if (found === null || found.isFile()) return',
        replacement: 'if (found === null || !found.isDirectory()) return',
      },
    ],
    failing: [pathsOfAction("a link in the runner's own folder is not written through")],
  },
  {
    threat: 8,
    without: 'a look at the links of a source',
    edits: [
      { file: DIRECTORY, text: 'const found = lstatSync(path)', replacement: 'const found = statSync(path)' },
      { file: DIRECTORY, text: 'fstatSync, lstatSync,', replacement: 'fstatSync, statSync,' },
      { file: DIRECTORY, text: '(constants.O_NOFOLLOW ?? 0)', replacement: '0' },
    ],
    failing: [paths('$place that is $what: not followed, and what was known stays')],
  },
  {
    threat: 8,
    without: "keeping git's own folder out of the sources",
    edits: [
      {
        file: DIRECTORY,
        text: "part === '..' || part.toLowerCase() === '.git')) return",
        replacement: "part === '..')) return",
      },
      {
        file: 'src/enrollment/grammar.ts',
        text: "part === '..' || part.toLowerCase() === '.git')",
        replacement: "part === '..')",
      },
    ],
    failing: [paths("nothing of git's own is read, whatever a workflow names as its bake file")],
  },
  {
    threat: 8,
    without: 'keeping paths of images.yaml in their repository',
    edits: [
      {
        file: 'src/enrollment/grammar.ts',
        text: "part === '..' || part.toLowerCase() === '.git')",
        replacement: "part.toLowerCase() === '.git')",
      },
    ],
    failing: [paths('images.yaml names no path that leads out of its repository, and no name that is one')],
  },
  {
    threat: 8,
    without: 'keeping paths that are given in their folder',
    edits: [
      {
        file: FOLDER,
        text: "return leaves || /[\\p{Cc}:]/u.test(path) ? null : parts.join('/') || '.'",
        replacement: "return leaves && path === '' ? null : parts.join('/') || '.'",
      },
      {
        file: FOLDER,
        text: "if (part === '..') throw refuse(`${folder} leads out of its folder.`, { remedy: 'Name a path inside it.' })",
        replacement: '',
      },
    ],
    failing: [pathsOfAction('%j leads out'), paths('%j is refused by every option')],
  },
  {
    threat: 8,
    without: 'a look at the header of files in the output folder',
    edits: [
      {
        file: 'src/manifests/read.ts',
        text: 'if (text.startsWith(`${GENERATED_HEADER}\\n`))',
        replacement: 'if (text.length > GENERATED_HEADER.length - 1000)',
      },
    ],
    failing: [
      {
        file: 'acceptance/command-line.test.ts',
        title: 'stays: files without our header are neither deleted nor written over',
      },
    ],
  },
]

const hosts: readonly Removal[] = [
  {
    threat: 9,
    without: 'keeping out of the private network',
    edits: [
      {
        file: TRANSPORT,
        text: 'if (isNear && !(await line.isTrusted())) {',
        replacement: "if (isNear && name === '' && !(await line.isTrusted())) {",
      },
    ],
    failing: [
      client('that leads to %s is not asked'),
      client('%s, an address, is not asked'),
      client('a redirect leads into the private network from nowhere outside it'),
    ],
  },
  {
    threat: 9,
    without: 'a way into the private network for those who are named',
    edits: [
      {
        file: 'src/registry/client.ts',
        text: 'const isTrusted = async () => isNamed || (await credentials(registry)) !== null',
        replacement: 'const isTrusted = async () => isNamed && (await credentials(registry)) !== null',
      },
    ],
    failing: [client('that leads into the private network is asked where %s')],
  },
  {
    threat: 9,
    without: 'keeping away from metadata servers',
    edits: [
      { file: TRANSPORT, text: "if (near.includes('forbidden')) throw", replacement: 'if (near.length === 0) throw' },
      {
        file: HOSTS,
        text: "if (isIP(name) !== 0) return nearnessOf(name) === 'forbidden'",
        replacement: 'if (isIP(name) !== 0) return false',
      },
    ],
    failing: [
      client('that leads to %s is not asked'),
      client('that is trusted leads to no metadata server either'),
      client('is not asked at %s'),
    ],
  },
  {
    threat: 9,
    without: 'a look at names that a proxy looks up',
    edits: [
      {
        file: TRANSPORT,
        text: 'else if (proxyOf(url) !== null)',
        replacement: "else if (proxyOf(url) !== null && name === '')",
      },
    ],
    failing: [{ file: 'unit/registry/proxy.test.ts', title: 'that leads to %s as far as we know is not asked' }],
  },
  {
    threat: 9,
    without: 'a look at who gives tokens',
    edits: [
      {
        file: HOSTS,
        text: 'if (realm.host === asked.host) return realm.protocol === asked.protocol',
        replacement: 'if (realm.protocol === asked.protocol) return true',
      },
    ],
    failing: [client('do not go to a token server of another host')],
  },
  {
    threat: 9,
    without: 'leaving credentials behind on a redirect',
    edits: [
      {
        file: REQUESTS,
        text: 'const isHome = url.host === first.host && url.protocol === first.protocol',
        replacement: 'const isHome = url.protocol === first.protocol',
      },
    ],
    failing: [client('do not follow a redirect to another host')],
  },
  {
    threat: 9,
    without: 'a look at where a redirect leads',
    edits: [
      { file: REQUESTS, text: 'if (!isAskable(url)) throw', replacement: "if (url.href === '') throw" },
      {
        file: REQUESTS,
        text: "import { apiUrl, isAskable } from './hosts.js'",
        replacement: "import { apiUrl } from './hosts.js'",
      },
      {
        file: TRANSPORT,
        text: 'if (!isAskable(url)) throw',
        replacement: "if (!isAskable(url) && url.href === '') throw",
      },
    ],
    failing: [client('cannot send us to %s')],
  },
  {
    threat: 9,
    without: 'stopping at a redirect of GitLab',
    edits: [
      {
        file: GITLAB,
        text: "if (status >= 300 && status < 400) return { kind: 'redirect', from: url, to: locationOf(reply.headers, url) }",
        replacement:
          "if (status >= 300 && status < 400) {\n    const to = locationOf(reply.headers, url)\n    return to === null ? { kind: 'redirect', from: url, to } : attempt(to, headers, line)\n  }",
      },
    ],
    failing: [gitlab('the token goes to the server that is named and to no other, and is in no message')],
  },
  {
    threat: 9,
    without: 'taking the token of GitLab out of what it says',
    edits: [
      {
        file: 'src/sources/gitlab-client.ts',
        text: "const without = token === '' ? text : text",
        replacement: "const without = token !== '' ? text : text",
      },
    ],
    failing: [gitlab('the token goes to the server that is named and to no other, and is in no message')],
  },
]

const yaml: readonly Removal[] = [
  {
    threat: 10,
    without: 'refusing what aliases repeat too often',
    edits: [
      {
        file: LIBRARY,
        text: "return this.#cut('the file expands to too many values.', offset)",
        replacement: 'return null',
      },
    ],
    failing: [wrong('an alias bomb')],
  },
  {
    threat: 10,
    without: 'a limit of depth',
    edits: [
      { file: LIBRARY, text: 'if (depth > this.#options.depth)\n', replacement: 'if (depth > 10_000)\n' },
      { file: 'src/enrollment/yaml/plain.ts', text: 'Math.min(options.depth, DEEPEST)', replacement: 'DEEPEST' },
    ],
    failing: [wrong('%s')],
  },
  {
    threat: 10,
    without: 'a limit of size',
    edits: [
      {
        file: DATA,
        text: 'if (Buffer.byteLength(text) > options.bytes)',
        replacement: 'if (Buffer.byteLength(text) > options.bytes * 2)',
      },
    ],
    failing: [wrong('a file of 17 MB')],
  },
  {
    threat: 10,
    without: 'refusing tags',
    edits: [
      {
        file: LIBRARY,
        text: '[...document.errors, ...document.warnings]',
        replacement: 'document.errors',
      },
      {
        file: LIBRARY,
        text: 'if (node.tag !== undefined && !CORE_TAG.test(node.tag))',
        replacement: 'if (node.tag !== undefined && CORE_TAG.test(`${node.tag} `))',
      },
    ],
    failing: [wrong('%s')],
  },
  {
    threat: 10,
    without: 'refusing keys that are written twice',
    edits: [
      {
        file: LIBRARY,
        text: "else if (name in map) this.report('this key is written twice. Keep one of them.', offsetOf(key))\n",
        replacement: '',
      },
    ],
    failing: [wrong('%s')],
  },
  {
    threat: 10,
    without: 'refusing the key __proto__',
    edits: [
      {
        file: LIBRARY,
        text: "else if (name === '__proto__') this.report('__proto__ is no usable key.', offsetOf(key))\n",
        replacement: '',
      },
    ],
    failing: [wrong('%s')],
  },
  {
    threat: 10,
    without: 'taking << for a key like others',
    edits: [
      {
        file: LIBRARY,
        text: 'else if (name in map) this',
        replacement:
          "else if (name === '<<' && value !== null) Object.assign(map, this.visit(value, depth + 1))\n      else if (name in map) this",
      },
    ],
    failing: [wrong('%s')],
  },
  {
    threat: 10,
    without: 'maps that have no prototype',
    edits: [
      { file: LIBRARY, text: 'Record<string, Data> = Object.create(null)', replacement: 'Record<string, Data> = {}' },
      {
        file: 'src/enrollment/yaml/plain.ts',
        text: '#flowMap(depth: number): Data {\n    const scanner = this.#enter(depth)\n    const map: DataMap = Object.create(null)',
        replacement:
          '#flowMap(depth: number): Data {\n    const scanner = this.#enter(depth)\n    const map: DataMap = {}',
      },
    ],
    failing: [{ file: 'unit/enrollment/variants.test.ts', title: 'hold no key of an object that is not theirs' }],
  },
  {
    threat: 10,
    without: 'leaving texts as they are written',
    edits: [{ file: DATA, text: "{ numbers: 'text',", replacement: "{ numbers: 'lossless'," }],
    failing: [wrong('%s')],
  },
]

const expressions: readonly Removal[] = [
  {
    threat: 11,
    without: 'a look at regular expressions',
    edits: [
      {
        file: 'src/enrollment/regex.ts',
        text: '    RE2JS.compile(regex)\n',
        replacement: '    RE2JS.compile(regex.slice(regex.length))\n',
      },
    ],
    failing: [grammar('not %s')],
  },
  {
    threat: 11,
    without: "an engine of RE2's kind",
    edits: [
      {
        file: 'src/state/tag-choice.ts',
        text: 'RE2JS.compile(one))',
        replacement: '({ matcher: (tag: string) => ({ find: () => new RegExp(one).test(tag) }) }))',
      },
      { file: 'src/state/tag-choice.ts', text: "import { RE2JS } from 're2js'\n", replacement: '' },
    ],
    failing: [{ file: 'unit/state/tag-choice.test.ts', title: 'an expression that makes others hang does not' }],
  },
]

const bounds: readonly Removal[] = [
  {
    threat: 12,
    without: 'an end of every request',
    edits: [
      { file: EXCHANGE, text: 'agent: line.agentOf(url), signal, ...', replacement: 'agent: line.agentOf(url), ...' },
      {
        file: EXCHANGE,
        text: 'send(what: Exchange, line: Line, signal: AbortSignal)',
        replacement: 'send(what: Exchange, line: Line, _: AbortSignal)',
      },
    ],
    failing: [exchange('%s: given up, and the connection closed')],
  },
  {
    threat: 12,
    without: 'refusing answers that are too large',
    edits: [
      {
        file: EXCHANGE,
        text: 'if (bytes > limit) return tooLarge(limit, response.statusCode ?? 0)',
        replacement: 'if (bytes > limit * 2) break\n    if (bytes < 0) return tooLarge(limit, 0)',
      },
    ],
    failing: [exchange('is read up to the size that is asked for, and the connection closed'), client('are not read')],
  },
  {
    threat: 12,
    without: 'a limit of texts in an expression',
    edits: [
      {
        file: 'src/build-definition/evaluate.ts',
        text: 'if (text.length > MAX_TEXT) throw',
        replacement: 'if (text.length > 100 * MAX_TEXT) throw',
      },
    ],
    failing: [
      {
        file: 'unit/build-definition/run-title.test.ts',
        title: 'an expression that would grow without end: it is given up at 2,048 characters',
      },
    ],
  },
  {
    threat: 12,
    without: 'an end of trying',
    edits: [{ file: PATIENCE, text: 'const TRIES = 4\n', replacement: 'const TRIES = 6\n' }],
    failing: [patience('whatever the server does, it costs a bounded time and a bounded number of tries')],
  },
  {
    threat: 12,
    without: 'an end of waiting',
    edits: [{ file: PATIENCE, text: 'const MOST_WAITING = 180\n', replacement: 'const MOST_WAITING = 18_000\n' }],
    failing: [
      patience('whatever the server does, it costs a bounded time and a bounded number of tries'),
      patience('are not asked any more once the server has had its pauses'),
    ],
  },
  {
    threat: 12,
    without: 'giving up a server that is silent',
    edits: [{ file: PATIENCE, text: 'const SILENCE = 8\n', replacement: 'const SILENCE = 40\n' }],
    failing: [patience('are not asked any more after some were %s: %i')],
  },
  {
    threat: 12,
    without: 'a limit of lines',
    edits: [
      {
        file: 'src/dockerfile/lines.ts',
        text: 'const MAX_LINE_BYTES = 65_535\n',
        replacement: 'const MAX_LINE_BYTES = 1e9\n',
      },
    ],
    failing: [size('refused: %s')],
  },
  {
    threat: 12,
    without: 'a limit of files in a folder of sources',
    edits: [
      {
        file: DIRECTORY,
        text: 'if (stat.size > LARGEST_FILE_BYTES)',
        replacement: 'if (stat.size > LARGEST_FILE_BYTES * 2)',
      },
    ],
    failing: [{ file: 'unit/sources/directory.test.ts', title: '%s' }],
  },
  {
    threat: 12,
    without: 'a limit of files in the state',
    edits: [{ file: FOLDER, text: 'if (found.size > bytes) {', replacement: 'if (found.size > bytes * 2) {' }],
    failing: [{ file: 'unit/state/files.test.ts', title: 'refuses one that is too large' }],
  },
  {
    threat: 12,
    without: 'a limit of workflows',
    edits: [
      {
        file: 'src/build-definition/data.ts',
        text: 'bytes: LARGEST_DEFINITION_BYTES, repeated',
        replacement: 'bytes: LARGEST_DEFINITION_BYTES * 100, repeated',
      },
    ],
    failing: [{ file: 'unit/build-definition/workflow.test.ts', title: '%s' }],
  },
  {
    threat: 12,
    without: 'a limit of what one workflow builds',
    edits: [
      {
        file: 'src/build-definition/workflow.ts',
        text: 'const MOST_BUILDS = 256\n',
        replacement: 'const MOST_BUILDS = 2560\n',
      },
    ],
    failing: [{ file: 'unit/build-definition/workflow.test.ts', title: 'one that builds without end' }],
  },
  {
    threat: 12,
    without: 'batches',
    edits: [
      {
        file: 'src/sources/github.ts',
        text: 'const count = Math.ceil(sorted.length / FILES_A_REQUEST)',
        replacement: 'const count = sorted.length',
      },
    ],
    failing: [{ file: 'unit/sources/github.test.ts', title: '%i files take %i' }],
  },
  {
    threat: 12,
    without: 'a limit of questions, and of those at a time',
    edits: [
      {
        file: 'src/registry/registry.ts',
        text: 'pLimit(patience.atOnce)',
        replacement: 'pLimit(patience.atOnce * 10)',
      },
      { file: 'src/registry/registry.ts', text: 'this.#questions > this.#patience.questions ||', replacement: '' },
    ],
    failing: [
      client('go to one registry a few at a time'),
      client('is asked a limited number of questions in one run'),
    ],
  },
]

const dockerfiles: readonly Removal[] = [
  {
    threat: 13,
    without: 'reading heredocs as BuildKit does',
    edits: [{ file: 'src/dockerfile/heredoc.ts', text: '*<<(-?)[', replacement: '*<<<(-?)[' }],
    failing: [{ file: 'unit/dockerfile/oracle.test.ts', title: '%s' }],
  },
  {
    threat: 13,
    without: 'keeping the bases of a source that cannot be read',
    edits: [
      {
        file: 'src/state/merge.ts',
        text: "const known = status === 'external' ? []",
        replacement: "const known = status === 'external' || status === 'failed' ? []",
      },
    ],
    failing: [
      {
        file: 'acceptance/commit.test.ts',
        title: 'a source that cannot be read keeps its bases and comes first in the report',
      },
    ],
  },
]

const secrets: readonly Removal[] = [
  {
    threat: 14,
    without: 'taking known tokens out',
    edits: [
      {
        file: REDACT,
        text: '  return (text) => known(text).replace(TOKENS, HIDDEN)',
        replacement: '  return (text) => known(text.slice(text.length)) + text.replace(TOKENS, HIDDEN)',
      },
    ],
    failing: [redact('%j is nowhere'), { file: 'unit/report/data.test.ts', title: 'holds no secret' }],
  },
  {
    threat: 14,
    without: 'taking out what looks like a token',
    edits: [
      {
        file: REDACT,
        text: '  return (text) => known(text).replace(TOKENS, HIDDEN)',
        replacement: "  return (text) => known(text.replace(TOKENS, '$&'))",
      },
    ],
    failing: [redact('%s: is shown to nobody'), { file: 'unit/report/data.test.ts', title: 'holds no secret' }],
  },
  {
    threat: 14,
    without: 'taking out what is left of a token that was cut off',
    edits: [
      {
        file: REDACT,
        text: 'if (!text.includes(first) && !text.includes(last)) return text',
        replacement: 'if (!text.includes(value) || last === first) return text.replaceAll(value, HIDDEN)',
      },
    ],
    failing: [redact('after %i characters')],
  },
  {
    threat: 14,
    without: 'taking values of Secrets out',
    edits: [
      {
        file: REDACT,
        text: "const entries = kind === 'Secret' ? secretEntries : sensitiveEntries",
        replacement: "const entries = kind === 'secret' ? secretEntries : sensitiveEntries",
      },
    ],
    failing: [
      redact('shows keys, and that a value changes, never a value'),
      redact('hides what it does not understand: %j'),
    ],
  },
  {
    threat: 14,
    without: 'taking out values that are named like secrets',
    edits: [
      {
        file: REDACT,
        text: '(SECRET_NAME.test(above) ? VALUE.exec(line) : null)',
        replacement: '(SECRET_NAME.test(`${above}.`) ? VALUE.exec(line) : null)',
      },
    ],
    failing: [redact('hides values named like secrets and the applied configuration')],
  },
]

const alive: readonly Removal[] = [
  {
    threat: 15,
    without: 'code that is longer than the ticks in it',
    edits: [{ file: TEXT, text: "const ticks = '`'.repeat(longestRun(line) + 1)", replacement: "const ticks = '`'" }],
    failing: [ladder('fits as a comment, is closed, and nothing in it is alive')],
  },
  {
    threat: 15,
    without: 'escapes in markdown',
    edits: [
      {
        file: TEXT,
        text: 'return word.replace(/[&<>|\\\\`*_~[\\]#]/g, (character) => MARKDOWN[character] ?? `\\\\${character}`)',
        replacement: "return word.replace(/[&|\\\\`]/g, (character) => MARKDOWN[character] ?? '')",
      },
    ],
    failing: [ladder('fits as a comment, is closed, and nothing in it is alive')],
  },
  {
    threat: 15,
    without: 'code for what GitHub brings to life',
    edits: [
      {
        file: TEXT,
        text: 'if (!LIVE.test(word)) return plain(word)',
        replacement: 'if (!LIVE.test(`${word}`.slice(word.length))) return plain(word)',
      },
    ],
    failing: [ladder('fits as a comment, is closed, and nothing in it is alive')],
  },
  {
    threat: 15,
    without: 'escapes in HTML',
    edits: [
      {
        file: TEXT,
        text: 'return text.replace(/[^\\p{L}\\p{N} .,:;()/+=%-]/gu,',
        replacement: 'return text.replace(/[&]/gu,',
      },
    ],
    failing: [text('never holds a tag of the data')],
  },
  {
    threat: 15,
    without: 'fences longer than what they hold',
    edits: [{ file: TEXT, text: "'`'.repeat(Math.max(3, longestRun(content) + 1))", replacement: "'`'.repeat(3)" }],
    failing: [
      ladder('fits as a comment, is closed, and nothing in it is alive'),
      text('makes fences longer than what they hold'),
    ],
  },
  {
    threat: 15,
    without: 'showing characters that nobody sees',
    edits: [
      {
        file: TEXT,
        text: 'if (ORDINARY.test(text)) return text',
        replacement: "if (ORDINARY.test(text) || text !== '') return text",
      },
    ],
    failing: [ladder('has nothing unseen on a terminal, and one line of verdict')],
  },
  {
    threat: 15,
    without: 'a look at addresses that become links',
    edits: [
      {
        file: TEXT,
        text: 'url.length <= 200 && /^https?:',
        replacement: 'url.length <= 2000 && /^\\w+:',
      },
    ],
    failing: [text('links to ordinary addresses only')],
  },
]

export const removals: readonly Removal[] = [
  ...links,
  ...hosts,
  ...yaml,
  ...expressions,
  ...bounds,
  ...dockerfiles,
  ...secrets,
  ...alive,
]
