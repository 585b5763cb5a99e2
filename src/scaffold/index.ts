/**
 * Scaffold: the initial files of a state repository, as text. Pure: `init` asks and writes. `workflow.ts`, `readme.ts`
 * and `images.ts` have the texts, with a cluster (also used by the example's state repository) and without one.
 */
import { type Answers, codeowners, gitattributes, WORKFLOW_FILES } from './answers.js'
import { images } from './images.js'
import { actionsReadme, readme } from './readme.js'
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
