/**
 * Scaffold: the initial files of a state repository, as text. Pure: `init` asks and writes. `workflow.ts`, `readme.ts`
 * and `images.ts` have the texts (also used by the example's state repository), `actions-workflow.ts` and
 * `actions-readme.ts` those without a cluster.
 */

import { actionsReadme } from './actions-readme.js'
import { type Answers, WORKFLOW_FILES } from './answers.js'
import { images } from './images.js'
import { readme } from './readme.js'
import { codeowners, gitattributes } from './repository-files.js'
import { workflow } from './workflow.js'

export { ACTION, type ActionPin, PUBLISHED } from '../enrollment/action-pin.js'
export { type Answers, answerFault, type Engine, OWNER, WORKFLOW_FILES } from './answers.js'

/**
 * The files of a new state repository, or those added to an application's own: text by path relative to its top, in
 * reading order.
 *
 * @throws Refusal when the entry to enroll is invalid.
 */
export function scaffold(answers: Answers): ReadonlyMap<string, string> {
  const { engine, applicationFolder, imagesFile } = answers
  const below = (path: string) =>
    applicationFolder === null || applicationFolder === '.' ? path : `${applicationFolder}/${path}`
  return new Map([
    [below(imagesFile), images(answers)],
    [WORKFLOW_FILES[engine], workflow(answers)],
    // An application's repository already has its own.
    ...(applicationFolder === null ? [['CODEOWNERS', codeowners(answers)] as const] : []),
    [below('.gitattributes'), gitattributes(answers)],
    [below('README.md'), engine === 'kargo' ? readme(answers) : actionsReadme(answers)],
  ])
}
