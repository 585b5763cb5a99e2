/** Version of this action, as package.json has it (a test holds the two together): the bundle has no package.json. */
export const VERSION = '0.1.0'
