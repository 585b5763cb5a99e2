import { type EnrolledImage, parseImagesFile } from '../../../src/enrollment/index.js'
import { GENERATED_HEADER, type ManifestFile, synthesize } from '../../../src/kargo/index.js'
import { parseManifests } from '../../../src/manifests/compare.js'

const BASE = { name: 'node-22', registry: 'docker.io', repository: 'library/node', tag: '22', baselineDigest: null }

/** Real output: a factory of images that are all built on node:22. */
export function factoryOf(names: readonly string[], settings = ''): ManifestFile[] {
  const entries = names.map(
    (name) =>
      `  - {name: "${name}", registry: ghcr.io, repository: "org/${name}", source: {repo: org/app, workflow: b.yml}}\n`,
  )
  const { enrolled, problems } = parseImagesFile(`settings: {${settings}}\nimages:\n${entries.join('')}`, 'images.yaml')
  if (enrolled === null) throw new Error(JSON.stringify(problems))
  const images = enrolled.images.map((enrollment: EnrolledImage) => ({
    enrollment,
    bases: [BASE.name],
    enrolledAt: null,
    runs: { kind: 'all' } as const,
  }))
  return synthesize({ settings: enrolled.settings, images, bases: [BASE] })
}

/** Files as they lie on disk. */
export function onDisk(files: readonly ManifestFile[]): Map<string, string> {
  return new Map(files.map(({ path, text }) => [path, text]))
}

/** An object by hand. */
export function object(kind: string, name: string, value = 'x', namespace = 'ns'): string {
  const place = namespace === '' ? '' : `  namespace: ${namespace}\n`
  return `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${place}data:\n  key: ${value}\n`
}

/** A generated file with these objects. */
export function generated(...objects: readonly string[]): string {
  return `${GENERATED_HEADER}\n${objects.join('---\n')}`
}

/** A generated file with these objects, as it is made. */
export function madeFile(path: string, ...objects: readonly string[]): ManifestFile {
  const text = generated(...objects)
  return { path, text, objects: parseManifests(path, text) }
}

/** A folder after a comparison's files were written. */
export function applied(before: ReadonlyMap<string, string>, files: ReadonlyMap<string, string | null>) {
  const after = new Map(before)
  for (const [path, text] of files) {
    if (text === null) after.delete(path)
    else after.set(path, text)
  }
  return after
}
