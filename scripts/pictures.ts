/**
 * Takes the pictures of the documentation: comments as GitHub shows them, from Markdown to PNG, and the page.
 *
 *     node scripts/pictures.ts    rewrites docs/pictures/*.png   (Node 24: npm exec -- node …)
 *
 * It needs Chromium (`CHROMIUM` names it, else `chromium`), and nothing of the network. What is folded stays
 * folded.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { env, execPath, stdout } from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { marked } from 'marked'
import type * as Factories from '../test/support/factories.js'
import type * as GeneratedDocs from './generated-docs.js'

const root = new URL('../', import.meta.url)
// Node runs these files as they are; the compiler knows them by their other name.
const { demoComment }: typeof GeneratedDocs = await import(new URL('./generated-docs.ts', import.meta.url).href)
const { NOW, tenSituations }: typeof Factories = await import(new URL('test/support/factories.ts', root).href)
const golden = (name: string): string => readFileSync(new URL(`test/golden/${name}.md`, root), 'utf8')

interface Picture {
  readonly file: string
  /** The whole page. */
  readonly html: () => string
  /** Pixels. */
  readonly height: number
}

/** The pictures there are. */
const PICTURES: readonly Picture[] = [
  {
    file: 'comment.png',
    html: () => commentPage(demoComment()),
    height: 640,
  },
  { file: 'caution.png', html: () => commentPage(golden('report/worst-pull-request')), height: 1530 },
  { file: 'dashboard.png', html: () => commentPage(golden('dashboard/factory')), height: 1100 },
  { file: 'page.png', html: factoryPage, height: 1000 },
]

function main(): void {
  mkdirSync(new URL('docs/pictures/', root), { recursive: true })
  const folder = mkdtempSync(join(tmpdir(), 'image-factory-pictures-'))
  try {
    for (const picture of PICTURES) {
      take(picture, folder)
      stdout.write(`docs/pictures/${picture.file}\n`)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

function take({ file, html, height }: Picture, folder: string): void {
  const page = join(folder, 'page.html')
  writeFileSync(page, html())
  const flags = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--hide-scrollbars',
    `--user-data-dir=${join(folder, 'profile')}`,
    `--window-size=960,${height}`,
    `--screenshot=${fileURLToPath(new URL(`docs/pictures/${file}`, root))}`,
  ]
  execFileSync(env.CHROMIUM ?? 'chromium', [...flags, pathToFileURL(page).href], { stdio: 'ignore', timeout: 60_000 })
}

function commentPage(markdown: string): string {
  return pageOf(contentOf(markdown))
}

/** What `page` writes of a factory with an image in each situation. */
function factoryPage(): string {
  const state = mkdtempSync(join(tmpdir(), 'image-factory-page-'))
  try {
    for (const [path, text] of Object.entries(tenSituations())) {
      mkdirSync(dirname(join(state, path)), { recursive: true })
      writeFileSync(join(state, path), text)
    }
    const clock = { SOURCE_DATE_EPOCH: String(Date.parse(NOW) / 1000), GITHUB_REPOSITORY: 'acme/factory' }
    const bundle = fileURLToPath(new URL('dist/index.js', root))
    execFileSync(execPath, [bundle, 'page', '--out', 'public'], { cwd: state, env: { ...env, ...clock } })
    return readFileSync(join(state, 'public/index.html'), 'utf8')
  } finally {
    rmSync(state, { recursive: true, force: true, maxRetries: 3 })
  }
}

function contentOf(markdown: string): string {
  // A machine that takes pictures need not have a font with emoji.
  const text = marked.parse(markdown.replaceAll('🏭 ', ''), { gfm: true, async: false })
  // GitHub's alerts are no part of GFM.
  return coloured(text).replace(
    /<blockquote>\s*<p>\[!(CAUTION|WARNING|NOTE|TIP|IMPORTANT)\](?:<br>)?/g,
    (_, kind: string) => {
      const title = kind.charAt(0) + kind.slice(1).toLowerCase()
      return `<blockquote class="alert ${kind.toLowerCase()}"><p><strong class="title">${title}</strong></p><p>`
    },
  )
}

/** Lines of differences in the colours that GitHub gives them. */
function coloured(text: string): string {
  return text.replace(
    /(<code class="language-diff">)([\s\S]*?)(<\/code>)/g,
    (_, open: string, lines: string, close: string) => {
      const marked = lines
        .split('\n')
        .map((line) =>
          /^[+-]/.test(line) ? `<span class="${line.startsWith('+') ? 'plus' : 'minus'}">${line}</span>` : line,
        )
      return open + marked.join('\n') + close
    },
  )
}

function pageOf(body: string): string {
  return `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><div class="comment"><header><b>github-actions</b> bot commented</header><main>${body}</main></div>`
}

const STYLE = `
body { margin: 16px; font: 14px/1.5 -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", Helvetica, Arial, sans-serif; color: #1f2328; background: #fff; }
.comment { border: 1px solid #d1d9e0; border-radius: 6px; }
header { padding: 8px 16px; background: #f6f8fa; border-bottom: 1px solid #d1d9e0; color: #59636e; border-radius: 6px 6px 0 0; }
header b { color: #1f2328; }
main { padding: 4px 16px 16px; }
h2 { border-bottom: 1px solid #d1d9e0; padding-bottom: 6px; font-size: 21px; }
h3 { font-size: 17px; margin-bottom: 8px; }
table { border-collapse: collapse; margin: 0 0 16px; }
th, td { border: 1px solid #d1d9e0; padding: 6px 13px; text-align: left; vertical-align: top; }
tr:nth-child(2n) td { background: #f6f8fa; }
code { background: #eff1f3; border-radius: 6px; padding: 2px 5px; font: 12px "DejaVu Sans Mono", ui-monospace, monospace; }
pre { background: #f6f8fa; padding: 12px 16px; border-radius: 6px; overflow: hidden; }
pre code { background: none; padding: 0; }
pre span { display: inline-block; width: 100%; }
.plus { background: #dafbe1; color: #116329; } .minus { background: #ffebe9; color: #82071e; }
a { color: #0969da; }
details { margin: 6px 0; }
li:has(> input) { list-style: none; } li > input { margin: 0 4px 0 -20px; }
blockquote { margin: 0 0 16px; padding: 0 14px; border-left: 4px solid #d1d9e0; color: #59636e; }
.alert { color: #1f2328; }
.alert p { margin: 6px 0; }
.caution { border-color: #cf222e; } .caution .title { color: #cf222e; }
.warning { border-color: #9a6700; } .warning .title { color: #9a6700; }
.note { border-color: #0969da; } .note .title { color: #0969da; }
`

main()
