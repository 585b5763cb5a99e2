import type { HelpConfiguration } from 'commander'

const INDENT = '  '

/**
 * How commands, arguments and options are laid out in help: as commander does if descriptions fit beside the terms, else
 * each description below its term, wrapped. Commander itself would leave them unwrapped on a narrow terminal.
 */
export const helpItems: HelpConfiguration = {
  formatItem(term, termWidth, description, helper) {
    const { helpWidth = 80, minWidthToWrap } = helper
    const beside = helpWidth - termWidth - 2 * INDENT.length
    const below = `${INDENT.repeat(3)}`
    if (description === '') return INDENT + term
    if (beside >= minWidthToWrap) {
      const lines = helper.boxWrap(description, beside).split('\n')
      return `${INDENT}${term.padEnd(termWidth)}${INDENT}${lines.join(`\n${' '.repeat(termWidth + 2 * INDENT.length)}`)}`
    }
    const lines = helper.boxWrap(description, helpWidth - below.length).split('\n')
    return [INDENT + term, ...lines.map((line) => below + line)].join('\n')
  },
}
