import { describe, expect, it } from 'vitest'
import { text } from './examples.js'
import { read, summary } from './script-examples.js'

type Variables = Readonly<Record<string, string | null>>

function builds(script: string, shell: 'pwsh' | 'cmd', variables: Variables = {}): unknown {
  const found = read(script, variables, { shell }).builds.map(summary)
  return found.length === 1 ? found[0] : found
}

describe('PowerShell', () => {
  const CASES: [string, string, unknown, Variables?][] = [
    ['a build', 'docker build -t app .', { context: '.', tags: ['app'] }],
    [
      'lines that go on',
      'docker build `\n  --build-arg A=1 `\n  -f x.Dockerfile `\n  .',
      { context: '.', file: 'x.Dockerfile', args: { A: '1' } },
    ],
    ['line ends of Windows', 'docker build `\r\n  -t app `\r\n  .\r\n', { context: '.', tags: ['app'] }],
    [
      'a variable of the environment',
      'docker build --build-arg V=$env:V -t "x:${env:V}" .',
      { context: '.', args: { V: '1' }, tags: ['x:1'] },
      { V: '1' },
    ],
    ['one that nobody sets', 'docker build --build-arg V=$env:V .', { context: '.', args: { V: '?$env:V' } }],
    ['one that the script sets', '$env:V = "2"\ndocker build --build-arg V .', { context: '.', args: { V: '2' } }],
    ['a variable', "$tag = 'x:1'\ndocker build -t $Tag .", { context: '.', tags: ['x:1'] }],
    [
      'a variable of what a program prints',
      '$tag = git describe\ndocker build -t "x:$tag" .',
      { context: '.', tags: ['?x:$tag'] },
    ],
    ['a variable of a branch', '$t = "a"\nif ($x) { $t = "b" }\ndocker build -t $t .', { context: '.', tags: ['?$t'] }],
    ['an expression', 'docker build -t ${{ inputs.tag }} .', { context: '.', tags: ['?${{ inputs.tag }}'] }],
    ['single quotes', "docker build --build-arg 'V=$env:V' .", { context: '.', args: { V: '$env:V' } }, { V: '1' }],
    ['an escaped dollar', 'docker build --build-arg "V=`$x" .', { context: '.', args: { V: '$x' } }],
    ['a call', '& docker build .', { context: '.' }],
    ['docker.exe', 'docker.exe build .', { context: '.' }],
    ['a folder', 'Set-Location app\ndocker build .', { context: '.', folder: 'app' }],
    ['a folder and back', 'Push-Location app; Pop-Location; docker build .', { context: '.' }],
    [
      'paths with backslashes',
      'docker build -f docker\\windows\\Dockerfile docker\\windows',
      { context: 'docker/windows', file: 'docker/windows/Dockerfile' },
    ],
    ['a branch', 'if ($x) { docker build . }', { context: '.', isConditional: true }],
    ['arguments in a list', '$a = @("-t", "x")\ndocker build @a .', { context: '.', unclear: ['command line: @a'] }],
    ['a comment', '# docker build .\n<# docker build\n . #>', []],
    ['what is printed', 'Write-Host "docker build ."\necho "docker build"', []],
    ['pushed', 'docker build -t a .; docker push a', { context: '.', tags: ['a'], publishes: true }],
    ['bake', 'docker buildx bake --push app', { kind: 'bake', targets: ['app'], publishes: true }],
  ]
  it.each(CASES)('%s', (_title, script, expected, variables = {}) =>
    expect(builds(script, 'pwsh', variables)).toEqual(expected),
  )

  it('tells lines, and commands that are not read', () => {
    const { builds: found, unread } = read('\n./build.ps1 -Tag x\n\ndocker `\n build .', {}, { shell: 'pwsh' })
    expect(found.map(({ line }) => line)).toEqual([4])
    expect(unread).toEqual([{ line: 2, command: './build.ps1 -Tag x', tool: 'script' }])
  })

  const WRITES: [string, string, Record<string, string>, boolean][] = [
    ['a redirection', 'echo "A=1" >> $env:GITHUB_ENV', { A: '1' }, false],
    ['a text', '"A=$x" >> $env:GITHUB_ENV', { A: '?$x' }, false],
    ['a pipe', '"A=1" | Out-File -FilePath $env:GITHUB_ENV -Append', { A: '1' }, false],
    ['a program', 'Get-Content x | Out-File $env:GITHUB_ENV', {}, true],
  ]
  it.each(WRITES)('writes for later steps: %s', (_title, script, values, hasOthers) => {
    const { environmentWrites: writes } = read(script, {}, { shell: 'pwsh' })
    expect(Object.fromEntries([...writes.values].map(([name, value]) => [name, text(value)]))).toEqual(values)
    expect(writes.hasOthers).toBe(hasOthers)
  })
})

describe('cmd', () => {
  const CASES: [string, string, unknown, Variables?][] = [
    ['a build', 'docker build -t app .', { context: '.', tags: ['app'] }],
    ['lines that go on', 'docker build ^\n  -t app ^\n  .', { context: '.', tags: ['app'] }],
    [
      'a variable of the environment',
      'docker build --build-arg V=%V% .',
      { context: '.', args: { V: '1' } },
      { V: '1' },
    ],
    ['one that the script sets', 'set "V=2"\r\ndocker build --build-arg V=%V% .', { context: '.', args: { V: '2' } }],
    ['one that nobody sets', 'docker build -t "x:%V%" .', { context: '.', tags: ['?x:%V%'] }],
    ['a folder', 'cd /d app && docker build .', { context: '.', folder: 'app' }],
    ['a branch', 'if exist x (\n  docker build .\n)', { context: '.', isConditional: true }],
    ['comments', 'REM docker build .\n:: docker build .\n@rem docker build .', []],
    ['what is printed', '@echo docker build .', []],
    ['a call', 'call docker build .', { context: '.' }],
  ]
  it.each(CASES)('%s', (_title, script, expected, variables = {}) =>
    expect(builds(script, 'cmd', variables)).toEqual(expected),
  )
})
