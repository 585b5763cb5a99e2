/** Version of this action, the same as in package.json (held by a test): the bundle has no package.json. */
export const VERSION = '0.1.0'
