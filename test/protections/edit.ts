/** Finds what a removal replaces. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Edit, Replacement } from './removal.ts'

/** The files of a checkout: those of `src`, read once, and any other. */
export class Checkout {
  readonly #root: string
  readonly #sources = new Map<string, string>()

  constructor(root: string) {
    this.#root = root
    for (const path of readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
      const file = `src/${path.replaceAll('\\', '/')}`
      if (file.endsWith('.ts')) this.#sources.set(file, readFileSync(join(root, file), 'utf8'))
    }
  }

  /** The files that an edit applies to: one, or it does not say what is meant any more. Exported names go first. */
  places(edit: Edit): string[] {
    if ('file' in edit) return edit.find.test(this.#read(edit.file)) ? [edit.file] : []
    const declared = 'type' in edit ? typePattern(edit.type) : declaration(edit)
    const below = 'type' in edit ? '' : (edit.in ?? '')
    const files = [...this.#sources].filter(([file]) => file.startsWith(`src/${below}`))
    const found = files.map(([file, text]) => [file, declared.exec(text)?.[1] ?? ''] as const)
    const exported = found.filter(([, how]) => how.startsWith('export '))
    return (exported.length > 0 ? exported : found.filter(([, how]) => how !== '')).map(([file]) => file)
  }

  /** @throws where an edit applies to no file, or to several. */
  apply(edit: Edit, edited: (text: string, edit: Edit) => string): void {
    const [file, ...more] = this.places(edit)
    if (file === undefined || more.length > 0) throw new Error(`not in one place: ${JSON.stringify(edit)}`)
    const text = edited(this.#read(file), edit)
    if (this.#sources.has(file)) this.#sources.set(file, text)
    writeFileSync(join(this.#root, file), text)
  }

  #read(file: string): string {
    return this.#sources.get(file) ?? readFileSync(join(this.#root, file), 'utf8')
  }
}

/** What declares a type, before and behind its `=`. */
export function typePattern(type: string): RegExp {
  return new RegExp(`^((?:export )?type ${type}\\b[^=\\n]*= ).*$`, 'm')
}

/** What declares a name at the top of a file: `export async function name`. */
function declaration({ name }: Replacement): RegExp {
  const [first = '', method] = name.split('.')
  if (method === undefined) return new RegExp(`^((?:export )?(?:async )?(?:function|const)) ${first}\\b`, 'm')
  return new RegExp(`^(export (?:abstract )?class) ${first}\\b[^]*?^ {2}(?:static |async |override )*${method}\\b`, 'm')
}
