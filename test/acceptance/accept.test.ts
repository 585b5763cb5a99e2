/** A warning that an entry accepts: by `validate --json`, on a terminal, and in the comment that `diff` prints. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { runCli } from '../support/run-action.js'
import { removeTempFolders, tempFolder } from '../support/temp-folder.js'

afterAll(removeTempFolders)

const REASON = 'The range is for people who read this.'
const entry = (name: string) => `- name: ${name}
  registry: ghcr.io
  repository: acme/${name}
  tags: {strategy: Lexical, constraint: ^1.0.0}
`

let state: string

beforeEach(async () => {
  state = (await tempFolder('accept')).path
  await writeFile(
    join(state, 'images.yaml'),
    `${entry('api')}# image-factory: accept tags-ignored ${REASON}\n${entry('web')}`,
  )
})

const cli = (...args: string[]) => runCli([...args, '--state', '.'], { cwd: state })

test('validate --json keeps it, with its reason, and the warning of the other entry', async () => {
  const { code, stdout } = await cli('validate', '--json')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    valid: true,
    problems: [
      { severity: 'warning', code: 'tags-ignored', image: 'api', line: 4 },
      { severity: 'accepted', code: 'tags-ignored', image: 'web', line: 9, reason: REASON },
    ],
  })
  expect(JSON.parse(stdout).problems).toHaveLength(2)
})

test('validate ends warnings in their code, and says why one is accepted', async () => {
  const { code, stderr } = await cli('validate')
  expect(code).toBe(0)
  expect(stderr).toMatch(/^images\.yaml:4:\d+: warning: .* \[tags-ignored\]$/m)
  expect(stderr).toMatch(
    /^images\.yaml:9:\d+: accepted warning: .* \[tags-ignored\] Accepted: The range is for people/m,
  )
})

test('diff --markdown warns of the other entry alone, and folds it', async () => {
  const { stdout } = await cli('diff', '--markdown')
  const [open = '', folded = ''] = stdout.split('<details><summary>1 accepted warning</summary>')
  expect(open).toContain('> **1 warning**')
  expect(open).toContain('`[tags-ignored]`')
  expect(open).not.toContain(`Accepted: ${REASON}`)
  expect(folded).toContain(`\`[tags-ignored]\` Accepted: ${REASON}`)
})

test('a code that does not exist is an error, with the one that was meant', async () => {
  await writeFile(join(state, 'images.yaml'), `# image-factory: accept tags-ignord Why.\n${entry('web')}`)
  const { code, stderr } = await cli('validate')
  expect(code).toBe(1)
  expect(stderr).toContain(
    'images.yaml:1:1: error: accept.code: "tags-ignord" is not the code of a warning. Did you mean tags-ignored?',
  )
})
