import { describe, expect, it } from 'vitest'
import { known } from '../../../src/build-definition/value.js'
import { text } from './examples.js'
import { read, summary } from './script-examples.js'

type Variables = Readonly<Record<string, string | null>>

/** What a script builds, one or several. */
function builds(script: string, variables: Variables = {}): unknown {
  const found = read(script, variables).builds.map(summary)
  return found.length === 1 ? found[0] : found
}

describe('a build command', () => {
  const CASES: [string, string, unknown][] = [
    ['docker build', 'docker build .', { context: '.' }],
    [
      'with all of its parts',
      'docker build -t app:1 -f docker/Dockerfile --target run --build-arg A=1 --platform linux/arm64 app',
      {
        context: 'app',
        file: 'docker/Dockerfile',
        args: { A: '1' },
        target: 'run',
        platforms: ['linux/arm64'],
        tags: ['app:1'],
      },
    ],
    [
      'the context first',
      'docker build . --tag app --file=x.Dockerfile',
      { context: '.', file: 'x.Dockerfile', tags: ['app'] },
    ],
    [
      'values attached',
      'docker build -fDockerfile.a -t=x -ty .',
      { context: '.', file: 'Dockerfile.a', tags: ['x', 'y'] },
    ],
    ['letters together', 'docker build -qt x .', { context: '.', tags: ['x'] }],
    ['switches with a value', 'docker build --pull=true --no-cache=false .', { context: '.' }],
    ['switches of the old builder', 'docker build --rm --force-rm --squash --compress .', { context: '.' }],
    ['resource limits', 'docker build -m 2g --cpu-shares 2 -c 3 --shm-size 1g --ulimit nofile=1:2 .', { context: '.' }],
    ['after two dashes', 'docker build -t x -- .', { context: '.', tags: ['x'] }],
    ['no context', 'docker build -t x', { tags: ['x'] }],
    [
      'a repository',
      'docker build https://github.com/org/app.git#main:sub',
      { context: 'https://github.com/org/app.git#main:sub' },
    ],
    ['docker image build', 'docker image build .', { context: '.' }],
    ['docker builder build', 'docker builder build .', { context: '.' }],
    ['docker buildx build', 'docker buildx build .', { context: '.' }],
    ['docker buildx b', 'docker buildx b .', { context: '.' }],
    ['the plugin itself', 'docker-buildx build .', { context: '.' }],
    ['flags of docker', 'docker --context x -H tcp://y -D --config=/z -l debug build .', { context: '.' }],
    ['flags of buildx', 'docker buildx --builder b build .', { context: '.' }],
    ['a path to docker', '/usr/bin/docker build .', { context: '.' }],
    [
      'platforms with commas',
      'docker buildx build --platform linux/amd64,linux/arm64 .',
      { context: '.', platforms: ['linux/amd64', 'linux/arm64'] },
    ],
    [
      'build contexts',
      'docker buildx build --build-context base=docker-image://alpine:3 --build-context src=../src .',
      {
        context: '.',
        contexts: { base: 'docker-image://alpine:3', src: '../src' },
      },
    ],
    [
      'flags buildx got later',
      'docker buildx build --attest type=sbom --sbom true --provenance false --allow network.host --annotation a=b --policy x --resource memory=2g .',
      { context: '.' },
    ],
    [
      'caches and secrets',
      'docker build --cache-from type=gha --cache-to type=gha,mode=max --secret id=a,src=b --ssh default .',
      { context: '.' },
    ],
    ['pushed', 'docker buildx build --push -t a .', { context: '.', tags: ['a'], publishes: true }],
    ['not pushed', 'docker buildx build --push=false .', { context: '.' }],
    ['pushed by its output', 'docker buildx build -o type=registry .', { context: '.', publishes: true }],
    [
      'pushed as an image',
      'docker buildx build --output=type=image,name=x,push=true .',
      { context: '.', publishes: true },
    ],
    ['to a folder', 'docker build -o out .', { context: '.', publishes: false }],
    ['to an archive', 'docker buildx build --output type=oci,dest=x.tar .', { context: '.', publishes: false }],
    ['to docker', 'docker buildx build --load --output type=docker .', { context: '.' }],
    ['to nobody knows where', 'docker buildx build -o "$OUT" .', { context: '.', publishes: true }],
    [
      'podman',
      'podman build -t x --format docker -v a:b -f Containerfile .',
      { tool: 'podman', context: '.', file: 'Containerfile', tags: ['x'] },
    ],
    ['podman buildx', 'podman buildx build .', { tool: 'podman', context: '.' }],
    [
      'podman with flags of its own',
      'podman --log-level debug --remote build --layers --jobs 4 --pull .',
      { tool: 'podman', context: '.' },
    ],
    [
      'podman for another machine',
      'podman build --arch arm64 --variant v8 --manifest app .',
      {
        tool: 'podman',
        context: '.',
        platforms: ['linux/arm64/v8'],
        tags: ['app'],
      },
    ],
    ['buildah', 'buildah bud --isolation chroot -t x .', { tool: 'buildah', context: '.', tags: ['x'] }],
    ['buildah without context', 'buildah build -f Containerfile', { tool: 'buildah', file: 'Containerfile' }],
    ['buildah by its long name', 'buildah build-using-dockerfile .', { tool: 'buildah', context: '.' }],
    [
      'several files',
      'buildah bud -f a -f b .',
      { tool: 'buildah', context: '.', file: 'a', unclear: ['--file: a, b'] },
    ],
    [
      'arguments in a file',
      'podman build --build-arg-file args.conf .',
      { tool: 'podman', context: '.', unclear: ['--build-arg-file: args.conf'] },
    ],
    [
      'another first base',
      'podman build --from alpine:3 .',
      { tool: 'podman', context: '.', unclear: ['--from: alpine:3'] },
    ],
    [
      'every platform',
      'buildah bud --all-platforms .',
      { tool: 'buildah', context: '.', unclear: ['--all-platforms: every platform of the base image'] },
    ],
    ['nerdctl', 'nerdctl -n k8s.io build --ipfs -t x .', { tool: 'nerdctl', context: '.', tags: ['x'] }],
    ['img', 'img build -t x .', { tool: 'img', context: '.', tags: ['x'] }],
    [
      'depot',
      'depot build --project p --save --push -t x .',
      { tool: 'depot', context: '.', tags: ['x'], publishes: true },
    ],
    [
      'kaniko',
      '/kaniko/executor --context dir:///workspace --dockerfile a/Dockerfile --build-arg A=1 --target t --destination r/x:1',
      {
        tool: 'kaniko',
        context: '/workspace',
        file: 'a/Dockerfile',
        args: { A: '1' },
        target: 't',
        tags: ['r/x:1'],
        publishes: true,
      },
    ],
    [
      'kaniko that only tries',
      '/kaniko/executor -c . -f D --no-push --context-sub-path sub',
      { tool: 'kaniko', context: './sub', file: 'D', publishes: false },
    ],
    ['a flag nobody knows, with its value', 'docker build --frobnicate yes .', { context: '.' }],
    ['a flag nobody knows, attached', 'docker build --frobnicate=yes .', { context: '.' }],
    ['a flag nobody knows before the context', 'docker build -t x --frobnicate .', { context: '.', tags: ['x'] }],
    [
      'that flag where a context is no must',
      'podman build -t x --frobnicate y',
      { tool: 'podman', context: '?y', tags: ['x'] },
    ],
  ]
  it.each(CASES)('%s', (_title, script, expected) => expect(builds(script)).toEqual(expected))

  it('takes the platform docker builds for by default', () => {
    expect(builds('docker build .', { DOCKER_DEFAULT_PLATFORM: 'linux/arm64' })).toEqual({
      context: '.',
      platforms: ['linux/arm64'],
    })
    expect(builds('docker build --platform a/b .', { DOCKER_DEFAULT_PLATFORM: 'x' })).toMatchObject({
      platforms: ['a/b'],
    })
  })
})

describe('what is no build', () => {
  const CASES: [string, string][] = [
    ['a comment', '# docker build .'],
    ['a comment at the end of a line', 'true # docker build .'],
    ['what is printed', 'echo "docker build ."'],
    ['what is printed without quotes', 'echo docker build .'],
    ['what is searched for', 'grep "docker build" README.md'],
    ['a here-document', 'cat <<EOF > x.sh\ndocker build .\nEOF'],
    ['a here-document in quotes', "cat <<-'EOF'\n\tdocker build .\n\tEOF"],
    ['help', 'docker build --help'],
    ['help of docker', 'docker --help build .'],
    ['a check', 'docker build --check .'],
    ['an outline', 'docker buildx build --call outline .'],
    ['a builder', 'docker buildx create --use --name build'],
    ['builders', 'docker buildx ls'],
    ['one builder', 'docker buildx inspect --bootstrap build'],
    ['its removal', 'docker buildx rm build'],
    ['the cache', 'docker builder prune -f'],
    ['a container that builds', 'docker run --rm -v "$PWD:/w" image docker build /w'],
    ['a container named build', 'docker rm build'],
    ['an image of that name', 'docker pull build'],
    ['whether docker is there', 'command -v docker build'],
    ['another program', 'go build .'],
    ['a string that is never run', 'X="docker build ."'],
    ['after exit', 'exit 0\ndocker build .'],
    ['bake that only prints', 'docker buildx bake --print'],
    ['bake that only lists', 'docker buildx bake --list targets'],
    ['compose that only starts', 'docker compose up -d'],
    ['compose with another command', 'docker compose config build'],
    ['compose that only prints', 'docker compose build --print'],
    ['an installation', 'sudo apt-get install -y docker buildx'],
    ['a word with docker in it', 'my-docker build .'],
    ['a branch that is not taken', 'if [ 1 = 2 ]; then docker build .; fi'],
    ['a case that is not chosen', 'case a in b) docker build . ;; esac'],
    ['an empty script', ''],
  ]
  it.each(CASES)('%s', (_title, script) => {
    expect(read(script).builds).toEqual([])
    expect(read(script).unread).toEqual([])
  })
})

describe('what starts a command', () => {
  const CASES: [string, string][] = [
    ['sudo', 'sudo docker build .'],
    ['sudo with flags', 'sudo -E -u root docker build .'],
    ['sudo with a variable', 'sudo DOCKER_BUILDKIT=1 docker build .'],
    ['env', 'env -u X A=b docker build .'],
    ['a variable', 'DOCKER_BUILDKIT=1 docker build .'],
    ['time', 'time docker build .'],
    ['the other time', 'command time -f %e docker build .'],
    ['timeout', 'timeout -k 5 30m docker build .'],
    ['nice', 'nice -n 10 docker build .'],
    ['exec', 'exec docker build .'],
    ['command', 'command docker build .'],
    ['several', 'sudo -E env A=b timeout 5m nice docker build .'],
    ['a program that tries again', 'retry 3 20 env A=b docker build .'],
    ['one that hands over secrets', 'op run --env-file=.env -- docker build .'],
    ['a group', '{ docker build .; }'],
    ['a subshell', '(docker build .)'],
    ['a negation', '! docker build .'],
    ['the background', 'docker build . &\nwait'],
    ['a pipe', 'docker build . 2>&1 | tee build.log'],
    ['a substitution', 'ID="$(docker build -q .)"'],
    ['backticks', 'docker run `docker build -q .`'],
    ['a substitution in an argument', 'docker run --rm $(docker build -q .) sh -c "echo docker build"'],
    ['bash -c', 'bash -euxc "docker build ."'],
    ['sh -c', "sh -c 'docker build .'"],
    ['bash with its script', 'bash <<EOF\ndocker build .\nEOF'],
    ['eval', 'eval "docker build ."'],
    ['a loop until it works', 'until docker build .; do sleep 1; done'],
    ['a function', 'build() { docker build "$@"; }\nbuild .'],
    ['a function with a keyword', 'function build {\n  docker build "$1"\n}\nbuild .'],
    ['a function that starts others', 'retry() { "$@" || "$@"; }\nretry docker build .'],
    ['a program in a variable', 'BUILD="docker buildx build"\n$BUILD .'],
    ['a program with a default', '${DOCKER:-docker} build .'],
    ['lines that go on', 'docker \\\n  build \\\n  .'],
    ['after a condition', '[ "a" = "a" ] && docker build .'],
    ['after a question', 'set -e; cd . && docker build .'],
  ]
  it.each(CASES)('%s', (_title, script) => {
    const found = read(script).builds.map((build) => ({ ...summary(build), isConditional: undefined }))
    expect(found[0]).toEqual({ context: '.', isConditional: undefined })
  })
})

describe('variables', () => {
  const ARG = 'docker build --build-arg'
  const CASES: [string, string, string | null, Variables?][] = [
    ['of the environment', `${ARG} V=$A .`, '1', { A: '1' }],
    ['in braces', `${ARG} V=\${A}x .`, '1x', { A: '1' }],
    ['that nobody sets', `${ARG} V=$A .`, '?$A'],
    ['that are set to what is not known', `${ARG} V=$A .`, '?$A', { A: null }],
    ['of the script', `A=1; ${ARG} V=$A .`, '1'],
    ['with others', `A=1; B=$A.2; ${ARG} V=$B .`, '1.2'],
    ['of an expression', `A=v\${{ github.sha }}; ${ARG} V=$A .`, '?v${{ github.sha }}'],
    ['with a default', `${ARG} V=\${A:-22} .`, '22 (${A:-22})'],
    ['with a default that is not needed', `${ARG} V=\${A:-22} .`, '20', { A: '20' }],
    ['with a default of what is set somehow', `${ARG} V=\${A:-22} .`, '?${A:-22}', { A: null }],
    ['with a default where it is empty', `A=; ${ARG} V=\${A:-22} .`, '22'],
    ['with a default where it is set', `A=; ${ARG} V=\${A-22} .`, ''],
    ['with a default in a default', `${ARG} V=\${A:-\${B:-1}} .`, '1 (${A:-${B:-1}})'],
    ['with a default that is not known', `${ARG} V=\${A:-$(date)} .`, '?${A:-$(date)}'],
    ['that are set by default', `: "\${A:=1}"; ${ARG} V=$A .`, '1 (${A:=1})'],
    ['that GitHub sets', `${ARG} V=\${GITHUB_SHA:-dev} .`, '?${GITHUB_SHA:-dev}'],
    ['with an alternative', `A=1; ${ARG} V=\${A:+x} .`, 'x'],
    ['with an alternative that is not taken', `A=; ${ARG} V=\${A:+x} .`, ''],
    ['with an alternative that nobody knows', `${ARG} V=\${A:+x} .`, '?${A:+x}'],
    ['without their end', `A=1.2.3; ${ARG} V=\${A%.*} .`, '1.2'],
    ['without most of their end', `A=1.2.3; ${ARG} V=\${A%%.*} .`, '1'],
    ['without their start', `A=a/b/c; ${ARG} V=\${A#*/} .`, 'b/c'],
    ['without most of their start', `A=a/b/c; ${ARG} V=\${A##*/} .`, 'c'],
    ['with a part replaced', `A=a/b/c; ${ARG} V=\${A/\\//-} .`, 'a-b/c'],
    ['with every part replaced', `A=a/b/c; ${ARG} V=\${A//\\//-} .`, 'a-b-c'],
    ['cut', `A=abcdefgh; ${ARG} V=\${A:0:3} .`, 'abc'],
    ['in small letters', `A=ABC; ${ARG} V=\${A,,} .`, 'abc'],
    ['in large letters', `A=abc; ${ARG} V=\${A^^} .`, 'ABC'],
    ['of which a part is not known, cut', `${ARG} V=\${A:0:3} .`, '?${A:0:3}'],
    ['that grow', `A=1; A+=2; ${ARG} V=$A .`, '12'],
    ['that are taken away', `A=1; unset A; ${ARG} V=\${A:-2} .`, '2'],
    ['that are read', `read -r A; ${ARG} V=$A .`, '?$A'],
    ['that are counted', `A=1; ((A++)); ${ARG} V=$A .`, '?$A'],
    ['that are computed', `A=$((1+1)); ${ARG} V=$A .`, '?$((1+1))'],
    ['of what a program prints', `A=$(cat VERSION); ${ARG} V=$A .`, '?$(cat VERSION)'],
    ['of what the shell prints', `A=$(echo 1.2); ${ARG} V=$A .`, '1.2'],
    ['of a name in a path', `A=$(basename images/app); ${ARG} V=$A .`, 'app'],
    ['of a branch', `if x; then A=1; else A=2; fi; ${ARG} V=$A .`, '?$A'],
    ['that all branches agree on', `if x; then A=1; else A=1; fi; ${ARG} V=$A .`, '1'],
    ['of a branch that ends', `A=1; if x; then A=2; exit 1; fi; ${ARG} V=$A .`, '1'],
    ['of a branch that is taken', `if [ "$X" = y ]; then A=1; else A=2; fi; ${ARG} V=$A .`, '1', { X: 'y' }],
    [
      'of a branch that is taken by a pattern',
      `if [[ $X == y && -n "$X" ]]; then A=1; else A=2; fi; ${ARG} V=$A .`,
      '1',
      { X: 'y' },
    ],
    ['of a question', `A=1; [ -n "$X" ] && A=2; ${ARG} V=$A .`, '?$A'],
    ['of an answer', `A=1; [ -n "$X" ] || A=2; ${ARG} V=$A .`, '1', { X: 'y' }],
    ['of a case', `case $X in a) A=1 ;; b) A=2 ;; *) A=3 ;; esac; ${ARG} V=$A .`, '2', { X: 'b' }],
    ['of a case that nobody knows', `case $X in a) A=1 ;; *) A=3 ;; esac; ${ARG} V=$A .`, '?$A'],
    ['of a loop', `A=0; while x; do A=1; done; ${ARG} V=$A .`, '?$A'],
    ['of a subshell', `A=1; (A=2); ${ARG} V=$A .`, '1'],
    ['of a pipe', `A=1; echo 2 | read -r A; ${ARG} V=$A .`, '1'],
    ['of a function', `f() { A=2; }; A=1; f; ${ARG} V=$A .`, '2'],
    ['that a function has for itself', `f() { local A=2; }; A=1; f; ${ARG} V=$A .`, '1'],
    ['of one command', `A=2 true; ${ARG} V=$A .`, '?$A'],
    ['of a list', `A=(1 2); ${ARG} V=\${A[1]} .`, '2'],
    ['of a map', `declare -A A=([x]=1); ${ARG} V=\${A[x]} .`, '?${A[x]}'],
    ['of another variable', `B=A; A=1; ${ARG} V=\${!B} .`, '?${!B}'],
    ['in single quotes', `${ARG} 'V=$A' .`, '$A', { A: '1' }],
    ['in double quotes', `${ARG} "V=$A b" .`, '1 b', { A: '1' }],
    ['with an escaped dollar', `${ARG} "V=\\$A" .`, '$A', { A: '1' }],
    ["in $'…'", `${ARG} V=$'a\\tb' .`, 'a\tb'],
    ['that are exported, by their name', `export V=1; ${ARG} V .`, '1'],
    ['that are exported later, by their name', `V=1; export V; ${ARG} V .`, '1'],
    ['that are not exported, by their name', `V=1; ${ARG} V .`, "?taken from the build's environment"],
    ['of the environment, by their name', `${ARG} V .`, '1', { V: '1' }],
    ['of the environment that change, by their name', `V=2; ${ARG} V .`, '2', { V: '1' }],
    ['all exported, by their name', `set -a; V=1; ${ARG} V .`, '1'],
    ['of the command, by their name', `V=1 ${ARG} V .`, '1'],
    ['of env, by their name', `env V=1 ${ARG} V .`, '1'],
    ['that env leaves out, by their name', `env -i ${ARG} V .`, "?taken from the build's environment", { V: '1' }],
    ['after a file that may set them', `. ./env.sh; ${ARG} V=\${A:-1} .`, '?${A:-1}'],
    ['in an expression', `${ARG} V=\${{ env.A }} .`, '1', { A: '1' }],
    ['with their name in an expression', `${ARG} \${{ inputs.a }}=1 .`, null],
  ]
  it.each(CASES)('%s', (_title, script, expected, variables = {}) => {
    const [build] = read(script, variables).builds
    expect(build?.kind).toBe('build')
    const found = build?.kind === 'build' ? (build.inputs.args.get('V') ?? null) : null
    expect(text(found)).toBe(expected)
  })
})

describe('words', () => {
  const CASES: [string, string, unknown, Variables?][] = [
    [
      'a variable without quotes is cut',
      'A="--target run -t x"; docker build $A .',
      { context: '.', target: 'run', tags: ['x'] },
    ],
    ['in quotes it is not', 'A="a b"; docker build "$A"', { context: 'a b' }],
    ['an empty one is no word', 'A=; docker build $A .', { context: '.' }],
    ['in quotes it is one', 'A=; docker build -t "$A" .', { context: '.', tags: [''] }],
    ['an unknown one may be any number', 'docker build $A .', { context: '.', unclear: ['command line: $A'] }],
    [
      'so may an expression',
      'docker build ${{ inputs.a }} .',
      { context: '.', unclear: ['command line: ${{ inputs.a }}'] },
    ],
    ['in quotes an expression is one', 'docker build "${{ inputs.a }}"', { context: '?${{ inputs.a }}' }],
    ['where there is no other it is the context', 'docker build -t x $A', { context: '?$A', tags: ['x'] }],
    ['of several the last is', 'docker build $A $B', { context: '?$B', unclear: ['command line: $A'] }],
    [
      'after a flag it is its value',
      'docker build -t $A --target ${{ inputs.t }} .',
      { context: '.', tags: ['?$A'], target: '?${{ inputs.t }}' },
    ],
    ['a path is one word', 'docker build images/$A', { context: '?images/$A' }],
    ['a list', 'A=(--target "a b" -t x); docker build "${A[@]}" .', { context: '.', target: 'a b', tags: ['x'] }],
    [
      'a list that grows',
      'A=(); A+=(--target t); A+=(-t "$X"); docker build "${A[@]}" .',
      { context: '.', target: 't', tags: ['?$X'] },
    ],
    [
      'a list that may grow',
      'A=(--target t); if x; then A+=(-t y); fi; docker build "${A[@]}" .',
      {
        context: '.',
        target: 't',
        unclear: ['command line: ${A[@]}'],
      },
    ],
    [
      'a text that may grow',
      'A="--target t"; if x; then A="$A -t y"; fi; docker build $A .',
      { context: '.', target: 't', unclear: ['command line: $A'] },
    ],
    [
      'a list that nobody knows',
      'mapfile -t A < x; docker build "${A[@]}" .',
      { context: '.', unclear: ['command line: ${A[@]}'] },
    ],
    ['a list as one word', 'A=(a b); docker build -t "${A[*]}" .', { context: '.', tags: ['a b'] }],
    ['the rest of the arguments', 'docker build "${@:2}" .', { context: '.', unclear: ['command line: ${@:2}'] }],
    ['an empty list is no word', 'A=(); docker build "${A[@]}" .', { context: '.' }],
    ['the arguments of the script', 'docker build "$@" .', { context: '.', unclear: ['command line: $@'] }],
    ['arguments that are set', 'set -- --target t; docker build "$@" .', { context: '.', target: 't' }],
    ['an alternative', 'A=1; docker build ${A:+--target t} .', { context: '.', target: 't' }],
    ['braces', 'docker build -t{a,b} .', { context: '.', tags: ['a', 'b'] }],
    ['a pattern stays', 'docker build images/*', { context: 'images/*' }],
    ['an unknown flag and its value', 'docker build --build-arg $A .', { context: '.', unclear: ['build-arg: $A'] }],
    ['a flag that is a default', 'docker build ${F:---target=t} .', { context: '.', target: 't' }],
    ['what is printed is cut', 'docker build $(cat args) .', { context: '.', unclear: ['command line: $(cat args)'] }],
    ['IFS of the script', 'IFS=,; A=a,b; docker build -t $A .', { context: '.', tags: ['?$A'] }],
  ]
  it.each(CASES)('%s', (_title, script, expected, variables = {}) =>
    expect(builds(script, variables)).toEqual(expected),
  )
})

describe('folders', () => {
  const CASES: [string, string, string][] = [
    ['cd', 'cd app\ndocker build .', 'app'],
    ['cd on the way', 'cd app && docker build .', 'app'],
    ['cd in a subshell', '(cd app && docker build .)', 'app'],
    ['cd in a subshell before', '(cd app && make)\ndocker build .', ''],
    ['cd back', 'cd app; cd ..; docker build .', ''],
    ['cd -', 'cd app; cd -; docker build .', ''],
    ['cd or end', 'cd app || exit 1\ndocker build .', 'app'],
    ['pushd', 'pushd app; docker build .; popd', 'app'],
    ['popd', 'pushd app; popd; docker build .', ''],
    ['to the workspace', 'cd app; cd $GITHUB_WORKSPACE/b; docker build .', 'b'],
    ['to the workspace by an expression', 'cd app; cd ${{ github.workspace }}/b; docker build .', 'b'],
    ['to the repository', 'cd app; cd "$(git rev-parse --show-toplevel)"; docker build .', ''],
    ['to an unknown one', 'cd "$A"; docker build .', '?$A'],
    ['below an unknown one', 'cd "$A"; cd b; docker build .', '?$A/b'],
    ['to one or another', 'if x; then cd a; fi; docker build .', '?$PWD'],
    ['home', 'cd; docker build .', '?$HOME'],
    ['elsewhere', 'cd /tmp/x; docker build .', '/tmp/x'],
    ['before a function', 'f() { docker build .; }; cd app; f', 'app'],
  ]
  it.each(CASES)('%s', (_title, script, folder) => {
    expect(read(script).builds.map((build) => text(build.folder))).toEqual([folder])
  })

  it('begin where the step says', () => {
    const paths = 'cd sub; docker build -f "$GITHUB_WORKSPACE/Dockerfile" "$PWD/x"'
    const [build] = read(paths, {}, { folder: known('./app/') }).builds
    expect(summary(build!)).toEqual({ folder: 'app/sub', file: '../../Dockerfile', context: 'x' })
  })

  const PATHS: [string, string, unknown][] = [
    ['$PWD', 'docker build -f $PWD/a/Dockerfile "${PWD}"', { context: '.', file: 'a/Dockerfile' }],
    ['$(pwd)', 'docker build $(pwd)/app', { context: 'app' }],
    [
      'a folder that is kept',
      'ROOT=$(pwd); cd app; docker build -f "$ROOT/Dockerfile" .',
      { folder: 'app', context: '.', file: '../Dockerfile' },
    ],
    ['the workspace', 'docker build ${{ github.workspace }}', { context: '.' }],
    ['a folder as a value', 'docker build --build-arg D=$PWD .', { context: '.', args: { D: '?$PWD' } }],
  ]
  it.each(PATHS)('are known in paths: %s', (_title, script, expected) => expect(builds(script)).toEqual(expected))
})

describe('loops, branches, functions', () => {
  it('builds once for each word of a loop', () => {
    expect(builds('for i in a b; do\n docker build -t "$i" images/$i\ndone')).toEqual([
      { context: 'images/a', tags: ['a'] },
      { context: 'images/b', tags: ['b'] },
    ])
  })
  const CASES: [string, string, unknown, Variables?][] = [
    ['a loop over a list', 'A=(x); for i in "${A[@]}"; do docker build $i; done', { context: 'x' }],
    [
      'a loop over a variable',
      'for i in $L; do docker build $i; done',
      [{ context: 'a' }, { context: 'b' }],
      { L: 'a b' },
    ],
    ['a loop over nobody knows what', 'for i in $L; do docker build "$i"; done', { context: '?$i' }],
    [
      'a loop over files',
      'for f in images/*/Dockerfile; do docker build -f "$f" .; done',
      { context: '.', file: '?$f' },
    ],
    ['a loop that ends', 'for i in a b; do docker build $i; break; done', { context: 'a' }],
    ['a loop that tries again', 'for i in 1 2 3; do docker build . && break; done', { context: '.' }],
    [
      'a loop that goes on',
      'for i in a b; do if [ $i = a ]; then continue; fi; docker build $i; done',
      { context: 'b' },
    ],
    [
      'a loop with a changing value',
      'A=0; while x; do docker build -t $A .; A=1; done',
      { context: '.', tags: ['?$A'], isConditional: true },
    ],
    [
      'a loop with a value of its own',
      'while x; do A=1; docker build -t $A .; done',
      { context: '.', tags: ['1'], isConditional: true },
    ],
    [
      'arguments that a loop gathers',
      'A=""; while read -r l; do A="$A --build-arg $l"; done < x\ndocker build $A .',
      {
        context: '.',
        unclear: ['command line: $A'],
      },
    ],
    [
      'both ways',
      'if x; then docker build a; else docker build b; fi',
      [
        { context: 'a', isConditional: true },
        { context: 'b', isConditional: true },
      ],
    ],
    [
      'one of several',
      'case $X in a) docker build a ;; *) docker build b ;; esac',
      [
        { context: 'a', isConditional: true },
        { context: 'b', isConditional: true },
      ],
    ],
    ['perhaps', 'x || docker build .', { context: '.', isConditional: true }],
    ['if a question is answered', 'grep -q x y && docker build .', { context: '.', isConditional: true }],
    ['after what may end the script', 'docker manifest inspect x && exit 0\ndocker build .', { context: '.' }],
    [
      'a function with its arguments',
      'b() { docker build -t "$1" "${2:-.}"; }\nb x\nb y z',
      [
        { context: '.', tags: ['x'] },
        { context: 'z', tags: ['y'] },
      ],
    ],
    ['a function that nothing calls', 'b() { docker build "$1"; }', { context: '?$1', isConditional: true }],
    ['a function that shifts', 'b() { t=$1; shift; docker build -t "$t" "$@"; }\nb x .', { context: '.', tags: ['x'] }],
    ['a function that calls itself', 'b() { docker build .; b; }\nb', { context: '.' }],
  ]
  it.each(CASES)('%s', (_title, script, expected, variables = {}) =>
    expect(builds(script, variables)).toEqual(expected),
  )

  it('tells the line of each', () => {
    expect(
      read('\n\ndocker build a\nif x; then\n  docker \\\n    build b; fi\nX=$(\n docker build c)').builds.map(
        ({ line }) => line,
      ),
    ).toEqual([3, 5, 8])
  })
})

describe('a Dockerfile that is no file of the repository', () => {
  const CASES: [string, string, unknown][] = [
    [
      'written in the script',
      'docker build -t x - <<EOF\nFROM a\nEOF',
      { context: '-', file: '?what the command reads from stdin', inline: 'FROM a\n', tags: ['x'] },
    ],
    [
      'with a context',
      "docker build -f - . <<'EOF'\nFROM $A\nEOF",
      { context: '.', file: '?what the command reads from stdin', inline: 'FROM $A\n' },
    ],
    [
      'with variables',
      'A=1\ndocker build -f- . <<EOF\nFROM a:$A\nEOF',
      { context: '.', file: '?what the command reads from stdin', inline: 'FROM a:1\n' },
    ],
    [
      'with variables that are not known',
      'docker build - <<EOF\nFROM a:$A\nEOF',
      { context: '-', file: '?what the command reads from stdin', inline: '?FROM a:$A\n' },
    ],
    [
      'with tabs before it',
      'docker build - <<-EOF\n\tFROM a\n\tEOF',
      { context: '-', file: '?what the command reads from stdin', inline: 'FROM a\n' },
    ],
    [
      'in one line',
      'docker build - <<< "FROM a"',
      { context: '-', file: '?what the command reads from stdin', inline: 'FROM a\n' },
    ],
    [
      'printed',
      'echo "FROM a" | docker build -',
      { context: '-', file: '?what the command reads from stdin', inline: 'FROM a\n' },
    ],
    ['of a file', 'docker build - < a/Dockerfile', { context: '-', file: 'a/Dockerfile' }],
    [
      'of a file through a pipe',
      'cat Dockerfile | docker build -t x -',
      { context: '-', file: 'Dockerfile', tags: ['x'] },
    ],
    [
      'made by a program',
      'envsubst < Dockerfile.in | docker build -f - .',
      { context: '.', file: '?what the command reads from stdin' },
    ],
    ['of a program', 'docker build -f <(sed s/a/b/ Dockerfile) .', { context: '.', file: '?<(sed s/a/b/ Dockerfile)' }],
  ]
  it.each(CASES)('%s', (_title, script, expected) => expect(builds(script)).toEqual(expected))
})

describe('bake and compose', () => {
  const CASES: [string, string, unknown, Variables?][] = [
    ['bake', 'docker buildx bake', { kind: 'bake' }],
    ['bake by its letter', 'docker buildx f app', { kind: 'bake', targets: ['app'] }],
    [
      'bake with all of it',
      'docker buildx bake -f a.hcl --file b.json --set "*.args.V=1" --set app.tags=x --push --load --no-cache --pull --progress plain app web',
      {
        kind: 'bake',
        files: ['a.hcl', 'b.json'],
        targets: ['app', 'web'],
        set: ['*.args.V=1', 'app.tags=x'],
        publishes: true,
      },
    ],
    [
      'bake with variables',
      'export TAG=1; X=2; REV=3 docker buildx bake --var V=4',
      { kind: 'bake', environment: { TAG: '1', REV: '3', V: '4' } },
    ],
    [
      'bake of another repository',
      'docker buildx bake https://github.com/org/app.git app',
      { kind: 'bake', source: 'https://github.com/org/app.git', targets: ['app'] },
    ],
    [
      'bake of an unknown target',
      'docker buildx bake ${{ inputs.target }}',
      { kind: 'bake', targets: ['?${{ inputs.target }}'] },
    ],
    [
      'bake that pushes by its output',
      'docker buildx bake --set *.output=type=registry',
      { kind: 'bake', set: ['*.output=type=registry'], publishes: true },
    ],
    [
      'bake of a file in a variable',
      'docker buildx bake',
      { kind: 'bake', files: ['x.hcl'] },
      { BUILDX_BAKE_FILE: 'x.hcl' },
    ],
    ['depot bake', 'depot bake -f x.hcl --save', { kind: 'bake', files: ['x.hcl'] }],
    ['compose', 'docker compose build', { kind: 'compose' }],
    [
      'compose with all of it',
      'docker compose -f a.yml -f b.yml --profile p --project-directory d --env-file e build --build-arg A=1 --pull --push web api',
      {
        kind: 'compose',
        files: ['a.yml', 'b.yml'],
        services: ['web', 'api'],
        args: { A: '1' },
        projectFolder: 'd',
        environment: { COMPOSE_PROFILES: 'p', COMPOSE_ENV_FILES: 'e' },
        publishes: true,
      },
    ],
    [
      'compose with several profiles and environment files',
      'docker compose --profile p --profile=q --env-file e --env-file "$F" build',
      { kind: 'compose', environment: { COMPOSE_PROFILES: 'p,q', COMPOSE_ENV_FILES: '?e,$F' } },
    ],
    ['docker-compose', 'docker-compose --file x.yml build', { kind: 'compose', files: ['x.yml'] }],
    [
      'compose that builds and starts',
      'docker compose up -d --build --wait-timeout 60 web',
      { kind: 'compose', services: ['web'] },
    ],
    [
      'compose that builds and runs',
      'docker compose run --rm --build -e A=b web npm test',
      { kind: 'compose', services: ['web'] },
    ],
    ['compose that pushes later', 'docker compose build\ndocker compose push', { kind: 'compose', publishes: true }],
    [
      'compose with files in a variable',
      'docker compose build',
      { kind: 'compose', files: ['a.yml', 'b.yml'] },
      { COMPOSE_FILE: 'a.yml:b.yml' },
    ],
    [
      'compose with nobody knows what',
      'docker compose $FLAGS build $SERVICES',
      { kind: 'compose', unclear: ['command line: $FLAGS', 'command line: $SERVICES'] },
    ],
    ['compose in a folder', 'cd deploy && docker compose build', { kind: 'compose', folder: 'deploy' }],
    ['podman-compose', 'podman-compose -f x.yml build', { kind: 'compose', files: ['x.yml'] }],
  ]
  it.each(CASES)('%s', (_title, script, expected, variables = {}) =>
    expect(builds(script, variables)).toEqual(expected),
  )
})

describe('what is published', () => {
  const CASES: [string, string, boolean | null][] = [
    ['nothing', 'docker build -t a .', null],
    ['its tag', 'docker build -t a:1 .\ndocker push a:1', true],
    ['its tag without a version', 'docker build -t a:latest .\ndocker push a', true],
    ['all of its tags', 'docker build -t a:1 .\ndocker push --all-tags a', true],
    ['another', 'docker build -t a:1 .\ndocker push b:1', null],
    ['another version', 'docker build -t a:1 .\ndocker push a:2', null],
    ['a tag nobody knows', 'docker build -t a:$X .\ndocker push a:$X', true],
    ['another name of it', 'docker build -t a .\ndocker tag a r/a:1\ndocker push r/a:1', true],
    ['a name of a name', 'docker build -t a .\ndocker tag a b\ndocker tag b c\ndocker image push c', true],
    ['by podman, elsewhere', 'podman build -t a .\npodman push a docker://r/a:1', true],
    ['by buildah', 'buildah bud -t a .\nbuildah push --creds x:y a', true],
    ['as a manifest', 'podman build --manifest m .\npodman manifest push --all m docker://r/m', true],
    ['by skopeo', 'podman build -t a .\nskopeo copy containers-storage:a docker://r/a', true],
    ['as another tag in the registry', 'docker build -t a:1 .\ndocker buildx imagetools create -t r/a:2 a:1', true],
    ['perhaps by imagetools', 'docker build -t a:1 .\ndocker buildx imagetools create --dry-run -t r/a:2 a:1', null],
    ['by a program that tries again', 'docker build -t a:1 .\nretry 3 docker push a:1', true],
    ['under sudo', 'sudo docker build -t a .\nsudo docker push a', true],
    ['in a loop', 'docker build -t a:1 -t a:2 .\nfor t in 1 2; do docker push a:$t; done', true],
    ['from docker.io', 'docker build -t docker.io/org/a .\ndocker push org/a:latest', true],
  ]
  it.each(CASES)('%s', (_title, script, expected) =>
    expect(read(script).builds.map(({ publishes }) => publishes)).toEqual([expected]),
  )

  const NAMES: [string, string, string[]][] = [
    ['another name', 'docker build -t a .\ndocker tag a r/a:1', ['a', 'r/a:1']],
    ['a name of a name', 'docker build -t a:1 .\ndocker tag a:1 b\ndocker tag b r/b', ['a:1', 'b', 'r/b']],
    ['a name of another image', 'docker build -t a .\ndocker tag b r/b', ['a']],
    ['the same name twice', 'docker build -t a .\ndocker tag a r/a\ndocker tag a r/a:latest', ['a', 'r/a']],
    ['a name nobody knows', 'docker build -t a:$X .\ndocker tag a:$X r/a:$X', ['?a:$X', '?r/a:$X']],
  ]
  it.each(NAMES)('names its image: %s', (_title, script, expected) =>
    expect(read(script).builds.map((build) => ('tags' in build ? build.tags.map(text) : []))).toEqual([expected]),
  )

  it('tells later steps what it pushed and named', () => {
    const { pushes, retags } = read('docker tag a r/a:$V\ndocker push r/a:$V')
    expect(pushes.map(text)).toEqual(['?r/a:$V'])
    expect(retags.map(({ from, to }) => [text(from), text(to)])).toEqual([['a', '?r/a:$V']])
  })
})

describe('what is written for later steps', () => {
  const CASES: [string, string, Record<string, string>, boolean][] = [
    ['nothing', 'docker build .', {}, false],
    ['a value', 'echo "A=1" >> $GITHUB_ENV', { A: '1' }, false],
    ['in quotes and braces', 'echo A=1 >> "${GITHUB_ENV}"', { A: '1' }, false],
    ['by an expression', 'echo A=1 >> ${{ github.env }}', { A: '1' }, false],
    ['a value nobody knows', 'echo "A=$(date)" >> $GITHUB_ENV', { A: '?$(date)' }, false],
    ['by tee', 'echo "A=1" | tee -a "$GITHUB_ENV"', { A: '1' }, false],
    ['by tee, with what a script holds', 'tee -a $GITHUB_ENV <<EOF\nA=1\nB=$X\nEOF', { A: '1', B: '?$X' }, false],
    ['by cat, with what a script holds', 'cat >> $GITHUB_ENV <<EOF\nA=1\nEOF', { A: '1' }, false],
    ['by printf', "printf 'A=%s\\nB=%s\\n' 1 2 >> $GITHUB_ENV", { A: '1', B: '2' }, false],
    ['in a group', '{\n echo A=1\n echo B=2\n} >> $GITHUB_ENV', { A: '1', B: '2' }, false],
    ['lines', '{ echo "A<<E"; echo 1; echo 2; echo E; } >> $GITHUB_ENV', { A: '1\n2' }, false],
    [
      'lines that nobody knows',
      '{ echo "A<<E"; cat x; echo E; } >> $GITHUB_ENV',
      { A: '?what a script sets A to' },
      false,
    ],
    ['a file', 'cat .env >> $GITHUB_ENV', {}, true],
    ['what a program prints', './env.py >> $GITHUB_ENV', {}, true],
    ['a name nobody knows', 'echo "$N=1" >> $GITHUB_ENV', {}, true],
    ['an expression alone', 'echo "${{ inputs.env }}" >> $GITHUB_ENV', {}, true],
    ['by a program that is told the file', 'python set.py "$GITHUB_ENV"', {}, true],
    ['perhaps', 'if x; then echo A=1 >> $GITHUB_ENV; fi', { A: '?what a script sets A to' }, false],
    ['in a loop', 'for n in A B; do echo $n=1 >> $GITHUB_ENV; done', { A: '1', B: '1' }, false],
    ['to another file', 'echo A=1 >> $GITHUB_OUTPUT', {}, false],
    ['to nowhere', '{ echo A=1; echo B=2 >&2; } >> $GITHUB_ENV', { A: '1' }, false],
  ]
  it.each(CASES)('%s', (_title, script, values, hasOthers) => {
    const { environmentWrites: writes } = read(script)
    expect(Object.fromEntries([...writes.values].map(([name, value]) => [name, text(value)]))).toEqual(values)
    expect(writes.hasOthers).toBe(hasOthers)
  })
})

describe('commands that may build and are not read', () => {
  const CASES: [string, string, string | null][] = [
    ['make', 'make docker-build', 'make'],
    ['make without a target', 'make', 'make'],
    ['make of something else', 'make test lint', null],
    ['make in a folder', 'make -C app image', 'make'],
    ['a script', './scripts/build.sh --push', 'script'],
    ['a script of another shell', 'bash ci/docker.sh', 'script'],
    ['a script under sudo', 'sudo -E ./build-image', 'script'],
    ['a script of something else', './scripts/test.sh', null],
    ['a script that is sourced', 'source ./docker/build.sh', 'script'],
    ['what every system has', '. /etc/os-release', null],
    ['a python script', 'python scripts/build_images.py', 'script'],
    ['a python module', 'python -m build', null],
    ['a program that is built', './dist/release/app', null],
    ['npm', 'npm run docker:build', 'npm'],
    ['npm of something else', 'npm run build', null],
    ['yarn', 'yarn docker', 'yarn'],
    ['task', 'task image', 'task'],
    ['just', 'just build', 'just'],
    ['earthly', 'earthly --push +docker', 'earthly'],
    ['nix', 'nix build .#image', 'nix'],
    ['ko', 'ko build ./cmd/app', 'ko'],
    ['goreleaser', 'goreleaser release --clean', 'goreleaser'],
    ['jib', './mvnw -B compile jib:build', 'mvn'],
    ['gradle', './gradlew jib', 'gradle'],
    ['gradle of something else', './gradlew check', null],
    ['buildpacks', 'pack build app --builder x', 'pack'],
    ['skaffold', 'skaffold build', 'skaffold'],
    ['Azure', 'az acr build -t x .', 'az'],
    ['Azure, without a build', 'az acr login -n x', null],
    ['a subcommand nobody knows', 'docker $CMD .', 'docker'],
    ['a subcommand of compose', 'docker compose $CMD', 'compose'],
    ['a program nobody knows', '$ENGINE build -t x .', '$ENGINE'],
    ['a command nobody knows', '${{ inputs.build-command }}', '${{ inputs.build-command }}'],
    ['a command of something else', '${{ inputs.test-command }}', null],
    ['on another machine', 'ssh host docker build .', 'docker'],
    ['on another machine, as a text', 'ssh host "cd app && docker build ."', 'docker'],
    ['in another language', 'if ($x) { docker pull a }', 'shell'],
    ['in a text that does not end', 'docker pull "a', 'shell'],
    ['with arguments from elsewhere', 'ls | xargs -n1 docker build', 'docker'],
  ]
  it.each(CASES)('%s', (_title, script, tool) => {
    const { unread, builds: found } = read(`true\n${script}`)
    expect(found).toEqual([])
    expect(unread.map((command) => command.tool)).toEqual(tool === null ? [] : [tool])
    if (tool !== null) expect(unread[0]).toMatchObject({ line: 2 })
  })
  it('are told as they are written', () => {
    expect(read('V=1 make docker V=${{ github.sha }} | tee x').unread).toEqual([
      { line: 1, tool: 'make', command: 'V=1 make docker V=${{ github.sha }}' },
    ])
  })
})
