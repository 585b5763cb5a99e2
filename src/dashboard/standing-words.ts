import type { Standing } from './overview.js'

/** One or two words for each standing, and what it means. */
export const STANDING_WORDS: Readonly<Record<Standing, { readonly word: string; readonly meaning: string }>> = {
  failed: { word: 'Failed', meaning: 'The last rebuild came to nothing.' },
  building: { word: 'Being built', meaning: 'A build is on its way.' },
  due: { word: 'Due', meaning: 'A base image changed, and nothing has to be waited for any longer.' },
  behind: { word: 'Behind', meaning: 'Built on an older digest of a base image, and nothing rebuilds it by itself.' },
  held: { word: 'Held', meaning: 'A base image changed, and autoRebuild is false.' },
  waiting: { word: 'Waiting', meaning: 'A base image changed; a delay has not passed yet.' },
  unknown: { word: 'Not known', meaning: 'Base images or their digests are not known yet.' },
  unproven: { word: 'Not proven', meaning: 'Up to date as far as times tell; no evidence shows what it was built on.' },
  fresh: { word: 'Fresh', meaning: 'Proven to be built on the current digest of each of its base images.' },
  never: { word: 'Never rebuilt', meaning: 'Built elsewhere, switched off, or built on nothing that can be watched.' },
}
