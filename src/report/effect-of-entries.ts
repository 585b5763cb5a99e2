// Sentences about images that are added, removed, enabled or disabled, or that have other base images than before.
import { parseDuration } from '../enrollment/grammar.js'
import { by, compareText, count, formatNumber, groupBy } from '../text/index.js'
import { sourceFileUrl, stateFileUrl } from './links.js'
import { code, listed, type Span, shortReference, strong } from './markdown.js'
import type { ImageChange, Report } from './model.js'
import { durationText } from './values.js'
import type { View } from './view.js'

const MAX_NAMES = 5
const MAX_BASES = 4

/** The name of an image, linked to its entry. */
export function imageName(report: Report, { name, line }: ImageChange): Span {
  return code(name, line === undefined ? null : stateFileUrl(report, report.imagesFile, line))
}

/** `a, b and 3 more`, each linked to its entry. */
export function imageNames(report: Report, images: readonly ImageChange[], max = MAX_NAMES): Span[] {
  const names = images.map((image) => [imageName(report, image)])
  return listed(names, { max })
}

/** `order-book joins the factory.` and what rebuilds it. */
export function joiningSentences(report: Report): Span[][] {
  const images = report.images.filter(({ kind }) => kind === 'enrolled')
  const [first] = images
  if (first === undefined) return []
  const joins = images.length === 1 ? ' joins the factory.' : ' join the factory.'
  const rebuilt = images.length === 1 ? rebuiltWhen(report, first, 'It') : rebuiltTogether(images)
  const goes = images.length === 1 ? deployedTo(first) : []
  const deployed = goes.length === 0 ? [] : [' ', ...goes]
  return [[strong(...imageNames(report, images), joins), ' ', ...rebuilt, ...deployed]]
}

/** What rebuilds an image, when and how often. */
export function rebuiltWhen(report: Report, { build, details }: ImageChange, it: string): Span[] {
  if (details.some(({ key, after }) => key === 'enabled' && after === 'false')) return [`${it} is switched off.`]
  if (build === undefined) return [`${it} is watched and scanned; nothing rebuilds it.`]
  const { file, bases, rebuildDelay, autoRebuild } = build
  if (file === null) return [`${it} names no workflow, so nothing rebuilds it.`]
  const workflow = workflowName(report, build)
  if (!autoRebuild) return [`${it} is rebuilt by `, workflow, ' only when promoted by hand.']
  if (bases.length === 0) return [`Its base images are unknown, so nothing rebuilds it yet.`]
  const changes = listed(
    bases.map((base) => [code(shortReference(base))]),
    { max: MAX_BASES, and: ' or ' },
  )
  return [workflow, ` rebuilds ${it.toLowerCase()} when `, ...changes, ' changes', ...atMost(rebuildDelay, ''), '.']
}

/** The file name of an image's build definition, linked to it. */
export function workflowName(report: Report, { source, file }: NonNullable<ImageChange['build']>): Span {
  const path = file ?? ''
  return code(path.slice(path.lastIndexOf('/') + 1), sourceFileUrl(report, source, path))
}

/** A delay of zero is not mentioned. */
function atMost(delay: string, upTo: string): Span[] {
  if (delay === '0') return []
  return [', at most once per ', durationText(delay), ...(upTo === '' ? [] : [' to ', durationText(upTo)])]
}

function rebuiltTogether(images: readonly ImageChange[]): Span[] {
  const rebuilt = images.flatMap(({ build }) =>
    build !== undefined && build.file !== null && build.autoRebuild && build.bases.length > 0 ? [build] : [],
  )
  if (rebuilt.length === 0) return ['None of them is rebuilt automatically.']
  const delays = [...new Set(rebuilt.map(({ rebuildDelay }) => rebuildDelay))].sort(
    (a, b) => secondsOf(a) - secondsOf(b) || compareText(a, b),
  )
  const [shortest = '0', longest = ''] = [delays[0], delays.length > 1 ? delays.at(-1) : '']
  const whom = rebuilt.length === images.length ? 'them' : `${formatNumber(rebuilt.length)} of them`
  const start =
    rebuilt.length === 1 ? 'One of them is rebuilt by its workflow when ' : `Their workflows rebuild ${whom} when `
  const bases = [...new Set(rebuilt.flatMap((build) => build.bases))].sort()
  const named = listed(
    bases.map((base) => [code(shortReference(base))]),
    { and: ' or ' },
  )
  const what = bases.length > MAX_BASES ? ['one of their base images'] : named
  return [start, ...what, ' changes', ...atMost(shortest, longest), '.']
}

function secondsOf(duration: string): number {
  return parseDuration(duration)?.seconds ?? 0
}

/** Where a new image is deployed, one environment after another. */
export function deployedTo({ environments = [] }: ImageChange): Span[] {
  if (environments.length === 0) return []
  const stages = environments.map(({ name, auto }): Span[] => {
    const to = name === null ? [] : ['to ', code(name), ' ']
    return [...to, auto ? 'automatically' : 'by hand']
  })
  return ['Kargo deploys it ', ...listed(stages), '.']
}

/** `uv leaves the factory`, and what is deleted in Kargo with it. */
export function leavingSentences(view: View): Span[][] {
  const images = view.report.images.filter(({ kind }) => kind === 'removed')
  if (images.length === 0) return []
  const one = images.length === 1
  const names = imageNames(view.report, images)
  const leaves = [strong(...names, one ? ' leaves the factory' : ' leave the factory')]
  const what = [...leaves, ` and ${one ? 'is' : 'are'} no longer rebuilt.`, ...deletedWith(view, images)]
  const archive = view.report.stateFiles.find(({ path }) => /(?:^|\/)_archive\/images\/[^/]+$/.test(path))
  if (archive === undefined) return [what]
  const folder = archive.path.slice(0, archive.path.indexOf('_archive/') + '_archive/'.length)
  return [[...what, ` ${one ? 'Its' : 'Their'} state is archived in `, code(folder), '.']]
}

const HISTORY_KEEPERS = ['Warehouse', 'Stage'] as const

/** `Its Warehouse and 2 Stages are deleted, and with them …` */
function deletedWith({ resources }: View, images: readonly ImageChange[]): Span[] {
  const files = new Set(images.map(({ name }) => `image-${name}.k8s.yaml`))
  const gone = resources.filter(({ change, path }) => change === 'removed' && files.has(path.replace(/^.*\//, '')))
  const byKind = groupBy(gone, ({ kind }) => kind)
  const counts = HISTORY_KEEPERS.flatMap((kind) => {
    const n = byKind.get(kind)?.length ?? 0
    return n === 0 ? [] : [[n === 1 ? kind : `${n} ${kind}s`]]
  })
  if (counts.length === 0) return []
  const [its, are] = [images.length === 1 ? 'Its' : 'Their', gone.length === 1 ? 'is' : 'are']
  const whose = images.length === 1 ? 'its' : 'their'
  return [
    ` ${its} `,
    ...listed(counts),
    ` ${are} deleted, and with ${gone.length === 1 ? 'it' : 'them'} Kargo's record of ${whose} versions and promotions.`,
  ]
}

/** `uv is switched off`, or on again. */
export function switchedSentences(view: View): Span[][] {
  const { report } = view
  const of = (kind: ImageChange['kind']) => report.images.filter((image) => image.kind === kind)
  const [off, on] = [of('disabled'), of('enabled')]
  const [first] = on
  const sentences: Span[][] = []
  if (off.length > 0) {
    const are = off.length === 1 ? ' is' : ' are'
    const rest = ` and no longer rebuilt; ${off.length === 1 ? 'its' : 'their'} state is kept.`
    sentences.push([strong(...imageNames(report, off), `${are} switched off`), rest, ...deletedWith(view, off)])
  }
  if (first !== undefined) {
    const rebuilt = on.length === 1 ? rebuiltWhen(report, first, 'It') : rebuiltTogether(on)
    sentences.push([
      strong(...imageNames(report, on), on.length === 1 ? ' is' : ' are', ' switched on again.'),
      ' ',
      ...rebuilt,
    ])
  }
  return sentences
}

const FEW_IMAGES = 2
const MAX_MOVES = 3

/** Images with changed base images, except added and removed ones; by name. */
export function moves({ images, bases }: Report) {
  const told = new Set(images.flatMap(({ name, kind }) => (kind === 'changed' ? [] : [name])))
  const uses = bases.flatMap(({ reference, uses }) =>
    uses.flatMap(({ image, change }) =>
      change === 'unchanged' || told.has(image) ? [] : [{ image, change, reference }],
    ),
  )
  return [...groupBy(uses, ({ image }) => image)]
    .map(([image, own]) => {
      const of = (change: string) => [
        ...new Set(own.filter((use) => use.change === change).map((use) => use.reference)),
      ]
      return { image, added: of('added'), removed: of('removed') }
    })
    .sort(by(({ image }) => image))
}

/** `web is now built on node:24 instead of node:22.` */
export function movedSentences(report: Report): Span[][] {
  const all = moves(report)
  if (all.length > FEW_IMAGES) {
    const of = (change: 'added' | 'removed') => [...new Set(all.flatMap((one) => one[change]))]
    const [added, removed] = [of('added'), of('removed')]
    const now = added.length === 0 ? [] : [': now on ', ...references(added)]
    const before =
      removed.length === 0 ? [] : [added.length === 0 ? ': no longer on ' : ', no longer on ', ...references(removed)]
    return [[strong(`${count(all.length, 'image')} are built on different base images`), ...now, ...before, '.']]
  }
  const known = new Map(report.images.map((image) => [image.name, image]))
  return all.map(({ image, added, removed }) => {
    const change = known.get(image)
    const name = change === undefined ? code(image) : imageName(report, change)
    return [strong(name, ' ', ...movedWords({ added, removed })), '.']
  })
}

/** `is now built on node:24 instead of node:22` */
export function movedWords({ added, removed }: Readonly<Record<'added' | 'removed', readonly string[]>>): Span[] {
  if (added.length === 0) return ['is no longer built on ', ...references(removed)]
  if (removed.length === 0) return ['is now also built on ', ...references(added)]
  return ['is now built on ', ...references(added), ' instead of ', ...references(removed)]
}

function references(all: readonly string[]): Span[] {
  return listed(
    all.map((one) => [code(shortReference(one))]),
    { max: MAX_MOVES },
  )
}
