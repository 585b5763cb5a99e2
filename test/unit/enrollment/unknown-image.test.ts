import { expect, it } from 'vitest'
import { unknownImage } from '../../../src/enrollment/index.js'

const many = Array.from({ length: 12 }, (_, n) => `image-${String.fromCharCode(97 + n)}`)

it.each([
  ['wbe', ['web', 'api'], 'Did you mean web?'],
  ['nope', ['web', 'api'], 'Its images: api, web.'],
  ['nope', many.slice(0, 10), `Its images: ${many.slice(0, 10).join(', ')}.`],
  ['nope', many, `Its images: ${many.slice(0, 10).join(', ')}, and 2 more.`],
])('%s of %o', (name, names, remedy) => {
  expect(unknownImage(name, names, 'factory/images.yaml')).toEqual({
    message: `factory/images.yaml enrolls no image "${name}".`,
    remedy,
  })
})
