/** Scripts that nobody writes: they end, soon and without a word of their own, and what is not read is told. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../support/full.js'
import { read, summary } from './script-examples.js'

const BUILD = 'docker build .\n'

describe('a script that is too much', () => {
  const CASES: [string, string][] = [
    ['long', `${'x\n'.repeat(20_000)}${BUILD}`],
    ['full of brackets', `${'(x)\n'.repeat(2_000)}${BUILD}`],
    ['deep in substitutions', `${'$('.repeat(100)}docker build .${')'.repeat(100)}`],
    ['deep in subshells', `${'( '.repeat(100)}docker build .${' )'.repeat(100)}`],
    ['without end of names', `${'coproc '.repeat(4_000)}${BUILD}`],
  ]
  it.each(CASES)('is told not to be read: %s', (_title, script) => {
    const { builds, unread } = read(script)
    expect(builds).toEqual([])
    expect(unread).toMatchObject([{ tool: 'shell', command: expect.stringContaining('docker build .') }])
  })

  const LONG: [string, string][] = [
    ['loops in loops', `${'for i in 1 2 3 4 5 6 7 8 9; do '.repeat(12)}docker build $i${'; done'.repeat(12)}`],
    ['loops without end in loops', `${'while x; do '.repeat(60)}docker build .${'; done'.repeat(60)}`],
    ['functions that call each other', 'f() { g; g; docker build .; }; g() { f; f; docker build .; }; f'],
    ['branches in branches', `${'if x; then docker build .; else '.repeat(100)}:${'; fi'.repeat(100)}`],
    ['text that doubles', `A=docker; ${'A="$A$A"; '.repeat(100)}docker build -t "$A" .`],
    ['lists that double', `A=(a); ${'A+=("${A[@]}"); '.repeat(100)}docker build "\${A[@]}" .`],
    ['scripts in scripts', 'f() { bash -c "f; f; docker build ."; eval "f; f"; }; f'],
    [
      'variables and branches',
      `${Array.from({ length: 1500 }, (_, at) => `a${at}=`).join(';')};${'if x;then :;fi;'.repeat(900)}docker build .`,
    ],
    ['lines for later steps', `{ ${'echo "A<<B";'.repeat(2_000)} } >> $GITHUB_ENV; docker build .`],
    ['defaults in defaults', `docker build --build-arg V=${'${A:-'.repeat(39)}x${'}'.repeat(39)} .`],
    ['braces', `docker build ${'{a,b}'.repeat(100)}`],
    ['flags', `docker build -${'q'.repeat(30_000)} .`],
    ['words', `docker build ${'$A '.repeat(8_000)}.`],
  ]
  it.each(LONG)('ends: %s', (_title, script) => {
    const { builds, unread } = read(script)
    expect(builds.length).toBeLessThanOrEqual(256)
    expect(unread.length).toBeLessThanOrEqual(256)
    expect(builds.length + unread.length).toBeGreaterThan(0)
  })

  it.each([
    ['pwsh', `$a = "docker"\n${'$a = "$a$a"\n'.repeat(500)}docker build -t $a .`],
    ['cmd', `set a=docker\n${'set a=%a%%a%\n'.repeat(500)}docker build -t %a% .`],
    ['pwsh', `${'docker build .\n'.repeat(2_100)}`],
  ] as const)('ends in %s as well', (shell, script) => {
    const { builds, unread } = read(script, {}, { shell })
    expect(builds.length).toBeLessThanOrEqual(256)
    expect(builds.length + unread.length).toBeGreaterThan(0)
    expect(JSON.stringify(builds).length).toBeLessThan(4_000_000)
  })

  it('tells where the time was over', () => {
    const { unread } = read(`${'for i in 1 2 3 4 5 6 7 8 9; do '.repeat(6)}docker build $i${'; done'.repeat(6)}`)
    expect(unread).toEqual([{ line: 1, tool: 'shell', command: expect.any(String) }])
  })
})

describe('any script', () => {
  const piece = fc.constantFrom(
    ...[
      'docker',
      ' build ',
      'buildx bake',
      '-t',
      '--build-arg',
      ' . ',
      '\n',
      ';',
      '&&',
      '||',
      '|',
      '&',
      '$A',
      '"$A"',
      '${A',
      '}',
      ':-',
      '=',
    ],
    ...[
      'if ',
      'then ',
      'else ',
      'fi ',
      'for ',
      'in ',
      'while ',
      'do ',
      'done ',
      'case ',
      'esac ',
      ';;',
      '(',
      ')',
      '{ ',
      '}',
      '[ ',
      ' ]',
      '[[ ',
      ' ]]',
    ],
    ...[
      '<<EOF\n',
      'EOF\n',
      '<<<',
      '>>',
      '$GITHUB_ENV',
      '"',
      "'",
      '`',
      '\\',
      '#',
      '$(',
      '$((',
      '))',
      '<(',
      '@',
      '*',
      '!',
      'A=',
      'A+=(',
      'cd ',
      'eval ',
    ],
    ...[
      'f() ',
      'f ',
      'sudo ',
      'bash -c ',
      'echo ',
      '${{ inputs.x }}',
      '%',
      '^',
      '@"\n',
      '"@',
      '__proto__',
      'constructor',
      '\u0000',
      '\u00e9',
      '\ud83d',
    ],
  )
  const script = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''))

  it.each(['posix', 'pwsh', 'cmd'] as const)(
    'is read without a fault, as %s: twice the same, with lines it has',
    (shell) => {
      fc.assert(
        fc.property(script, (text) => {
          const facts = read(text, { A: 'a b' }, { shell })
          const lines = text.split('\n').length
          for (const { line } of [...facts.builds, ...facts.unread]) {
            expect(line).toBeGreaterThanOrEqual(1)
            expect(line).toBeLessThanOrEqual(lines)
          }
          expect(JSON.stringify(facts)).not.toContain('\\u0000')
          expect(read(text, { A: 'a b' }, { shell })).toEqual(facts)
        }),
        { numRuns: runs(400) },
      )
    },
  )

  it('is not changed by what comes before it and does nothing', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(
          'true\n',
          ': x\n',
          '# a comment\n',
          'echo "docker build"\n',
          'X=1\n',
          '(cd x)\n',
          'if true; then :; fi\n',
        ),
        (before) => {
          expect(read(`${before}${BUILD}`).builds.map(summary)).toEqual([{ context: '.' }])
        },
      ),
    )
  })
})
