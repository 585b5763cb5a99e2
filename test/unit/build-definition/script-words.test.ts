/** Words of a script against what shells make of them. */
import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { text } from './examples.js'
import { read } from './script-examples.js'

const VARIABLES = `A='a b'
B=
C=c
D='  d  e '
L=(l 'm n' '')
P=x/y.z/w.v
set -- 1 '2 3'
`

/** What a word is made of: nothing here runs anything, and no file has such a name. */
const PIECES = [
  ...['w', '$A', '"$A"', '${A}', '"${A}"', '$B', '"$B"', '$C', '$D', '"$D"', "'$A'", String.raw`\$A`, String.raw`a\ b`],
  ...[
    '"a  b"',
    "'a  b'",
    '""',
    "''",
    '${B:-f g}',
    '"${B:-f g}"',
    '${B-f}',
    '${C:-f}',
    '${C:+f g}',
    '${B:+f}',
    '${B+f}',
  ],
  ...['${P%.*}', '${P%%.*}', '${P#*/}', '${P##*/}', '${P%w.v}', '${P#nothing}', '"${P%/*}"', '${A% *}', '"${A#* }"'],
  ...[
    String.raw`"\$A"`,
    String.raw`"a\"b"`,
    String.raw`"a\n"`,
    String.raw`'a\n'`,
    String.raw`\\`,
    '$1',
    '"$2"',
    '$2',
    '"$@"',
    '$@',
    '$*',
  ],
  ...['"$*"', '$C$C', '${C}_', '"$C"_', ' ', ' ', '\t', '\\\n', '=', ',', ':', '@', '%', '+', '~x', '#'],
]

const BASH_PIECES = [
  ...[
    '"${L[@]}"',
    '${L[@]}',
    '"${L[*]}"',
    '${L[1]}',
    '"${L[1]}"',
    '$L',
    "$'a\\tb'",
    "$'a\\'b'",
    '${P//\\//-}',
    '${P/x/ q }',
  ],
  ...['"${P:0:3}"', '${P:2}', '${C^^}', '"${A^}"', '{a,b}', 'x{a,b}y', '$"a b"'],
]

/** Cases that were wrong once, or could be. */
const TABLE = [
  'a b  c',
  '$A$D$A',
  'x$D',
  '$D"x"',
  '"$B"$B',
  '$B$B',
  '"$@"x',
  'x"$@"y',
  '$B"$B"',
  '${B:-$A}',
  '"${B:-$A}"',
  '${B:-"$A"}',
  '${C:+"$A" $D}',
  '"a"\'b\'c',
  'a#b',
  "'a''b'",
  '"$A"\\\n"$A"',
]

/** Not what would be another command, or a variable of another name; nor what dash gets wrong. */
function isComparable(word: string, shell: string): boolean {
  const line = word.replace(/\\\n/g, '')
  const isWhole = !/\\$/.test(line.replace(/\\\\/g, '')) && !/(?:^|\s)#/.test(line)
  const isNamed = !/\$[A-Z][\w{]/.test(line.replace(/\\\$/g, ''))
  return isWhole && isNamed && (shell === 'bash' || !/"\$@"./.test(line))
}

/** What our reader makes of them: the targets of a build. */
function ours(word: string): readonly (string | null)[] {
  const [build] = read(`${VARIABLES}docker buildx bake -- ${word}\n`).builds
  return build?.kind === 'bake' ? build.targets.map(text) : ['no build']
}

/** What a shell makes of all of them, in one run that only prints. */
function theirs(shell: string, words: readonly string[]): readonly (readonly string[])[] | null {
  const variables = shell === 'bash' ? VARIABLES : VARIABLES.replace(/^L=.*\n/m, '')
  const lines = words.map((word) => `printf '%s\\0' ${word}\nprintf '\\001\\0'`)
  const run = spawnSync(shell, ['-fc', `${variables}${lines.join('\n')}`], { encoding: 'utf8', env: {} })
  if (run.error !== undefined || run.status !== 0) return null
  const groups = run.stdout.split('\u0001\0').slice(0, -1)
  return groups.map((group) => group.split('\0').slice(0, -1))
}

describe.each([
  ['sh', PIECES],
  ['bash', [...PIECES, ...BASH_PIECES]],
] as const)('words as %s makes them', (shell, pieces) => {
  const isThere = spawnSync(shell, ['-c', ':']).status === 0
  it.skipIf(!isThere)('are ours as well', () => {
    const drawn = fc.sample(fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 5 }), 1500)
    const words = [...TABLE, ...pieces, ...drawn.map((parts) => parts.join(''))].filter((word) =>
      isComparable(word, shell),
    )
    const expected = theirs(shell, words)
    expect(expected?.length).toBe(words.length)
    // printf with no word at all prints one that is empty, as it does for an empty one.
    const shown = (fields: readonly (string | null)[]) => (fields.length === 0 ? [''] : fields)
    const wrong = words.flatMap((word, index) => {
      const [found, wanted] = [shown(ours(word)), expected?.[index] ?? []]
      return JSON.stringify(found) === JSON.stringify(wanted) ? [] : [{ word, found, wanted }]
    })
    expect(wrong).toEqual([])
  })
})
