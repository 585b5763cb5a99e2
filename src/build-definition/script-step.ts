import { contextDockerfile, folderOfRepository, isRemote } from './paths.js'
import { environmentOf } from './scope.js'
import type { BakeCommand, CommandBuild, ComposeCommand, ScriptBuild } from './script/index.js'
import { located, type StepSurroundings } from './step-build.js'
import { type BuildValue, isKnown, joined, known, unknown } from './value.js'
import type { Walk } from './walk.js'
import { repositoryPath } from './workspace.js'

/** Notes the build that a command of a script makes. */
export function addCommand(build: ScriptBuild, around: StepSurroundings, walk: Walk): void {
  const place = { ...around.place, isConditional: around.place.isConditional || build.isConditional }
  const here = { ...around, place }
  if (build.kind === 'build') addDockerfile(build, here, walk)
  else if (build.kind === 'bake') addBake(build, here, walk)
  else addCompose(build, here, walk)
}

function addDockerfile(build: CommandBuild, around: StepSurroundings, walk: Walk): void {
  const { tool, folder, inputs, publishes, tags } = build
  const context = build.context === null || isRemoteValue(build.context) ? build.context : joined(folder, build.context)
  const file = build.file === null ? null : joined(folder, build.file)
  const dockerfile =
    context === null
      ? { in: 'workspace' as const, path: joined(folder, known('Dockerfile')) }
      : contextDockerfile(context, file, around.repo)
  const orContainerfile = build.file === null && tool !== 'docker' && tool !== 'kaniko' && tool !== 'depot'
  walk.build({
    kind: 'build',
    ...around.place,
    tool,
    ...located({ dockerfile: { ...dockerfile, orContainerfile }, inputs, publishes, tags }, around),
  })
}

function isRemoteValue(value: BuildValue): boolean {
  return isKnown(value) && isRemote(value.text)
}

function addBake(build: BakeCommand, around: StepSurroundings, walk: Walk): void {
  const { files, targets, set, source, folder, unclear, publishes } = build
  const fetched = source === null || !isKnown(source) ? null : folderOfRepository(source.text, around.repo)
  if (source !== null && fetched === null) {
    const written = isKnown(source) ? source.text : source.written
    walk.skip(around.place, 'docker buildx bake', `bakes what ${written} defines`)
    return
  }
  const place = fetched === null ? repositoryPath(around.checkouts, folder) : known(fetched)
  if (place === null) {
    walk.skip(around.place, 'docker buildx bake', 'runs outside of the repository')
    return
  }
  walk.build({
    kind: 'bake',
    format: 'bake',
    tool: 'docker buildx bake',
    ...around.place,
    folder: place,
    isFetched: fetched !== null,
    files,
    targets: [...targets, ...unclear.map(({ written }) => unknown(written))],
    set,
    args: new Map(),
    environment: new Map([...environmentOf(around.variables), ...build.environment]),
    generated: around.generated,
    publishes,
  })
}

function addCompose(build: ComposeCommand, around: StepSurroundings, walk: Walk): void {
  const { files, services, args, folder, projectFolder, unclear, publishes } = build
  const place = repositoryPath(around.checkouts, projectFolder === null ? folder : joined(folder, projectFolder))
  if (place === null) {
    walk.skip(around.place, 'docker compose build', 'runs outside of the repository')
    return
  }
  walk.build({
    kind: 'bake',
    format: 'compose',
    tool: 'docker compose',
    ...around.place,
    folder: place,
    isFetched: false,
    files,
    targets: [...services, ...unclear.map(({ written }) => unknown(written))],
    set: [],
    args,
    environment: new Map([...environmentOf(around.variables), ...build.environment]),
    generated: [],
    publishes,
  })
}
