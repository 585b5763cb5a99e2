/** A factory to measure with: its images.yaml, and the source repositories its images are built from. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const IMAGES_A_REPOSITORY = 4
/** One base image for so many images; a tenth of them are shared by half of the images, the others by two or three. */
const IMAGES_A_BASE = 5
const MULTI_STAGE = 3

/** What lies in a factory's repositories. */
export interface Factory {
  readonly imagesYaml: string
  /** Path inside the repository → text, by OWNER/REPO: a Dockerfile and a workflow for each image. */
  readonly repositories: ReadonlyMap<string, Readonly<Record<string, string>>>
}

/** The same count gives the same factory. */
export function factoryOf(images: number): Factory {
  const repositories = new Map<string, Record<string, string>>()
  for (let index = 0; index < images; index += 1) {
    const files = repositories.get(repositoryOf(index)) ?? {}
    files[`image-${index}/Dockerfile`] = dockerfile(index, images)
    files[`.github/workflows/image-${index}.yml`] = workflow(index)
    repositories.set(repositoryOf(index), files)
  }
  return { imagesYaml: imagesYaml(images), repositories }
}

/** An enrollment alone, for what only reads one. */
export function imagesYaml(images: number): string {
  const entry = (index: number) => `- name: image-${index}
  registry: ghcr.io
  repository: example/image-${index}
  source:
    repo: ${repositoryOf(index)}
    branch: main
    dockerfile: image-${index}/Dockerfile
    workflow: image-${index}.yml
  rebuildDelay: 7d
`
  return Array.from({ length: images }, (_, index) => entry(index)).join('')
}

function repositoryOf(index: number): string {
  return `example/repo-${Math.floor(index / IMAGES_A_REPOSITORY)}`
}

/** @param version of the base image's tag: another one is another base image. */
function dockerfile(index: number, images: number, version = 1): string {
  const bases = Math.max(4, Math.floor(images / IMAGES_A_BASE))
  const wide = Math.max(1, Math.floor(bases / 10))
  const half = Math.floor(index / 2)
  const base = index % 2 === 0 ? half % wide : wide + (half % (bases - wide))
  const lines = [
    '# syntax=docker/dockerfile:1',
    ...(index % MULTI_STAGE === 0
      ? ['FROM golang:1.25 AS build', 'WORKDIR /src', 'COPY . .', 'RUN go build -o /out/app .']
      : []),
    `FROM registry.example.com/bases/base-${base}:${version}.${base % 7}`,
    'ENV LANG=C.UTF-8',
    ...(index % MULTI_STAGE === 0 ? ['COPY --from=build /out/app /app'] : ['COPY app /app']),
    'USER 65532',
    'ENTRYPOINT ["/app"]',
  ]
  return `${lines.join('\n')}\n`
}

function workflow(index: number): string {
  return `name: image-${index}
on:
  push:
    branches: [main]
    paths: [image-${index}/**]
  workflow_dispatch:
permissions:
  contents: read
  packages: write
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
        with:
          persist-credentials: false
      - uses: docker/login-action@v3
        with:
          registry: ghcr.io
          username: \${{ github.actor }}
          password: \${{ github.token }}
      - uses: docker/build-push-action@v6
        with:
          context: image-${index}
          pull: true
          push: true
          tags: ghcr.io/example/image-${index}:1.\${{ github.run_number }}.0
`
}

/** A factory on disk. */
export interface FactoryFolders {
  /** The state folder, as it is before the first run. */
  readonly state: string
  /** Checkouts as OWNER/REPO. */
  readonly sources: string
  /** Moves one image to another base image, or back. */
  readonly moveOne: (where: 'elsewhere' | 'back') => void
}

/** Writes a factory to disk. */
export function writeFactory(root: string, images: number): FactoryFolders {
  const { imagesYaml, repositories } = factoryOf(images)
  const sources = join(root, 'sources')
  write(join(root, 'state/images.yaml'), imagesYaml)
  for (const [repository, files] of repositories) {
    for (const [path, text] of Object.entries(files)) write(join(sources, repository, path), text)
  }
  const moved = join(sources, repositoryOf(1), 'image-1/Dockerfile')
  const moveOne = (where: 'elsewhere' | 'back') =>
    writeFileSync(moved, dockerfile(1, images, where === 'elsewhere' ? 2 : 1))
  return { state: join(root, 'state'), sources, moveOne }
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
