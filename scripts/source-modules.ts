import { registerHooks } from 'node:module'

/**
 * Lets Node load the modules of `src/` and `test/` that are imported from here on as they are: they name each other as
 * the compiler has them, `.js` for `.ts`.
 */
export function loadSourceModules(): void {
  registerHooks({
    resolve: (specifier, context, next) => {
      try {
        return next(specifier, context)
      } catch (error) {
        if (!/^\.{1,2}\/.*\.js$/.test(specifier)) throw error
        return next(specifier.replace(/\.js$/, '.ts'), context)
      }
    },
  })
}
