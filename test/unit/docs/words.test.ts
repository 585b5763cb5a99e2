/** What people read is English that people write: turns of phrase that were translated, and must not come back. */
import { describe, expect, it } from 'vitest'
import { PAGES, paths, readDocument } from '../../support/documents.js'

/** A phrase that nobody would say, and what to say instead. */
const PHRASES: readonly (readonly [phrase: RegExp, instead: string])[] = [
  [/\bhangs? on\b(?! a dead)/, 'depends on'],
  [/\bwhat is not said\b|\bspares the\b/, 'prompts for anything missing'],
  [/\bintroduce yourself\b/, "set git's user.name and user.email"],
  [/\bWhen another run was faster\b/, 'if another run commits first'],
  [/\bin brackets processor time\b/, 'CPU time in parentheses'],
  [
    /\bmakes? everything anew\b|\b(?:starts?|begins?|began|writes? them|made|rendered) (?:it )?anew\b/,
    'regenerates, restarts',
  ],
  [/\bvouch(?:es)? for\b/, 'guarantee'],
  [
    /\bonce a cluster\b|\bone entry an image\b|\bone GitLab a factory\b|\bone file a concern\b|\ban hour at a time\b/,
    'per …',
  ],
  [/\bif it shall\b/, 'if it needs to'],
  [/\bnames that are no names\b/, 'invalid names'],
  [/\b(?:told|said) at once\b/, 'reported together'],
  [/\bnewest fact\b/, 'data as of'],
  [/\bgood (?:run|runs|build)\b/, 'successful run'],
  [/\b[Ss]ettles? (?:the change|all|it)\b/, 'covers, fixes'],
  [/\b[Mm]end(?:s|ed)?\b/, 'fix'],
  [/\bfar end\b/, 'workflow checks'],
  [/\b[Ss]ay (?:it|which|where) with\b/, 'set, pass, write'],
  [/\bwhat it is by then\b/, 'its digest at that moment becomes the baseline'],
  [/\bis checked no longer, or for less\b/, 'checks disabled, or weakened'],
  [/\bcould not be found out\b|\bwhat (?:is|was) known of\b/, 'discovery failed; the last known base images are kept'],
  [/\bthis key is written twice\b/, 'duplicate key'],
  [/\bEverything is counted together\b/, 'could not compare'],
  [/\bThese changes are not allowed\b/, 'Blocked: …'],
  [/\b1 (?:images|files|overrides|errors|warnings|spaces)\b/, 'the plural of one is one'],
  [
    /(?<!\bthere )\bis no (?:duration|digest|tag|registry|repository|range|regular|reference|image|name|address|plain|file|list|map|text|stage)\b/,
    'is not a valid …',
  ],
  [/\bImplicit (?:map )?keys need\b|\bcompact mappings\b/, 'what is wrong in the line'],
  [/\bcannot be read: E[A-Z]+\b/, 'there is no file …'],
  [/\bas ever\b/, 'as usual'],
  [/\bat the most\b/, 'at most'],
  [/\bfrom (?:version )?\d[\d.]* on\b/, '… and newer'],
  [/\bin the place of\b/, 'instead of'],
  [/\bbegins? again\b/, 'restarts'],
  [/\btakes? along\b/i, 'picks up'],
  [/\bno further one\b/, 'no further build'],
  [/\bask(?:ed)? for (?:it )?by name\b/, 'set … explicitly'],
  [/\bcame to nothing\b/, 'failed'],
  [/\b[Aa]s far as (?:times tell|GitHub says)\b/, 'judging by build times; according to GitHub'],
  [/\blimits how often (?:this token|it is)\b|\basks to be asked\b/, 'is rate-limiting'],
  [/\bcould not be asked (?:for|about)\b/, 'could not be read'],
  [/\bis no (?:issue|dashboard|JSON|URL)\b/, 'is not a …'],
  [/\b(?:is|are) there already\b|\bas it is anyway\b|\bin this moment\b/, 'already exists, the default, right now'],
  [/\b[Tt]ake (?:it|the line|them) out\b/, 'remove it'],
  [/\bstands? (?:twice|beside|behind|above)\b|\bstands for it\b/, 'is, is given'],
  [/\(else | \(several\)/, 'default: …; repeatable'],
  [/\bone entry an?\b|\bdispatch a base\b/i, 'per …'],
  [/\bLook at what (?:git|GitHub|GitLab) says\b/, 'check the message'],
  [/\bpasses over\b|\bPass over\b/, 'skips, ignores'],
  [
    /\b(?:[Nn]o|[Ss]ome|[Aa]ny|[Ee]very)body\b(?!`)|\b[Ww]ho(?:m|so)?ever\b/,
    'someone, no one, a name; better: the active voice and who acts',
  ],
  [/\bown words\b/, 'its message, its log'],
  [/\ball the same\b/, 'anyway'],
  [/\bcomes? to nothing\b/, 'fails'],
  [/\b(?:says?|tells?|told) of\b/, 'reports, shows'],
  [/\bask no server\b/, 'works offline'],
  [/\bno rebuild can be dispatched\b/, 'rebuilds cannot be started'],
  [/\bfor ever\b/, 'forever, permanently'],
  [/\b[Oo]rganis|\bORGANIS|\b[Rr]ecognis|\b[Bb]ehaviour\b|\b[Cc]olour/, 'American spelling'],
  [/\bin trouble\b|\b(?:has trouble|trouble of its own)\b/, 'returned a server error'],
  [/\b(?:be|is|are|was|were|stay|stays) looked at\b/, 'is checked, is polled'],
  [/\bWhat for\b|\bby what\b/, 'Purpose, which …'],
  [
    /\b(?:[Rr]epository|[Rr]epositories|[Ff]older|[Ff]ile|[Ll]ines?|[Pp]age|[Nn]ame|[Bb]uild|[Ss]tage|[Tt]oken|[Ww]orkflow) of (?:its|their) own\b/,
    'a separate …, its own …',
  ],
  [/\bif (?:that|it) is meant\b|\bcheck that this is meant\b/, 'if that is intended'],
  [/, whatever (?:its|their|the) delays?\b/, 'regardless of its delay'],
  [/\bis cut off\b|\bis never cut off\b/, 'is interrupted'],
  [/\bLook at:/, 'See …'],
  [/\ba name that moves\b|\bmay be another program tomorrow\b/, 'is not pinned'],
]

const strings = (text: string) =>
  [...text.matchAll(/'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g)].map(
    ([, single, double, template]) => single ?? double ?? template ?? '',
  )

/** Comments of the code are for who reads code; what is in quotes may be read by everybody. */
const withoutComments = (text: string) => text.replace(/^\s*(?:\/\/|\*|\/\*\*).*$/gm, '')

const READ: readonly (readonly [file: string, text: string])[] = [
  // Titles of tests, which threat-model.md names, are for those who read code.
  ...[...PAGES, 'action.yml'].map((page) => [page, readDocument(page).replace(/› `[^`]*`/g, '')] as const),
  ...paths(
    'examples/{app,platform}-repo/**/*.yaml',
    'examples/*/.github/workflows/*.yml',
    'examples/state-repo/{images.yaml,CODEOWNERS}',
  ).map((file) => [file, readDocument(file)] as const),
  ...paths('src/**/*.ts').map((file) => [file, strings(withoutComments(readDocument(file))).join('\n')] as const),
  // So are those in the first column of mistakes.md and faults.md.
  ...paths('test/golden/**/*.{md,txt,json,yaml,yml}').map(
    (file) =>
      [file, readDocument(file).replace(file.startsWith('test/golden/m') ? /^\| [^|]*\|/gm : /^$/, '')] as const,
  ),
]

describe('what people read', () => {
  it('is found: documents, the strings of the code, what was generated', () => {
    expect(READ.length).toBeGreaterThan(400)
    expect(READ.filter(([, text]) => text === '').length).toBeLessThan(60)
  })

  it.each(PHRASES)('does not say %s', (phrase, instead) => {
    const found = READ.flatMap(([file, text]) =>
      text.split('\n').flatMap((line) => (phrase.test(line) ? [`${file}: ${line.trim()} → ${instead}`] : [])),
    )
    expect(found).toEqual([])
  })
})
