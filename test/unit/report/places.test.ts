import { afterAll, describe, expect, it } from 'vitest'
import { parseImagesFile } from '../../../src/enrollment/index.js'
import { problem } from '../../../src/enrollment/problem.js'
import { renderComment, renderPlain, withPlaces } from '../../../src/report/index.js'
import { requestKey } from '../../../src/sources/index.js'
import { removeTempFolders } from '../../support/temp-folder.js'
import { commentOf, entry, previewOf } from '../pipeline/pull-request.js'
import { marker, report } from './examples.js'
import { alive, danger } from './structure.js'

afterAll(removeTempFolders)

const { enrolled } = parseImagesFile(entry('web', ['dockerfile: docker/Dockerfile']), 'images.yaml')
const images = enrolled?.images ?? []
const DOCKERFILE = 'docker/Dockerfile'
const WORKFLOW = '.github/workflows/web.yml'

/** What becomes of a message where these files of acme/web were read, from the branch main. */
function placed(message: string, files: readonly string[] = [DOCKERFILE, WORKFLOW], remedy: string | null = null) {
  const keys = files.map((path) => requestKey({ provider: 'github', repo: 'acme/web', branch: 'main', path }))
  const read = new Map(keys.map((key) => [key, 'main']))
  const [one] = withPlaces([problem('base-assumed', message, { image: 'web', remedy })], images, { files: read })
  if (one === undefined) throw new Error('a problem is lost')
  return one
}

describe('places in the words of a problem', () => {
  it.each([
    ['a line', `web: ${DOCKERFILE}:3 pulls X.`, [`${DOCKERFILE}:3`, DOCKERFILE, 3]],
    ['a line of the repository', `web: acme/web/${DOCKERFILE}:3: odd.`, [`acme/web/${DOCKERFILE}:3`, DOCKERFILE, 3]],
    ['the workflow by its name', 'the build in web.yml:12 publishes nothing.', ['web.yml:12', WORKFLOW, 12]],
    ['a file', `no \`run-name\` in (${WORKFLOW}).`, [WORKFLOW, WORKFLOW, null]],
  ])('are found: %s', (_, message, [text, path, line]) => {
    const source = { provider: 'github', repo: 'acme/web', branch: 'main' }
    expect(placed(message).places).toEqual([{ text, source, path, line }])
  })

  it.each([
    ['a file that was not read', 'see src/Dockerfile:3.'],
    ['a file of another repository', `see acme/other/${DOCKERFILE}:3.`],
    ['part of a word', `see x${DOCKERFILE}:3 and ${DOCKERFILE}:3x and ${DOCKERFILE}:1234567890.`],
  ])('are none: %s', (_, message) => {
    expect(placed(message)).not.toHaveProperty('places')
  })

  it('are links in the comment, in message and remedy, and words on a terminal', () => {
    const one = placed(`web: ${DOCKERFILE}:3 pulls X.`, undefined, 'Write `push: true` in web.yml:12.')
    const { places: _, ...bare } = one
    const comment = renderComment(report({ problems: [one] }), { marker })
    const at = 'https://github.com/acme/web/blob/main'
    expect(comment).toContain(`web: [\`${DOCKERFILE}:3\`](${at}/${DOCKERFILE}#L3) pulls X.`)
    expect(comment).toContain(`in [\`web.yml:12\`](${at}/${WORKFLOW}#L12).`)
    const onTerminal = renderPlain(report({ problems: [one] }), { color: false })
    expect(onTerminal).toBe(renderPlain(report({ problems: [bare] }), { color: false }))
  })

  it.each([
    '](https://evil.example)/Dockerfile',
    'a`b`/Dockerfile',
    'a|b/Dockerfile',
    '<img/src=x>/Dockerfile',
    '../../../evil/repo/Dockerfile',
    '@everyone/Dockerfile',
    'a?b#c&d/Dockerfile',
    '\ud800/Dockerfile',
  ])('cannot lead out of the repository, or out of their place: %j', (path) => {
    const one = placed(`web: ${path}:3 is odd, \`${path}\` too.`, [path])
    const comment = renderComment(report({ problems: [one] }), { marker })
    expect(danger(comment.slice(comment.indexOf('\n')))).toBeNull()
    const urls = [
      ...comment
        .split('\n')
        .map(alive)
        .join('\n')
        .matchAll(/\]\((https:[^)]*)\)/g),
    ].map(([, url = '']) => new URL(url))
    for (const { hostname, pathname } of urls) {
      expect(hostname).toBe('github.com')
      expect(pathname).toMatch(/^\/(?:acme\/web\/blob\/main|example\/factory-state)\//)
    }
  })

  it('link the warnings of a pull request to the files that were read', async () => {
    const dockerfiles = { web: 'FROM node:22 AS build\nFROM biuld\nCOPY --from=build /a /a\n' }
    const comment = commentOf(
      await previewOf({ before: entry('web'), after: entry('web', ['tags: {allow: [^v1]}']), dockerfiles }),
    )
    expect(comment).toContain('[`acme/web/Dockerfile:2`](https://github.com/acme/web/blob/main/Dockerfile#L2)')
  })
})
