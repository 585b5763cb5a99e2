import type { Answers } from './answers.js'
import { filled } from './template.js'

const CODEOWNERS = `# Who is asked to review a pull request. The branch rule "Require review from Code Owners" makes it binding.
# An entry of {{images}} says which workflow a token starts: review it as you review code.
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
