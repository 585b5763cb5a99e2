/** Styles of the page: light and dark, from 360 pixels to the widest screens, and in print. */
export const STYLES = `
:root {
  --back: #fff; --text: #1f2328; --soft: #59636e; --line: #d1d9e0; --raised: #f6f8fa; --link: #0550ae;
  --red: #b31824; --amber: #8a4600; --green: #13602c; --blue: #0a4d9c; --violet: #6639ba; --grey: #59636e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #0d1117; --text: #e6edf3; --soft: #9ba5b0; --line: #3d444d; --raised: #161b22; --link: #79b8ff;
    --red: #ff8f87; --amber: #e8b04a; --green: #5fd07a; --blue: #79b8ff; --violet: #c9a5ff; --grey: #9ba5b0;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 90rem; padding: 0 1rem 3rem; background: var(--back); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
a { color: var(--link); }
h1 { font-size: 1.5rem; margin: 1.2rem 0 .2rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
header p, small, .legend, .sub { color: var(--soft); }
header p { margin: 0; }
small { display: block; font-size: .8rem; overflow-wrap: anywhere; }
code { font: .85em ui-monospace, monospace; }
button, input { font: inherit; color: inherit; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: .3rem .6rem; }
button { cursor: pointer; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.cards { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none; padding: 0; margin: 1rem 0; }
.cards b { font-size: 1.3rem; }
.cards button { border-left: 4px solid currentColor; }
.cards button[aria-pressed=true] { outline: 2px solid currentColor; }
.attention { border: 1px solid var(--line); border-left: 4px solid var(--red); border-radius: 6px; padding: 0 1rem; }
.attention h2 { margin-top: .8rem; }
.attention li { margin: .4rem 0; overflow-wrap: anywhere; }
.next { color: var(--soft); }
input[type=search] { width: min(24rem, 60vw); }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .35rem .5rem; overflow-wrap: anywhere; }
thead th { border-bottom: 2px solid var(--line); font-weight: 600; }
thead button { background: none; border: 0; padding: 0; font-weight: 600; }
th[aria-sort=ascending] button::after { content: ' ↑'; }
th[aria-sort=descending] button::after { content: ' ↓'; }
tbody tr > * { border-top: 1px solid var(--line); }
tbody th { font-weight: 600; }
#images tr + tr > td { border: 0; padding-top: 0; }
summary { cursor: pointer; color: var(--soft); font-size: .85rem; }
details > p, details > ul { margin: .4rem 0; }
:target > tr:first-child > *, tr:target > * { background: var(--raised); }
.s-failed, [data-s=failed] b { color: var(--red); }
.s-due, .s-behind, [data-s=due] b, [data-s=behind] b { color: var(--amber); }
.s-fresh, [data-s=fresh] b { color: var(--green); }
.s-building, .s-waiting, [data-s=building] b, [data-s=waiting] b { color: var(--blue); }
.s-held, [data-s=held] b { color: var(--violet); }
.s-unknown, .s-unproven, .s-never, [data-s=unknown] b, [data-s=unproven] b, [data-s=never] b { color: var(--grey); }
.tl { margin: .5rem 0; max-width: 60rem; }
.tl div { display: grid; grid-template-columns: minmax(9rem, 20rem) 1fr; gap: .5rem; align-items: center; font-size: .8rem; }
.parts { position: absolute; width: 0; height: 0; }
.tl svg { width: 100%; height: 16px; overflow: hidden; background: linear-gradient(90deg, transparent var(--now), var(--soft) var(--now), var(--soft) calc(var(--now) + 1px), transparent calc(var(--now) + 1px)), linear-gradient(transparent 8px, var(--line) 8px, var(--line) 9px, transparent 9px); }
.ch { y: 2px; width: 3px; height: 12px; } svg .wt { y: 5px; height: 6px; } .tl circle { cy: 8px; r: 5px; }
.ch { fill: var(--violet); background: var(--violet); }
.wt { fill: var(--amber); background: var(--amber); opacity: .45; } .to { fill: var(--blue); }
.ok { fill: var(--green); background: var(--green); }
.bd { fill: var(--back); stroke: var(--green); stroke-width: 2; border: 2px solid var(--green); }
.no { fill: var(--red); background: var(--red); }
.legend { font-size: .8rem; }
.legend i { display: inline-block; width: .7rem; height: .7rem; margin-left: .7rem; border-radius: 50%; }
.legend .ch, .legend .now { width: 3px; border-radius: 0; } .legend .now { background: var(--soft); width: 1px; height: .9rem; }
.legend .wt { width: 1.4rem; height: .4rem; border-radius: 0; }
.pic { overflow: auto; max-height: 80vh; border: 1px solid var(--line); border-radius: 6px; padding: .5rem; }
.pic rect { fill: var(--raised); stroke: currentColor; stroke-width: 1.5; }
.pic rect.base { stroke: var(--line); }
.pic text { fill: var(--text); font-size: 13px; } .pic text.sub { fill: var(--soft); font-size: 11px; }
.pic .e { fill: none; stroke: var(--line); stroke-width: 1.5; } .pic .old { stroke: var(--amber); stroke-dasharray: 5 3; }
@media (max-width: 45rem) {
  #images thead { position: absolute; left: -999rem; }
  #images, #images tbody, #images tr, #images td, #images th { display: block; }
  #images tbody[hidden] { display: none; }
  #images tbody { border-top: 1px solid var(--line); padding: .3rem 0; }
  #images tbody tr > * { border: 0; padding: .1rem 0; }
  #images tr:first-child td:nth-child(4), #images tr:first-child td:nth-child(5) { display: none; }
  .tl div { grid-template-columns: 1fr; gap: 0; }
}
@media print {
  .cards button, .tools, thead button { border: 0; padding: 0; } .tools { display: none; }
  body { max-width: none; font-size: 9pt; } .pic { overflow: visible; max-height: none; }
  tbody { break-inside: avoid; }
}
`

/** The script of the page: hides and sorts rows. It creates no markup; without it the page shows everything. */
export const SCRIPT = `
'use strict'
const table = document.getElementById('images')
const search = document.getElementById('search')
const shown = document.getElementById('shown')
const filters = [...document.querySelectorAll('[data-filter]')]
const sorters = [...document.querySelectorAll('[data-sort]')]
const ORDER = filters.map((button) => button.dataset.filter)
const UNITS = { s: 1, m: 60, h: 3600, d: 86400, w: 604800 }
const seconds = (text) => [...text.matchAll(/(\\d+)([smhdw])/g)].reduce((sum, [, n, unit]) => sum + n * UNITS[unit], 0)
const rows = table === null ? [] : [...table.tBodies].map((body) => ({
  body,
  text: body.textContent.toLowerCase(),
  standing: body.dataset.s,
  keys: {
    name: body.rows[0].cells[0].firstChild.data,
    standing: String(ORDER.indexOf(body.dataset.s)).padStart(2, '0') + body.rows[0].cells[1].textContent,
    bases: body.rows[0].cells[2].textContent,
    built: body.rows[0].cells[3].textContent,
    delay: String(seconds(body.rows[0].cells[4].textContent)).padStart(12, '0'),
  },
}))
let filter = ''

function show() {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean)
  let count = 0
  for (const { body, text, standing } of rows) {
    const fits = (filter === '' || standing === filter) && words.every((word) => text.includes(word))
    body.hidden = !fits
    if (fits) count += 1
  }
  shown.textContent = count === rows.length ? '' : count + ' of ' + rows.length
}

function choose(standing) {
  filter = standing
  for (const button of filters) button.setAttribute('aria-pressed', String(button.dataset.filter === filter))
  show()
}

function sortBy(button) {
  const head = button.closest('th')
  const isUp = head.getAttribute('aria-sort') !== 'ascending'
  for (const other of sorters) other.closest('th').removeAttribute('aria-sort')
  head.setAttribute('aria-sort', isUp ? 'ascending' : 'descending')
  const key = button.dataset.sort
  const order = (a, b) => (a.keys[key] < b.keys[key] ? -1 : a.keys[key] > b.keys[key] ? 1 : 0)
  const sorted = [...rows].sort(isUp ? order : (a, b) => order(b, a))
  table.append(...sorted.map(({ body }) => body))
}

function open() {
  const target = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null
  if (target === null) return
  if (target.hidden) {
    search.value = ''
    choose('')
  }
  const details = target.querySelector('details')
  if (details !== null) details.open = true
  target.scrollIntoView({ block: 'nearest' })
}

if (table !== null) {
  for (const button of filters) button.addEventListener('click', () => choose(button.dataset.filter))
  for (const button of sorters) button.addEventListener('click', () => sortBy(button))
  search.addEventListener('input', show)
  addEventListener('hashchange', open)
  addEventListener('keydown', (event) => {
    const isTyping = event.target instanceof HTMLInputElement
    if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault()
      search.focus()
    } else if (event.key === 'Escape' && isTyping) {
      search.value = ''
      show()
    }
  })
  addEventListener('beforeprint', () => {
    for (const { body } of rows) if (!body.hidden && rows.length <= 200) body.querySelector('details').open = true
  })
  open()
}
`
