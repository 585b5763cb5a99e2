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
