import { Help, type HelpConfiguration } from 'commander'

const INDENT = '  '

/**
 * How commands, arguments and options are laid out in help: as commander does if descriptions fit beside the terms, else
 * each description below its term, wrapped. Commander itself would leave them unwrapped on a narrow terminal.
 */
export const helpItems: HelpConfiguration = {
  formatItem(term, termWidth, description, helper) {
    const { helpWidth = 80, minWidthToWrap } = helper
    const beside = helpWidth - termWidth - 2 * INDENT.length
    if (beside >= minWidthToWrap || description === '') {
      return Help.prototype.formatItem.call(helper, term, termWidth, description, helper)
    }
    const below = INDENT.repeat(3)
    const lines = helper.boxWrap(description, helpWidth - below.length).split('\n')
    return [INDENT + term, ...lines.map((line) => below + line)].join('\n')
  },
}
