import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { env } from 'node:process'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { NOW, tenSituations } from '../support/factories.js'
import type { FakeGitHub } from '../support/fake-github.js'
import { isDue } from '../support/full.js'
import { type ActionRun, runCli } from '../support/run-action.js'
import { removeTempFolders, tempFolder } from '../support/temp-folder.js'
import { pushRun, STATE, startFactory, stopFactory } from './factory.js'

/** Debian's, or the one that `CHROMIUM` names; where there is none the tests say that they were skipped. */
const CHROMIUM = env.CHROMIUM ?? '/usr/bin/chromium'
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const CLOCK = { SOURCE_DATE_EPOCH: String(Date.parse(NOW) / 1000), GITHUB_REPOSITORY: 'acme/factory' }

async function state(files: Readonly<Record<string, string>>): Promise<string> {
  const { path } = await tempFolder('page')
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true })
    await writeFile(join(path, name), text)
  }
  return path
}

async function written(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await state(files)
  const out = join(root, 'public')
  const { code, stderr } = await runCli(['page', '--state', root, '--out', out], { cwd: root, env: CLOCK })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return out
}

afterAll(removeTempFolders)

describe('image-factory page', () => {
  it('writes the page and its data, and nothing else', async () => {
    const out = await written(tenSituations())
    expect((await readdir(out)).sort()).toEqual(['factory.json', 'index.html'])
    const golden = await readFile(new URL('../golden/dashboard/factory.json', import.meta.url), 'utf8')
    expect(JSON.parse(await readFile(join(out, 'factory.json'), 'utf8'))).toEqual(JSON.parse(golden))
  })

  it('prints the data with --json', async () => {
    const root = await state(tenSituations())
    const { stdout } = await runCli(['page', '--state', root, '--json'], { cwd: root, env: CLOCK })
    expect(JSON.parse(stdout).totals).toMatchObject({ failed: 2, fresh: 1, never: 1 })
  })

  it('says what to write where no folder is named', async () => {
    const { code, stderr } = await runCli(['page'], { cwd: await state(tenSituations()), env: CLOCK })
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        'error: --out is missing. Give the folder to write to, for example --out public; or print the data with --json.\n',
    })
  })

  it('writes nothing where images.yaml is wrong', async () => {
    const root = await state({ 'images.yaml': '- {name: web}\n' })
    const { code, stderr } = await runCli(['page', '--out', 'public'], { cwd: root, env: CLOCK })
    expect({ code, isWritten: existsSync(join(root, 'public')) }).toEqual({ code: 1, isWritten: false })
    expect(stderr).toContain('images.yaml:1')
  })
})

describe('the input page-dir', () => {
  let fake: FakeGitHub
  beforeEach(async () => {
    fake = await startFactory({ 'images.yaml': '- {name: postgres, repoURL: docker.io/library/postgres}\n' })
  })
  afterEach(() => stopFactory(fake))

  const warnings = ({ annotations }: ActionRun) =>
    annotations.filter(({ level }) => level === 'warning').map(({ message }) => message)

  it('has a run that commits show the state after its commit', async () => {
    const run = await pushRun(fake, { inputs: { 'page-dir': 'public', refresh: 'false' } })
    expect(run.code, run.stdout).toBe(0)
    const { repository, images } = JSON.parse(await readFile(join(run.workspace, 'public/factory.json'), 'utf8'))
    // Only the commit brought its state file, with the day of its enrollment.
    expect({ repository, images }).toMatchObject({ repository: STATE, images: [{ name: 'postgres', line: 1 }] })
    expect(images[0].asOf).not.toBeNull()
    expect(await readFile(join(run.workspace, 'public/index.html'), 'utf8')).toContain('id="i-postgres"')
    expect((await fake.readFiles(STATE, 'main')).has('public/index.html')).toBe(false)
  })

  it('has any other run show what is checked out, and commits nothing', async () => {
    const run = await pushRun(fake, { inputs: { 'page-dir': 'public', mode: 'preview' } })
    expect(run.code, run.stdout).toBe(0)
    const { images } = JSON.parse(await readFile(join(run.workspace, 'public/factory.json'), 'utf8'))
    expect(images).toMatchObject([{ name: 'postgres', asOf: null }])
    expect((await fake.readFiles(STATE, 'main')).has('images/postgres.yaml')).toBe(false)
  })

  it('that leads out of the workspace is a warning, and the run goes on', async () => {
    const outside = join('..', basename((await tempFolder('outside')).path), 'page')
    const run = await pushRun(fake, { inputs: { 'page-dir': outside, refresh: 'false' } })
    expect(run.code, run.stdout).toBe(0)
    expect(warnings(run)).toEqual([
      expect.stringContaining(`The page could not be written: page-dir leads out of the workspace: "${outside}".`),
    ])
    expect(existsSync(join(run.workspace, outside))).toBe(false)
    expect(run.outputs.get('commit-sha')).not.toBe('')
  })

  it('writes nothing where it is left out', async () => {
    const run = await pushRun(fake, { inputs: { refresh: 'false' } })
    expect(existsSync(join(run.workspace, 'index.html'))).toBe(false)
    expect(run.stdout).not.toContain('Write the page')
  })
})

const SCREENS = [
  { colorScheme: 'light', viewport: { width: 1280, height: 900 } },
  { colorScheme: 'dark', viewport: { width: 1280, height: 900 } },
  { colorScheme: 'dark', viewport: { width: 360, height: 800 } },
  { colorScheme: 'light', viewport: { width: 360, height: 800 } },
] as const

describe.skipIf(!existsSync(CHROMIUM))('the page in a browser', () => {
  let browser: Browser
  let address: string
  const complaints: string[] = []

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    address = pathToFileURL(join(await written(tenSituations()), 'index.html')).href
  })
  afterAll(() => browser.close())

  async function opened({
    hash = '',
    ...options
  }: Parameters<Browser['newPage']>[0] & { readonly hash?: string } = {}) {
    const page = await browser.newPage(options)
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('request', (request) => {
      if (!/^(?:file|data):/.test(request.url())) complaints.push(request.url())
    })
    await page.goto(`${address}${hash}`)
    return page
  }

  const names = (page: Page) =>
    page.$$eval('#images tbody:not([hidden])', (all) => all.map(({ id }) => id.replace('i-', '')))

  it.each(SCREENS.filter((_, index) => isDue(index, 2)))(
    'has no fault that axe finds, everything opened: $colorScheme, $viewport.width pixels',
    async (options) => {
      const page = await opened({ ...options, bypassCSP: true })
      await page.$$eval('details', (all) => {
        for (const one of all) (one as { open: boolean }).open = true
      })
      await page.addScriptTag({ path: AXE })
      const found = await page.evaluate('axe.run()')
      const { violations } = found as { violations: { id: string; nodes: { html: string }[] }[] }
      expect(violations.map(({ id, nodes }) => [id, ...nodes.slice(0, 3).map(({ html }) => html)])).toEqual([])
      await page.close()
    },
  )

  it.each([360, 768, 1280, 3840])('fits %i pixels: nothing is wider than the window', async (width) => {
    const page = await opened({ viewport: { width, height: 900 }, hash: '#i-fresh' })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
    await page.close()
  })

  it('shows those that are searched for, and says how many', async () => {
    const page = await opened()
    await page.keyboard.press('/')
    await page.keyboard.type('python')
    expect(await names(page)).toEqual(['behind'])
    expect(await page.textContent('#shown')).toBe('1 of 11')
    await page.keyboard.press('Escape')
    expect((await names(page)).length).toBe(11)
    await page.close()
  })

  it('shows those that stand in one way', async () => {
    const page = await opened()
    await page.click('[data-filter=failed]')
    expect(await names(page)).toEqual(['failed', 'refused'])
    expect(await page.getAttribute('[data-filter=failed]', 'aria-pressed')).toBe('true')
    await page.click('[data-filter=""]')
    expect((await names(page)).length).toBe(11)
    await page.close()
  })

  it.each([
    ['standing', ['failed', 'refused', 'building', 'hurried'], 'postgres'],
    ['delay', ['behind', 'building', 'failed', 'fresh'], 'hurried'],
    ['built', ['postgres', 'unread', 'behind', 'building'], 'fresh'],
  ])('sorts by %s, and the other way round', async (key, first, last) => {
    const page = await opened()
    await page.click(`[data-sort=${key}]`)
    expect((await names(page)).slice(0, 4)).toEqual(first)
    await page.click(`[data-sort=${key}]`)
    expect((await names(page))[0]).toBe(last)
    await page.close()
  })

  it('opens what a link leads to, also where it was hidden', async () => {
    const page = await opened({ hash: '#i-fresh' })
    expect(await page.$eval('#i-fresh details', (one) => (one as { open?: boolean }).open)).toBe(true)
    await page.click('[data-filter=held]')
    await page.click('.attention a[href="#i-unread"]')
    expect(await page.isVisible('#i-unread details p')).toBe(true)
    await page.close()
  })

  it('draws when base images changed, and when the image was rebuilt', async () => {
    const page = await opened({ hash: '#i-fresh' })
    const heights = (selector: string) =>
      page.$$eval(selector, (all) =>
        all.map((one) => (one as { getBoundingClientRect(): { height: number } }).getBoundingClientRect().height),
      )
    // One lane has all changes of a base image, the other two rebuilds.
    expect(await heights('#i-fresh .tl use')).toEqual([12])
    expect(await heights('#i-fresh .tl circle')).toEqual([10, 10])
    await page.close()
  })

  it('shows everything without scripts', async () => {
    const page = await opened({ javaScriptEnabled: false })
    expect(await page.isVisible('#i-waiting')).toBe(true)
    await page.close()
  })

  it('runs nothing that comes from texts', async () => {
    const files = tenSituations()
    const hostile = "'</script><script>document.title=1</script><img src=x onerror=document.title=1>'"
    const unread = (files['images/unread.yaml'] ?? '').replace(/discoveryError: .*/, `discoveryError: ${hostile}`)
    const out = await written({ ...files, 'images/unread.yaml': unread })
    const page = await browser.newPage()
    await page.goto(pathToFileURL(join(out, 'index.html')).href)
    expect(await page.textContent('#i-unread details')).toContain('<script>document.title=1</script>')
    expect(await page.title()).toBe('Image factory of acme/factory')
    await page.close()
  })

  it('complained of nothing, and asked nobody', () => {
    expect(complaints).toEqual([])
  })
})
