import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { validate } from '../../../src/cli/validate-command.js'
import { contextIn, folderPerTest } from './command.js'

describe('validate', () => {
  const folder = folderPerTest()

  async function run(text: string, json: boolean) {
    writeFileSync(join(folder(), 'images.yaml'), text)
    const { context, printed } = contextIn(folder(), { json })
    return { code: await validate(context), ...printed }
  }

  const WRONG = '- name: app\n  registry: ghcr.io\n  repository: org/app\n  rebuildelay: 7d\n  quarantine: 2d\n'

  it('gives each problem with all that is known of it', async () => {
    const { code, out } = await run(WRONG, true)
    expect(code).toBe(1)
    expect(JSON.parse(out)).toEqual({
      valid: false,
      images: [],
      problems: [
        {
          severity: 'error',
          code: 'key-unknown',
          file: 'images.yaml',
          line: 4,
          column: 3,
          message: 'unknown key "rebuildelay".',
          remedy: 'Did you mean rebuildDelay?',
          image: 'app',
        },
        {
          severity: 'notice',
          code: 'form-foreign',
          file: 'images.yaml',
          line: 5,
          column: 3,
          message: 'quarantine is read as minimumReleaseAge.',
          remedy: 'Write minimumReleaseAge.',
          image: 'app',
        },
      ],
    })
  })

  it('prints one line a problem where nobody looks, and a verdict when all is well', async () => {
    expect(await run(WRONG, false)).toMatchObject({
      code: 1,
      out: '',
      err: 'images.yaml:4:3: error: unknown key "rebuildelay". Did you mean rebuildDelay?\nimages.yaml:5:3: notice: quarantine is read as minimumReleaseAge. Write minimumReleaseAge.\n',
    })
    expect(await run(WRONG.replace('rebuildelay', 'rebuildDelay'), false)).toMatchObject({
      code: 0,
      out: 'images.yaml is valid: 1 image.\n',
    })
  })
})
