import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { type EnrolledImage, parseImagesFile } from '../../../src/enrollment/index.js'
import { discover, type FileAnswer, failed, requestKey, type SourceReader } from '../../../src/sources/index.js'
import type { ImageEvidence } from '../../../src/state/evidence.js'
import {
  FOLDERS,
  type LinkedState,
  linkState,
  type MergedState,
  NOTHING_OBSERVED,
  type Observations,
  type StateFiles,
  writtenState,
} from '../../../src/state/index.js'
import { readRecord } from '../../../src/state/read.js'
import type { StateRecord } from '../../../src/state/record.js'

export const NOW = '2026-03-01T08:00:00.000Z'
export const LATER = '2027-01-01T00:00:00.000Z'

/** Dockerfiles by image name (`repo` is `org/NAME`); an Error is a look-up that fails. */
export type Dockerfiles = Readonly<Record<string, string | Error>>

/** An entry of images.yaml whose Dockerfile is at org/NAME. */
export function entry(name: string, more = ''): string {
  const place = `registry: ghcr.io, repository: org/${name}, source: {repo: org/${name}, branch: main}`
  return `- {name: ${name}, ${place}${more === '' ? '' : `, ${more}`}}\n`
}

export function enrolled(text: string): readonly EnrolledImage[] {
  const { enrolled, problems } = parseImagesFile(text, 'images.yaml')
  if (enrolled === null) throw new Error(JSON.stringify(problems))
  return enrolled.images
}

function reader(dockerfiles: Dockerfiles): SourceReader {
  const read: SourceReader['read'] = async (requests) =>
    new Map(
      requests.map((request): [string, FileAnswer] => {
        const found = dockerfiles[request.repo.slice('org/'.length)] ?? dockerfiles[request.repo] ?? new Error('gone.')
        if (typeof found === 'string') return [requestKey(request), { kind: 'found', text: found, branch: 'main' }]
        return [requestKey(request), failed('file', found.message, 'Mend it.')]
      }),
    )
  return { read, isComplete: true }
}

/** Who is built on what: images.yaml, Dockerfiles, the state files there were. */
export async function link(
  images: string | readonly EnrolledImage[],
  dockerfiles: Dockerfiles,
  before: StateFiles,
  allowedRegistries: readonly string[] = [],
  evidence: ReadonlyMap<string, ImageEvidence> = new Map(),
): Promise<LinkedState> {
  const enrollments = typeof images === 'string' ? enrolled(images) : images
  const discovered = await discover(enrollments, reader(dockerfiles), 'images.yaml', () => true)
  return linkState({ enrollments, discovered, before, imagesFile: 'images.yaml', allowedRegistries, evidence })
}

/** One run: images.yaml, Dockerfiles, the state files there were. */
export async function run(
  images: string | readonly EnrolledImage[],
  dockerfiles: Dockerfiles = {},
  before: ReadonlyMap<string, string> = new Map(),
  now = NOW,
  allowedRegistries: readonly string[] = [],
  observed: Observations = NOTHING_OBSERVED,
  {
    overridden = new Set(),
    writes = true,
  }: { readonly overridden?: ReadonlySet<string>; readonly writes?: boolean } = {},
): Promise<MergedState> {
  const files = filesFrom(before)
  const linked = await link(images, dockerfiles, files, allowedRegistries)
  return writtenState(linked, { before: files, now, writes, observed, overridden })
}

/** What `readState` makes of files on disk. */
export function filesFrom(texts: ReadonlyMap<string, string>): StateFiles {
  const records = (folder: string) =>
    new Map(
      [...texts]
        .filter(([path]) => path.startsWith(`${folder}/`) && !path.slice(folder.length + 1).includes('/'))
        .map(([path, text]): [string, StateRecord] => {
          const { record, problems } = readRecord(text, path)
          expect(problems).toEqual([])
          return [path.slice(folder.length + 1, -'.yaml'.length), record ?? {}]
        }),
    )
  return {
    images: records(FOLDERS.images),
    bases: records(FOLDERS.bases),
    archivedImages: records(FOLDERS.archivedImages),
    archivedBases: records(FOLDERS.archivedBases),
    texts,
  }
}

const REFERENCE = new URL('../../fixtures/reference-state/', import.meta.url)

export function referenceImages(): string {
  return readFileSync(new URL('images.yaml', REFERENCE), 'utf8')
}

/** The state files of the reference repository. */
export function referenceFiles(): Map<string, string> {
  const folders = ['images', 'base-images']
  return new Map(
    folders.flatMap((folder) =>
      readdirSync(new URL(folder, REFERENCE))
        .sort()
        .map((name): [string, string] => [
          `${folder}/${name}`,
          readFileSync(new URL(`${folder}/${name}`, REFERENCE), 'utf8'),
        ]),
    ),
  )
}

/** One Dockerfile for all images of a repository is enough where only bases count. */
export const REFERENCE_SOURCES: Dockerfiles = {
  'craigedmunds/argocd-eda': 'FROM node:22-bookworm-slim\n',
  'craigedmunds/market-making': 'FROM python:3.12-slim\n',
}

/** The record in a state file, empty if there is none. */
export function recordIn(files: ReadonlyMap<string, string>, path: string): StateRecord {
  return readRecord(files.get(path) ?? '', path).record ?? {}
}

export function messages(state: MergedState): string[] {
  return state.problems.map(({ severity, message }) => `${severity}: ${message}`)
}
