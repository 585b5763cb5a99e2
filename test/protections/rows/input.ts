/** Rows 8 to 15: what is read. */
import { type Removal, testsOf } from '../removal.ts'

const paths = testsOf('acceptance/paths.test.ts')
const pathsOfAction = testsOf('acceptance/paths-action.test.ts')
const client = testsOf('unit/registry/client.test.ts')
const wrong = testsOf('unit/enrollment/wrong-files.test.ts')
const grammar = testsOf('unit/enrollment/grammar.test.ts')
const request = testsOf('unit/network/request.test.ts')
const retries = testsOf('unit/network/retry-policy.test.ts')
const workflow = testsOf('unit/build-definition/workflow.test.ts')
const redact = testsOf('unit/report/redact.test.ts')
const markdown = testsOf('unit/report/markdown.test.ts')
const truncation = testsOf('unit/report/truncation.test.ts')

const links: Removal = {
  threat: 8,
  without: 'a look at links, at paths that lead out, and at whose files those in the output folder are',
  edits: [
    {
      name: 'isSafeFolder',
      by: (_, root, folder) => process.getBuiltinModule('node:fs').existsSync(`${root}/${folder}`),
    },
    {
      name: 'readFolder',
      by: (_, root, folder, suffix) => {
        const { existsSync, readdirSync, readFileSync, statSync } = process.getBuiltinModule('node:fs')
        const names = existsSync(`${root}/${folder}`) ? readdirSync(`${root}/${folder}`).sort() : []
        const paths = names.filter((name) => name.endsWith(suffix)).map((name) => `${folder}/${name}`)
        // Not of devices and pipes, which never end.
        const files = paths.filter((path) => statSync(`${root}/${path}`, { throwIfNoEntry: false })?.isFile())
        return new Map(files.map((path) => [path, readFileSync(`${root}/${path}`, 'utf8')]))
      },
    },
    {
      name: 'readOptional',
      by: (_, root, path) => {
        const { readFileSync, statSync } = process.getBuiltinModule('node:fs')
        const isFile = statSync(`${root}/${path}`, { throwIfNoEntry: false })?.isFile() === true
        return isFile ? readFileSync(`${root}/${path}`, 'utf8') : null
      },
    },
    {
      name: 'writeFiles',
      by: (_, root, changes) => {
        const { mkdirSync, rmSync, writeFileSync } = process.getBuiltinModule('node:fs')
        for (const [path, text] of changes) {
          mkdirSync(`${root}/${path}/..`, { recursive: true })
          if (text === null) rmSync(`${root}/${path}`)
          else writeFileSync(`${root}/${path}`, typeof text === 'string' ? text : [...text].join(''))
        }
      },
    },
    {
      name: 'readFromDirectory',
      by: (original, root) => {
        const reader = original(root)
        const read = async (requests: readonly { repo: string; path: string; branch: string }[]) => {
          const answers = await reader.read(requests)
          for (const request of requests) {
            const [key] = (await reader.read([request])).keys()
            const path = `${root}/${request.repo}/${request.path}`
            const { readFileSync, statSync } = process.getBuiltinModule('node:fs')
            if (statSync(path, { throwIfNoEntry: false })?.isFile())
              answers.set(key, { kind: 'found', text: readFileSync(path, 'utf8'), branch: request.branch })
          }
          return answers
        }
        return { ...reader, read }
      },
    },
    { name: 'isInsidePath', by: () => true },
    { name: 'pathBelow', by: (_, text) => text },
    {
      name: 'readOutput',
      by: (original, root, folder) => {
        const { generated, foreign } = original(root, folder)
        return { generated: new Map([...generated, ...[...foreign].map((name) => [name, ''])]), foreign: new Set() }
      },
    },
  ],
  failing: [
    paths('$place that is $what: refused, nothing read, nothing written'),
    pathsOfAction('state-path may not be reached by a link'),
    pathsOfAction('is refused by a run that commits'),
    pathsOfAction('is refused on a pull request, in %s'),
    pathsOfAction("a link in the runner's own folder is not written through"),
    paths('$place that is $what: not followed, and what was known stays'),
    paths("nothing of git's own is read, whatever a workflow names as its bake file"),
    paths('images.yaml names no path that leads out of its repository, and no name that is one'),
    pathsOfAction('%j leads out'),
    paths('%j is refused by every option'),
    {
      file: 'acceptance/command-line.test.ts',
      title: 'stays: files without our header are neither deleted nor written over',
    },
  ],
}

const hosts: readonly Removal[] = [
  {
    threat: 9,
    without: 'a look at where requests go, and credentials with them',
    edits: [
      {
        name: 'addressKind',
        by: (original, address) => (original(address) === 'loopback' ? 'loopback' : 'public'),
      },
      { name: 'isForbiddenHost', by: () => false },
      { name: 'isAllowedUrl', by: () => true },
      { name: 'mayHaveCredentials', by: () => true },
      {
        name: 'sendGuarded',
        by: (original, request, to) => {
          // A redirect takes along what the request before it had.
          const { authorization = Reflect.get(to, 'authorization') } = request.headers
          Object.assign(to, { authorization })
          return original({ ...request, headers: { ...request.headers, ...(authorization && { authorization }) } }, to)
        },
      },
      {
        name: 'askOnce',
        by: async (original, url, headers, connection) => {
          const reply = await original(url, headers, connection)
          return reply.kind === 'redirect' && reply.to !== null ? original(reply.to, headers, connection) : reply
        },
      },
    ],
    failing: [
      client('that leads to %s is not asked'),
      client('%s, an address, is not asked'),
      client('a redirect leads into the private network from nowhere outside it'),
      client('that is trusted leads to no metadata server either'),
      client('is not asked at %s'),
      { file: 'unit/registry/proxy.test.ts', title: 'that leads to %s as far as we know is not asked' },
      client('cannot send us to %s'),
      client('do not go to a token server of another host'),
      client('do not follow a redirect to another host'),
      {
        file: 'integration/gitlab.test.ts',
        title: 'the token goes to the server that is named and to no other, and is in no message',
      },
    ],
  },
  {
    threat: 9,
    without: 'a way into the private network for those who are named',
    edits: [{ name: 'isAllowedRegistry', by: () => false }],
    failing: [client('that leads into the private network is asked where %s')],
  },
]

const yaml: Removal = {
  threat: 10,
  without: 'what is wrong with a YAML file being said, and with maps that have a prototype',
  edits: [
    {
      name: 'readYaml',
      by: (original, text, file, options) => {
        const { placed } = original(text, file, options)
        // In maps that have a prototype these keys are there before they are written.
        const others = (key: string, value: unknown) => (key in {} ? undefined : value)
        const data = JSON.parse(JSON.stringify(placed?.data ?? null), others)
        return { placed: placed && { ...placed, data }, problems: [] }
      },
    },
  ],
  failing: [
    wrong('an alias bomb'),
    wrong('a file of 17 MB'),
    { file: 'unit/enrollment/variants.test.ts', title: 'hold no key of an object that is not theirs' },
    wrong('%s'),
  ],
}

const expressions: Removal = {
  threat: 11,
  without: "a look at regular expressions, and an engine of RE2's kind",
  edits: [
    { name: 'regexFault', by: () => null },
    {
      name: 'eligibleTags',
      by: (original, tags, selection) =>
        original(
          tags.filter((tag: string) => selection.allow.some((one: string) => new RegExp(one).test(tag))),
          { ...selection, allow: [] },
        ),
    },
  ],
  failing: [
    grammar('not %s'),
    { file: 'unit/state/tag-choice.test.ts', title: 'an expression that makes others hang does not' },
  ],
}

const bounds: Removal = {
  threat: 12,
  without: 'limits of time, size and number',
  edits: [
    {
      name: 'sendRequest',
      by: (original, request, connection) => original({ ...request, maxBytes: 1e12 }, { ...connection, timeout: 1e9 }),
    },
    {
      name: 'RetryPolicy.delayAfter',
      by: (_, _failure, count) => (count === 20 ? null : 0),
    },
    { name: 'lineSource', by: (original, text) => ({ ...original(text), checkComplete: () => undefined }) },
    {
      name: 'readFromDirectory',
      by: (original, root) => ({
        ...original(root),
        read: async (requests: readonly { repo: string; path: string }[]) => {
          const { readFileSync } = process.getBuiltinModule('node:fs')
          const readOne = ({ repo, path }: { repo: string; path: string }) =>
            readFileSync(`${root}/${repo}/${path}`, 'utf8')
          return new Map(requests.map((request) => [request.path, { kind: 'found', text: readOne(request) }]))
        },
      }),
    },
    { name: 'readOptional', by: (original, root, path) => original(root, path, { bytes: 1e12 }) },
    {
      name: 'readFromGitHub',
      by: (original, graphql, host) => {
        const reader = original(graphql, host)
        const read = async (requests: readonly unknown[]) => {
          const answers = await Promise.all(requests.map((request) => reader.read([request])))
          return new Map(answers.flatMap((one) => [...one]))
        }
        return { ...reader, read }
      },
    },
    {
      name: 'connectRegistries',
      by: (original, options) =>
        original({ ...options, limits: { ...options.limits, concurrency: 1000, questions: 1e9 } }),
    },
    {
      name: 'readWorkflow',
      by: (original, text, about) => {
        const read = original(text, about)
        return read.ok ? read : original('jobs: {}', about)
      },
    },
    { name: 'followBuilds', by: (original, ...rest) => ({ ...original(...rest), limits: [] }) },
    { name: 'parseScript', in: 'build-definition/script/reading', by: () => null },
    {
      name: 'evaluate',
      in: 'build-definition/workflow/evaluate',
      by: (original, expression, contexts) => {
        const result = original(expression, contexts)
        return result.kind === 'invalid' ? { kind: 'value', value: expression } : result
      },
    },
  ],
  failing: [
    request('%s: given up, and the connection closed'),
    request('is read up to the size that is asked for, and the connection closed'),
    client('are not read'),
    retries('whatever the server does, it costs a bounded time and a bounded number of tries'),
    retries('are not asked any more once the server has had its pauses'),
    retries('are not asked any more after some were %s: %i'),
    { file: 'unit/dockerfile/size.test.ts', title: 'refused: %s' },
    { file: 'unit/sources/directory.test.ts', title: '%s' },
    { file: 'unit/state/files.test.ts', title: 'refuses one that is too large' },
    { file: 'unit/sources/github.test.ts', title: '%i files take %i' },
    client('go to one registry a few at a time'),
    client('is asked a limited number of questions in one run'),
    workflow('%s'),
    { file: 'unit/build-definition/limits.test.ts', title: 'ten thousand jobs' },
    { file: 'unit/build-definition/limits.test.ts', title: 'calls that double at each depth' },
    { file: 'unit/build-definition/script-limits.test.ts', title: null },
    {
      file: 'unit/build-definition/run-title.test.ts',
      title: 'an expression that would grow without end: it is given up at 2,048 characters',
    },
  ],
}

const dockerfiles: Removal = {
  threat: 13,
  without: 'reading heredocs as BuildKit does, and the bases of a source that cannot be read',
  edits: [
    { name: 'heredocStarts', by: () => [] },
    {
      name: 'linkState',
      by: (original, input) => {
        const images = [...input.before.images].map(([name, record]) => [name, { ...record, baseImages: [] }])
        return original({ ...input, before: { ...input.before, images: new Map(images as [string, object][]) } })
      },
    },
  ],
  failing: [
    { file: 'unit/dockerfile/oracle.test.ts', title: '%s' },
    {
      file: 'acceptance/commit.test.ts',
      title: 'a source that cannot be read keeps its bases and comes first in the report',
    },
  ],
}

const secrets: Removal = {
  threat: 14,
  without: 'taking secrets out',
  edits: [
    { name: 'withoutValues', by: () => (text: string) => text },
    { name: 'redactor', by: () => (text: string) => text },
    { name: 'maskObject', by: (_, __, texts) => texts },
  ],
  failing: [
    redact('%j is nowhere'),
    redact('%s: is shown to nobody'),
    { file: 'unit/report/data.test.ts', title: 'holds no secret' },
    redact('after %i characters'),
    redact('shows keys, and that a value changes, never a value'),
    redact('hides what it does not understand: %j'),
    redact('hides values named like secrets and the applied configuration'),
  ],
}

const alive: Removal = {
  threat: 15,
  without: 'escapes, fences that hold, and characters being shown that nobody sees',
  edits: [
    { name: 'escapeInvisible', in: 'text/', by: (_, text) => text },
    { name: 'prose', in: 'report/', by: (_, text) => text },
    { name: 'html', in: 'report/', by: (_, text) => text },
    { name: 'htmlCode', in: 'report/', by: (_, text) => `<code>${text}</code>` },
    { name: 'fence', in: 'report/', by: (_, language, content) => `\`\`\`${language}\n${content}\n\`\`\`` },
    { name: 'link', in: 'report/', by: (_, markdown, url) => `[${markdown}](${url})` },
  ],
  failing: [
    truncation('fits as a comment, is closed, and nothing in it is alive'),
    markdown('never holds a tag of the data'),
    markdown('makes fences longer than what they hold'),
    truncation('has nothing unseen on a terminal, and one line that sums up'),
    markdown('links to ordinary addresses only'),
    {
      file: 'unit/report/places.test.ts',
      title: 'cannot lead out of the repository, or out of their place: %j',
    },
  ],
}

export const input: readonly Removal[] = [links, ...hosts, yaml, expressions, bounds, dockerfiles, secrets, alive]
