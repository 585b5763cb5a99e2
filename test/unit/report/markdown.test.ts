import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cell, codeSpan, fence, html, htmlCode, link, prose } from '../../../src/report/markdown.js'
import { text } from './arbitrary.js'

describe('prose', () => {
  it.each([
    ['plain words stay', 'plain words stay'],
    ['a | b', 'a &#124; b'],
    ['a\\|b', 'a&#92;&#124;b'],
    ['<img src=x>', '&lt;img src=x&gt;'],
    ['&lt;', '&amp;lt;'],
    ['[x](y)', '\\[x\\](y)'],
    ['*a* _b_ ~c~', '\\*a\\* \\_b\\_ \\~c\\~'],
    ['# heading', '\\# heading'],
    ['two\nlines', 'two lines'],
    ['1. list', '1\\. list'],
    ['- list', '\\- list'],
    ['--- rule', '\\--- rule'],
    ['one ` tick', 'one &#96; tick'],
    ['unknown key `x-y`, sorry', 'unknown key `x-y`, sorry'],
    ['by @octo/team.', 'by `@octo/team`.'],
    ['(#12)', '(`#12`)'],
    ['o/r#12 GH-3', '`o/r#12` `GH-3`'],
    ['see https://github.com/o/r/issues/1', 'see `https://github.com/o/r/issues/1`'],
    ['www.evil.example', '`www.evil.example`'],
    [':white_check_mark: approved', '`:white_check_mark:` approved'],
    ['$x$', '`$x$`'],
    ['a@b`c`', '``a@b`c` ``'.replace('``a', '`` a')],
    ['a@b|c', '`a@b|c`'],
    ['\u001b[31mred', '&#92;u{1b}\\[31mred'],
  ])('%j', (given, shown) => {
    expect(prose(given)).toBe(shown)
  })
})

describe('code', () => {
  it.each([
    ['a', '`a`'],
    ['', '`""`'],
    ['a`b', '``a`b``'],
    ['``', '``` `` ```'],
    ['a|b', '`a|b`'],
    ['<b>', '`<b>`'],
    ['a\nb', '`a b`'],
  ])('%j', (given, shown) => {
    expect(codeSpan(given)).toBe(shown)
  })
})

describe('cell', () => {
  it.each([
    ['a|b', '`a\\|b`'],
    ['^(a|b)$', '`^(a\\|b)$`'],
    ['a\\|b', '`a\\\\u{7c}b`'],
    ['||', '`\\|\\|`'],
  ])('%j', (given, shown) => {
    expect(cell(codeSpan(given))).toBe(shown)
  })
})

describe('html', () => {
  it.each([
    ['a & b', 'a &#38; b'],
    ['</summary>', '&#60;/summary&#62;'],
    ['**x** @me', '&#42;&#42;x&#42;&#42; <code>&#64;me</code>'],
  ])('%j', (given, shown) => {
    expect(html(given)).toBe(shown)
  })

  it('never holds a tag of the data', () => {
    fc.assert(fc.property(text, (any) => void expect(htmlCode(any)).toMatch(/^<code>[^<>`@|\n]*<\/code>$/)))
  })
})

it('makes fences longer than what they hold', () => {
  expect(fence('diff', ' ```\n-````')).toBe('`````diff\n ```\n-````\n`````')
})

it('links to ordinary addresses only', () => {
  expect(link('run', 'https://github.com/o/r')).toBe('[run](https://github.com/o/r)')
  for (const url of ['javascript:alert(1)', 'https://x/) <img>', `https://x/${'a'.repeat(300)}`, null])
    expect(link('run', url)).toBe('run')
})
