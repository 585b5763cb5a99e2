import type { Standing } from './overview.js'

/** One or two words for each standing, and what it means. */
export const STANDING_WORDS: Readonly<Record<Standing, { readonly word: string; readonly meaning: string }>> = {
  failed: { word: 'Failed', meaning: 'The last rebuild failed.' },
  building: { word: 'Being built', meaning: 'A build is in progress.' },
  due: { word: 'Due', meaning: 'A base image changed, and the rebuild is ready to start.' },
  behind: { word: 'Behind', meaning: 'Built on an older digest of a base image, and not rebuilt automatically.' },
  held: { word: 'Held', meaning: 'A base image changed, and autoRebuild is false.' },
  waiting: { word: 'Waiting', meaning: 'A base image changed; its delay has not passed yet.' },
  unknown: { word: 'Unknown', meaning: 'Base images or their digests are not known yet.' },
  unproven: {
    word: 'Not proven',
    meaning: 'Up to date, judging by build times; there is no evidence of what it was built on.',
  },
  fresh: { word: 'Fresh', meaning: 'Proven to be built on the current digest of each of its base images.' },
  never: { word: 'Never rebuilt', meaning: 'External, disabled, or without a base image that can be watched.' },
}
