import { readFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import {
  OVERRIDES_FILE,
  type Problem,
  parseImagesFile,
  parseOverrides,
  refuse,
  withAcceptances,
} from '../enrollment/index.js'
import { readImages } from '../read-enrollment.js'
import { discover } from '../sources/index.js'
import { hasStateFile, readOptional } from '../state/index.js'
import { count, printable } from '../text/index.js'
import { type CommandContext, ownRepository, stateFolder } from './options.js'
import { sourcesOf } from './run-options.js'
import { printJson, printProblems, progressOn } from './terminal.js'

/**
 * `validate`: lists all problems of images.yaml and overrides.yaml. Works offline; with `--sources` the Dockerfiles and
 * workflows there are checked as well. Problems in them are warnings: only a run that sees the committed state can tell
 * which are new.
 *
 * @param files enrollment files, or files named overrides.yaml, relative to the current folder; none: those of the
 *   state folder.
 * @returns 1 when any of them has errors.
 * @throws Refusal when a file does not exist.
 */
export async function validate(context: CommandContext, files: readonly string[] = []): Promise<number> {
  const { options, terminal } = context
  if (files.length > 0 && options.state !== undefined)
    throw refuse('option-invalid', '--state and files are both given.', { remedy: 'Keep one of them.' })
  const checked = files.length === 0 ? await checkState(context) : await checkFiles(context, files)
  const isValid = checked.every(({ valid }) => valid)
  if (options.json) {
    const listed = checked.map(({ file, valid, images, problems }) => ({ file, valid, images, problems }))
    const whole = { images: checked.flatMap(({ images }) => images), problems: checked.flatMap((one) => one.problems) }
    printJson(terminal, files.length === 0 ? { valid: isValid, ...whole } : { valid: isValid, files: listed })
  } else {
    for (const { file, text, valid, summary, problems } of checked) {
      printProblems(terminal, problems, text)
      if (valid) terminal.out(printable(`${file} is valid: ${summary}.\n`))
    }
  }
  return isValid ? 0 : 1
}

interface CheckedFile {
  readonly file: string
  readonly text: string
  readonly valid: boolean
  readonly images: readonly string[]
  readonly problems: readonly Problem[]
  /** `2 images` */
  readonly summary: string
}

async function checkState(context: CommandContext): Promise<CheckedFile[]> {
  const folder = stateFolder(context.options, context.env)
  const { text } = readImages(folder, ownRepository(context.env))
  const overrides = readOptional(folder.root, OVERRIDES_FILE)
  const images = await checkImages(context, { file: folder.imagesFile, root: folder.root, text })
  return overrides === null ? [images] : [images, checkOverrides(context, OVERRIDES_FILE, overrides)]
}

async function checkFiles(context: CommandContext, files: readonly string[]): Promise<CheckedFile[]> {
  const texts = await Promise.all(files.map(readText))
  return Promise.all(
    files.map((file, index) => {
      const text = texts[index] ?? ''
      const isOverrides = basename(file) === OVERRIDES_FILE
      return isOverrides
        ? checkOverrides(context, file, text)
        : checkImages(context, { file, root: dirname(file), text })
    }),
  )
}

/** @param root the folder that may hold the state files. */
async function checkImages(
  context: CommandContext,
  { file, root, text }: { readonly file: string; readonly root: string; readonly text: string },
): Promise<CheckedFile> {
  const { enrolled, problems } = parseImagesFile(text, file, ownRepository(context.env))
  const images = enrolled?.images ?? []
  const isRead = context.options.sources !== undefined && enrolled !== null
  const progress = progressOn(context.terminal)
  const isKnown = (image: string) => hasStateFile(root, image)
  const read = () => discover(images, sourcesOf(context, progress.count), file, isKnown)
  const found = isRead ? await progress.step('Discover base images', read) : null
  // What could not be read below --sources, and workflow problems that will make rebuilds fail.
  const inSources = found === null ? [] : [...found.problems, ...found.workflowProblems.map(({ problem }) => problem)]
  return {
    file,
    text,
    valid: enrolled !== null,
    images: images.map(({ name }) => name),
    problems: [...problems, ...withAcceptances(inSources, images)],
    summary: count(images.length, 'image'),
  }
}

function checkOverrides({ now }: CommandContext, file: string, text: string): CheckedFile {
  const { active, problems } = parseOverrides(text, file, now)
  const valid = !problems.some(({ severity }) => severity === 'error')
  return { file, text, valid, images: [], problems, summary: `${count(active.length, 'override')} in force` }
}

/**
 * The text of a file that an argument names.
 *
 * @throws Refusal when it cannot be read.
 */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const [message, remedy] = (code !== undefined && UNREADABLE[code]) || [`${path} cannot be read (${code}).`, null]
    throw refuse(code === 'ENOENT' ? 'file-missing' : 'file-unusable', message.replace('PATH', path), {
      file: path,
      remedy,
    })
  }
}

const UNREADABLE: Readonly<Record<string, readonly [string, string | null]>> = {
  ENOENT: ['there is no file PATH.', 'Check the path: it starts at the current folder.'],
  EISDIR: ['PATH is a folder.', 'Give a file in it, like images.yaml.'],
  EACCES: ['PATH is not readable.', 'Make it readable for your user.'],
}
