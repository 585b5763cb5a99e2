/** What Windows and macOS do to files and paths, as far as any system can do it: line ends, separators, case, blanks. */
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { checkout } from '../support/checkout.js'
import { FULL } from '../support/full.js'
import { runCli } from '../support/run-action.js'
import { removeTempFolders, tempFolder } from '../support/temp-folder.js'
import { EXAMPLES, pushRun, readTree, STATE, startFactory, stopFactory } from './factory.js'

let folder: string
let state: string
let sources: string

beforeEach(async () => {
  folder = (await tempFolder('platforms')).path
  state = join(folder, 'state')
  sources = join(folder, 'sources')
  await cp(join(EXAMPLES, 'state-repo'), state, { recursive: true })
  await cp(join(EXAMPLES, 'sources'), sources, { recursive: true })
})
afterAll(removeTempFolders)

const cli = (command: string, ...args: string[]) =>
  runCli([command, '--state', state, '--sources', sources, ...args], { cwd: folder })

/** Turns every line end below a folder, as a checkout with core.autocrlf does. */
async function turnLineEnds(root: string): Promise<number> {
  const files = Object.entries(await readTree(root))
  for (const [path, text] of files) await writeFile(join(root, path), text.replace(/\r?\n/g, '\r\n'))
  return files.length
}

/** What is generated below a folder, whatever its line ends. */
async function generated(root: string): Promise<Record<string, string>> {
  const files = Object.entries(await readTree(root)).filter(([path]) => /^(?:dist|images|base-images)\//.test(path))
  return Object.fromEntries(files.map(([path, text]) => [path, text.replaceAll('\r\n', '\n')]))
}

describe.skipIf(!FULL)('line ends of Windows', () => {
  test('in a state repository that was checked out with them change nothing', async () => {
    expect(await turnLineEnds(state)).toBeGreaterThan(20)
    const before = await readTree(state)
    expect((await cli('validate')).code).toBe(0)
    const check = await cli('check')
    expect(check.code, check.stdout).toBe(0)
    const synth = await cli('synth')
    expect(synth.stdout).toContain('Nothing to write: everything is up to date.')
    expect(await readTree(state)).toEqual(before)
  })

  test('in Dockerfiles and workflows change nothing', async () => {
    expect(await turnLineEnds(sources)).toBeGreaterThan(8)
    const check = await cli('check')
    expect(check.code, check.stdout + check.stderr).toBe(0)
    expect(check.stderr).toBe('')
  })

  test('in images.yaml do not get into what is generated', async () => {
    const images = join(state, 'images.yaml')
    const text = (await readFile(images, 'utf8')).replaceAll('rebuildDelay: 7d', 'rebuildDelay: 8d')
    await writeFile(images, text)
    expect((await cli('synth')).code).toBe(0)
    const wanted = await generated(state)
    await cp(join(EXAMPLES, 'state-repo'), state, { recursive: true, force: true })
    await writeFile(images, text.replaceAll('\n', '\r\n'))
    expect((await cli('synth')).code).toBe(0)
    expect(await generated(state)).toEqual(wanted)
    const tree = await readTree(state)
    expect(Object.keys(tree).filter((path) => tree[path]?.includes('\r') && path !== 'images.yaml')).toEqual([])
  })

  test('and a byte order mark are kept by enroll', async () => {
    const images = join(state, 'images.yaml')
    await writeFile(images, `\ufeff${(await readFile(images, 'utf8')).replaceAll('\n', '\r\n')}`)
    const run = await runCli(['enroll', '--state', state, '--image', 'ghcr.io/acme/web', '--repo', 'acme/web'], {
      cwd: folder,
    })
    expect(run.code, run.stderr).toBe(0)
    const text = await readFile(images, 'utf8')
    expect(text.startsWith('\ufeff#')).toBe(true)
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
    expect((await cli('validate')).code).toBe(0)
  })

  test('in a workspace make no difference: nothing is committed, nothing is out of date', async () => {
    const fake = await startFactory()
    try {
      expect((await pushRun(fake)).code).toBe(0)
      const head = await fake.head(STATE, 'main')
      for (const [index, mode] of ['commit', 'check'].entries()) {
        const workspace = await checkout({ fake, repository: STATE })
        expect(await turnLineEnds(workspace)).toBeGreaterThan(20)
        const run = await pushRun(fake, { workspace, inputs: { mode }, runId: 2000 + index })
        expect(run.code, run.stdout).toBe(0)
        expect(run.outputs.get('changed'), run.stdout).toBe('false')
      }
      expect(await fake.head(STATE, 'main')).toBe(head)
    } finally {
      await stopFactory(fake)
    }
  })
})

describe.skipIf(!FULL)('paths', () => {
  test('with the separators of Windows name the same files', async () => {
    const images = await readFile(join(state, 'images.yaml'), 'utf8')
    await cp(join(state, 'images.yaml'), join(state, 'factory/images.yaml'))
    const run = await cli('synth', '--images', 'factory\\images.yaml', '--output', 'out\\k8s\\', '--json')
    expect(run.code, run.stdout).toBe(0)
    const input = JSON.parse(run.stdout) as { resources: { file: string }[]; files: { path: string }[] }
    expect(input.resources.length).toBeGreaterThan(10)
    for (const { file } of input.resources) expect(file).toMatch(/^out\/k8s\/[\w.-]+\.k8s\.yaml$/)
    for (const { path } of input.files) expect(path).not.toContain('\\')
    expect(await readFile(join(state, 'out', 'k8s', 'image-uv.k8s.yaml'), 'utf8')).toContain('name: uv')
    expect(await readFile(join(state, 'images.yaml'), 'utf8')).toBe(images)
  })

  test.each(['C:\\out', 'C:out', '\\out', '..\\out', 'out\\..\\..\\x', '\\\\server\\share', '.git\\x'])(
    '%s leads out of the state folder and is refused',
    async (output) => {
      const run = await cli('synth', '--output', output)
      expect(run.code).toBe(1)
      expect(run.stderr).toContain('--output must be a path below the state folder')
    },
  )

  test('with blanks and other letters work, and are quoted where they are shown', async () => {
    const odd = join(folder, 'Meine Ablage – état')
    await cp(state, odd, { recursive: true })
    await writeFile(join(odd, 'dist', 'image-uv.k8s.yaml'), '# Generated by image-factory-action. Do not edit.\n')
    const check = await runCli(['check', '--state', odd, '--sources', sources], { cwd: folder })
    expect(check.code, check.stderr).toBe(2)
    expect(check.stdout).toContain(`synth --state ${JSON.stringify(odd)} --sources ${sources}`)
    expect((await runCli(['synth', '--state', odd, '--sources', sources], { cwd: folder })).code).toBe(0)
    expect((await runCli(['check', '--state', `${odd}${sep}`, '--sources', sources], { cwd: folder })).code).toBe(0)
  })
})

describe.skipIf(!FULL)('a file system that does not tell upper case from lower', () => {
  const pulled = ['node:LTS', 'node:lts', 'node:Lts', 'ghcr.io/acme/tool:V1', 'ghcr.io/acme/tool:v1']
  const dockerfile = `FROM scratch\n${pulled.map((image) => `COPY --from=${image} / /\n`).join('')}`

  test('has room for every file: no two differ in case alone, and all are lower case', async () => {
    const image = (name: string) =>
      `- {name: ${name}, registry: ghcr.io, repository: acme/${name}, source: {repo: craigedmunds/argocd-eda, branch: main, dockerfile: Dockerfile, workflow: uv.yml}, rebuildDelay: 7d}\n`
    await writeFile(join(state, 'images.yaml'), image('web') + image('web-2'))
    await writeFile(join(sources, 'craigedmunds/argocd-eda/Dockerfile'), dockerfile)
    const run = await cli('synth', '--max-deletions', '100%')
    expect(run.code, run.stdout + run.stderr).toBe(0)
    const files = Object.keys(await generated(state))
    expect(files.filter((path) => path.startsWith('base-images/'))).toHaveLength(5)
    expect(files.filter((path) => path !== path.toLowerCase())).toEqual([])
    expect(new Set(files.map((path) => path.toLowerCase())).size).toBe(files.length)
  })

  test('cannot have two images whose names differ in case: a name has no upper case', async () => {
    await writeFile(
      join(state, 'images.yaml'),
      '- {name: web, repoURL: ghcr.io/a/b}\n- {name: Web, repoURL: ghcr.io/a/c}\n',
    )
    const run = await cli('validate')
    expect(run.code).toBe(1)
    expect(run.stderr).toContain('name: "Web" must be')
  })
})

describe.skipIf(!FULL)('a GitHub Enterprise Server', () => {
  test('is the one that the manifests name', async () => {
    const images = `settings: {stateWorkflow: {repo: acme/state, workflow: synth.yml}}\nimages:\n${(await readFile(join(state, 'images.yaml'), 'utf8')).replace(/^#.*\n/gm, '').replace(/^(?=.)/gm, '  ')}`
    await writeFile(join(state, 'images.yaml'), images)
    const env = { GITHUB_API_URL: 'https://github.example.com/api/v3', GITHUB_SERVER_URL: 'https://github.example.com' }
    const run = await runCli(['synth', '--state', state, '--sources', sources], { cwd: folder, env })
    expect(run.code, run.stderr).toBe(0)
    const manifests = Object.entries(await readTree(state)).flatMap(([path, text]) =>
      path.startsWith('dist/') ? [text] : [],
    )
    const urls = new Set(manifests.join('\n').match(/https:\/\/[\w.-]*github[\w.-]*\/[^\s"']*/g))
    expect(urls).toContain('https://github.example.com/api/v3/repos/craigedmunds/argocd-eda/actions/workflows/uv.yml')
    expect(urls).toContain('https://github.example.com/craigedmunds/argocd-eda.git')
    expect([...urls].filter((url) => !url.startsWith('https://github.example.com/'))).toEqual([])
  })
})
