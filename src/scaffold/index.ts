/**
 * Scaffold: the files a state repository begins with, as text. Pure: `init` asks and writes. `workflow.ts`, `readme.ts`
 * and `images.ts` are the texts (the example's state repository has the same ones); `action-pin.ts` says which commit
 * of this action they name.
 */

import type { Answers } from './answers.js'
import { images } from './images.js'
import { readme } from './readme.js'
import { codeowners, gitattributes } from './repository-files.js'
import { WORKFLOW_FILE, workflow } from './workflow.js'

export { ACTION, type ActionPin, PUBLISHED } from './action-pin.js'
export { type Answers, answerFault, OWNER } from './answers.js'
export { WORKFLOW_FILE } from './workflow.js'

/**
 * The files of a new state repository: text by path from its top, in the order people should read them.
 *
 * @throws Refusal when the entry that is to be enrolled is no good.
 */
export function scaffold(answers: Answers): ReadonlyMap<string, string> {
  return new Map([
    [answers.imagesFile, images(answers)],
    [WORKFLOW_FILE, workflow(answers)],
    ['CODEOWNERS', codeowners(answers)],
    ['.gitattributes', gitattributes(answers)],
    ['README.md', readme(answers)],
  ])
}
