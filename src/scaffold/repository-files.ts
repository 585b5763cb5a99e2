import type { Answers } from './answers.js'
import { filled } from './template.js'

const CODEOWNERS = `# Who reviews pull requests. The branch rule "Require review from Code Owners" enforces it.
# An entry of {{images}} decides which workflow a token starts: review it like code.
* {{owners}}
`

/** The reviewers of each file. */
export function codeowners({ owners, imagesFile }: Answers): string {
  return filled(CODEOWNERS, { owners: owners.join(' '), images: imagesFile })
}

const GITATTRIBUTES = `* text=auto eol=lf
{{output}}/** linguist-generated=true
images/** linguist-generated=true
base-images/** linguist-generated=true
_archive/** linguist-generated=true
`

/** The same bytes on every system; generated files are folded in pull requests. */
export function gitattributes({ outputDir }: Answers): string {
  return filled(GITATTRIBUTES, { output: outputDir.replaceAll(' ', '[[:space:]]') })
}
