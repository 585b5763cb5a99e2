import { shortReference } from '../../report/markdown.js'
import { count, groupBy, minute } from '../../text/index.js'
import { CONCERN_KINDS, type Concern } from '../concerns.js'
import { type Overview, type OverviewImage, STANDING_WORDS, STANDINGS } from '../overview.js'
import { ageOf, dayOf, type Html, html, link, prose, shortDigest } from './html.js'
import { type Axis, timeline } from './pictures.js'

/** Number of images per standing; each is a button that shows only those images. */
export function totals({ totals: all, images }: Overview): Html {
  const cards = STANDINGS.filter((standing) => all[standing] > 0).map((standing) => {
    const { word, meaning } = STANDING_WORDS[standing]
    return html`<li><button type="button" class="s-${standing}" data-filter="${standing}" aria-pressed="false" title="${meaning}"><b>${all[standing]}</b> ${word}</button></li>`
  })
  const everything = html`<li><button type="button" data-filter="" aria-pressed="true"><b>${images.length}</b> All</button></li>`
  return html`<ul class="cards" aria-label="Filter images by status">${everything}${cards}</ul>`
}

const MAX_CONCERNS = 50
const MAX_NAMES = 5

/** What needs attention, the worst first; identical concerns of several images are listed once. */
export function attention({ images }: Overview): Html | null {
  const all = images.flatMap((image) => image.concerns.map((concern) => ({ image, concern })))
  if (all.length === 0) return null
  const groups = [...groupBy(all, ({ concern }) => `${concern.kind} ${concern.text}`).values()]
  const worst = CONCERN_KINDS.flatMap((kind) => groups.filter(([first]) => first.concern.kind === kind))
  const left = worst.length - MAX_CONCERNS
  const more = left > 0 && html`<p>And ${left} more: see the table.</p>`
  const items = worst.slice(0, MAX_CONCERNS).map((group) => {
    const [{ concern }] = group
    return concernItem(
      concern,
      group.map(({ image }) => image),
    )
  })
  return html`<section class="attention"><h2>Needs attention</h2><ul>${items}</ul>${more}</section>`
}

function concernItem(concern: Concern, images: readonly OverviewImage[]): Html {
  const isOfRun = concern.kind === 'build-failed' || concern.kind === 'start-refused'
  const run = isOfRun && images.length === 1 ? (images[0]?.rebuilds[0]?.run?.url ?? null) : null
  const names = imageLinks(
    images.map(({ name }) => name),
    MAX_NAMES,
  )
  const seen = run !== null && html` ${link(run, 'See its run.')}`
  return html`<li>${names}: ${prose(concern.text)} <span class="next">${prose(concern.next)}</span>${seen}</li>`
}

/** Links to images by name; those beyond `max` as a count. */
function imageLinks(names: readonly string[], max: number): Html {
  const links = names.slice(0, max).map((name, index) => html`${index > 0 && ', '}<a href="#i-${name}">${name}</a>`)
  return html`${links}${names.length > max && ` and ${names.length - max} more`}`
}

/** Active overrides. */
export function overridesInForce({ overrides }: Overview): Html | null {
  if (overrides.length === 0) return null
  const items = overrides.map(({ base, digest, reason, expires, images }) => {
    const concerned = images.length === 0 ? 'no image now' : imageLinks(images, MAX_USERS)
    return html`<li><b>${shortReference(base)}</b> <code>${shortDigest(digest)}</code> until ${minute(expires)}: ${reason} (${concerned})</li>`
  })
  return html`<section><h2>Overrides in force</h2><ul>${items}</ul></section>`
}

const COLUMNS = [
  ['name', 'Image'],
  ['standing', 'Status'],
  ['bases', 'Base images'],
  ['built', 'Last built'],
  ['delay', 'Delay'],
] as const

/** One row per image, with all details behind it. */
export function imageTable({ images, bases }: Overview, axis: Axis): Html {
  const byName = new Map(bases.map((base) => [base.name, base]))
  const head = COLUMNS.map(
    ([key, title]) => html`<th scope="col"><button type="button" data-sort="${key}">${title}</button></th>`,
  )
  const rows = images.map((image) => imageRow(image, timeline(image, byName, axis)))
  return html`<table id="images" aria-label="Images"><thead><tr>${head}</tr></thead>${rows}</table>`
}

function imageRow(image: OverviewImage, history: Html): Html {
  const { name, image: place, standing, bases, lastBuilt, policy } = image
  const shown = bases.slice(0, 2).map(({ ref }, index) => html`${index > 0 && html`<br>`}${shortReference(ref)}`)
  const more = bases.length > 2 && html`<br>and ${bases.length - 2} more`
  const built = lastBuilt === null ? '' : dayOf(lastBuilt)
  return html`
<tbody id="i-${name}" data-s="${standing}"><tr><th scope="row">${name}<small>${place}</small></th><td><b>${STANDING_WORDS[standing].word}</b>${sinceOf(image)}</td><td>${shown}${more}</td><td>${built}</td><td>${policy.rebuildDelay}</td></tr><tr><td colspan="5"><details><summary>More</summary>${about(image, history)}</details></td></tr></tbody>`
}

function sinceOf({ standing, eligibleAt, override }: OverviewImage): Html | null {
  const hurried = override === null ? null : html`<small>override</small>`
  if (eligibleAt === null || (standing !== 'due' && standing !== 'waiting')) return hurried
  return html`<small>${standing === 'due' ? 'since' : 'until'} ${minute(eligibleAt)}</small>${hurried}`
}

function about(image: OverviewImage, history: Html): Html {
  const { message, concerns, doItNow, source, policy } = image
  const said = message.replaceAll('docker.io/library/', '')
  const left = concerns.filter(({ kind }) => kind !== 'still-behind')
  const wrong = left.map(({ kind, text, next }) => {
    return html`<li>${UNSAID.has(kind) && prose(text)} ${prose(next)}</li>`
  })
  const from = source === null ? null : html`Built from ${link(doItNow.page, source.repo)}. `
  const words = policyWords(policy)
  const more = words === '' ? null : html`Its policy: ${words}.`
  return html`<p>${prose(said)}</p>${wrong.length > 0 && html`<ul>${wrong}</ul>`}${history}<p>${from}${more}</p>`
}

/** Concerns that the sentence about an image does not mention. */
const UNSAID: ReadonlySet<Concern['kind']> = new Set(['base-missing', 'discovery-failed'])

/** Differences from the default policy, except the delay. */
function policyWords({ minimumReleaseAge, autoRebuild, rebuildOnEnrollment }: OverviewImage['policy']): string {
  return [
    ...(minimumReleaseAge === '0' ? [] : [`minimumReleaseAge ${minimumReleaseAge}`]),
    ...(autoRebuild ? [] : ['autoRebuild false']),
    ...(rebuildOnEnrollment ? ['rebuildOnEnrollment true'] : []),
  ].join(', ')
}

const MAX_USERS = 20

/** Base images: when they got their current digest, and which images are built on them. */
export function baseTable({ bases, at }: Overview): Html {
  const rows = bases.map(({ name, ref, digest, since, users, enrolledImage }) => {
    const ours = enrolledImage === null ? null : html` <small>the enrolled image ${enrolledImage}</small>`
    const links = imageLinks(users, MAX_USERS)
    const has = digest === null ? html`not known yet` : html`<code>${shortDigest(digest)}</code>`
    return html`
<tr id="b-${name}"><th scope="row">${shortReference(ref)}${ours}</th><td>${has}</td><td>${since === null ? '' : dayOf(since)}</td><td>${since === null ? '' : ageOf(since, at)}</td><td><details><summary>${count(users.length, 'image')}</summary>${links}</details></td></tr>`
  })
  return html`<table><thead><tr><th scope="col">Base image</th><th scope="col">Digest</th><th scope="col">Since</th><th scope="col">Age</th><th scope="col">Used by</th></tr></thead><tbody>${rows}</tbody></table>`
}

/** The policies in use, and how many images have each. */
export function policyTable({ images, engine }: Overview): Html {
  const built = images.filter(({ standing }) => standing !== 'never')
  const groups = [...groupBy(built, ({ policy }) => `${policy.rebuildDelay} ${policyWords(policy)}`)].sort(
    ([, a], [, b]) => b.length - a.length,
  )
  const rows = groups.map(([, [first, ...others]]) => {
    const { rebuildDelay, minimumReleaseAge, autoRebuild, rebuildOnEnrollment } = first.policy
    return html`<tr><td>${rebuildDelay}</td><td>${minimumReleaseAge}</td><td>${String(autoRebuild)}</td><td>${String(rebuildOnEnrollment)}</td><td>${others.length + 1}</td></tr>`
  })
  const who = engine === 'kargo' ? 'Kargo starts rebuilds.' : 'The action starts rebuilds, on its scheduled runs.'
  return html`<p>${who}</p><table><thead><tr><th scope="col">rebuildDelay</th><th scope="col">minimumReleaseAge</th><th scope="col">autoRebuild</th><th scope="col">rebuildOnEnrollment</th><th scope="col">Images</th></tr></thead><tbody>${rows}</tbody></table>`
}
