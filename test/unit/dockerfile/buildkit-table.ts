// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfile variables look like that.
/** What BuildKit makes of a Dockerfile (default target, linux/amd64): the images it pulls, or why it refuses. */
export interface BuildKitCase {
  dockerfile: string
  /** Reachable images, sorted, each once. */
  images?: readonly string[]
  syntax?: string
  /** BuildKit's own words, to read; ours differ. */
  error?: string
  /** The line our error names. */
  line?: number
}

/** Answers of BuildKit v0.34.2 itself (dockerfile2llb with a recording image resolver), written down as a table. */
export const BUILDKIT_CASES: Readonly<Record<string, readonly BuildKitCase[]>> = {
  'stage names and order': [
    { dockerfile: 'FROM alpine:3 AS a\nFROM b AS a\nFROM a\n', images: ['docker.io/library/b:latest'] },
    {
      dockerfile:
        'FROM alpine:3 AS a\nFROM busybox:1\nCOPY --from=a / /\nFROM debian:12 AS a\nFROM golang:1\nCOPY --from=a / /\n',
      images: ['docker.io/library/debian:12', 'docker.io/library/golang:1'],
    },
    {
      dockerfile: 'FROM alpine:3 AS a\nFROM debian:12 AS a\nFROM golang:1\nCOPY --from=A / /\n',
      images: ['docker.io/library/debian:12', 'docker.io/library/golang:1'],
    },
    { dockerfile: 'FROM build\nFROM alpine:3 AS build\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: 'FROM build AS x\nFROM alpine:3 AS build\nFROM x\n', images: ['docker.io/library/build:latest'] },
    { dockerfile: 'FROM alpine:3 AS scratch\nFROM scratch\n', images: ['docker.io/library/alpine:3'] },
    {
      dockerfile: 'FROM SCRATCH\n',
      line: 1,
      error:
        'failed to parse stage name "SCRATCH": invalid reference format: repository name (library/SCRATCH) must be lowercase',
    },
    { dockerfile: 'FROM alpine:3 AS context\nFROM context\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: 'FROM alpine:3 aS x.y-z_1\nFROM x.y-z_1\n', images: ['docker.io/library/alpine:3'] },
    {
      dockerfile: 'FROM alpine:3 AS x/y\n',
      line: 1,
      error:
        'dockerfile parse error on line 1: invalid name for build stage: "x/y", name can\'t start with a number or contain symbols',
    },
    {
      dockerfile: 'FROM alpine:3 AS é\n',
      line: 1,
      error:
        'dockerfile parse error on line 1: invalid name for build stage: "é", name can\'t start with a number or contain symbols',
    },
    { dockerfile: 'FROM alpine:3 Aſ x\nFROM x\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: 'FROM alpine:3 AS İmage\nFROM image\n', images: ['docker.io/library/alpine:3'] },
    {
      dockerfile: 'FROM alpine:3 AS a\nCOPY --from=a / /\n',
      line: 2,
      error: 'circular dependency detected on stage: a',
    },
    {
      dockerfile: 'FROM alpine:3 AS a\nCOPY --from=0 / /\n',
      line: 2,
      error: 'circular dependency detected on stage: a',
    },
    {
      dockerfile: 'FROM alpine:3 AS a\nCOPY --from=b / /\nFROM a AS b\n',
      line: 2,
      error: 'cannot copy from stage "b", it needs to be defined before current stage "a"',
    },
    {
      dockerfile: 'FROM alpine:3 AS a\nCOPY --from=b / /\nFROM debian:12 AS b\nCOPY --from=a / /\n',
      line: 4,
      error: 'circular dependency detected on stage: a',
    },
    {
      dockerfile: 'FROM alpine:3 AS a\nRUN --mount=from=b,target=/b ls\nFROM debian:12 AS b\nFROM a\n',
      line: 2,
      error: 'cannot mount from stage "b" to "/b", stage needs to be defined before current command',
    },
    {
      dockerfile: 'FROM alpine:3 AS a\nRUN --mount=from=b,target=/b ls\nFROM debian:12 AS b\nFROM golang:1\n',
      images: ['docker.io/library/golang:1'],
    },
  ],
  'COPY --from': [
    {
      dockerfile: 'FROM alpine:3\nFROM debian:12\nCOPY --from=00 / /\n',
      images: ['docker.io/library/alpine:3', 'docker.io/library/debian:12'],
    },
    {
      dockerfile: 'FROM alpine:3\nFROM debian:12\nCOPY --from=+0 / /\n',
      images: ['docker.io/library/alpine:3', 'docker.io/library/debian:12'],
    },
    {
      dockerfile: 'FROM alpine:3\nFROM debian:12\nCOPY --from=-0 / /\n',
      images: ['docker.io/library/alpine:3', 'docker.io/library/debian:12'],
    },
    {
      dockerfile: 'FROM alpine:3\nFROM debian:12\nCOPY --from=0x0 / /\n',
      images: ['docker.io/library/0x0:latest', 'docker.io/library/debian:12'],
    },
    {
      dockerfile: 'FROM alpine:3\nFROM debian:12\nCOPY --from=0_0 / /\n',
      images: ['docker.io/library/0_0:latest', 'docker.io/library/debian:12'],
    },
    {
      dockerfile: 'FROM alpine:3\nFROM debian:12\nCOPY --from=99999999999999999999 / /\n',
      images: ['docker.io/library/99999999999999999999:latest', 'docker.io/library/debian:12'],
    },
    { dockerfile: 'FROM alpine:3\nFROM debian:12\nCOPY --from=2 / /\n', line: 3, error: 'invalid stage index 2' },
    {
      dockerfile: 'FROM alpine:3\nCOPY --from=busybox:1 / /\nFROM debian:12\nCOPY --from=2 / /\n',
      images: ['docker.io/library/busybox:1', 'docker.io/library/debian:12'],
    },
    { dockerfile: 'FROM alpine:3\nCOPY --from= a b\n', images: ['docker.io/library/alpine:3'] },
    {
      dockerfile: 'FROM alpine:3\nCOPY --from a b c\n',
      line: 2,
      error: 'dockerfile parse error on line 2: missing a value on flag: --from',
    },
    {
      dockerfile: 'FROM alpine:3\nCOPY --from=a --from=b c d\n',
      line: 2,
      error: 'dockerfile parse error on line 2: duplicate flag specified: --from',
    },
    { dockerfile: 'FROM alpine:3\nCOPY "--from=a" b c\n', images: ['docker.io/library/alpine:3'] },
    {
      dockerfile: "FROM alpine:3\nCOPY --from='busybox:1' b c\n",
      images: ['docker.io/library/alpine:3', 'docker.io/library/busybox:1'],
    },
    {
      dockerfile: 'FROM alpine:3\nCOPY --fr\\om=busybox:1 b c\n',
      images: ['docker.io/library/alpine:3', 'docker.io/library/busybox:1'],
    },
    {
      dockerfile: 'FROM alpine:3\nCOPY --from=\\$x b c\n',
      line: 2,
      error:
        'variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround',
    },
    {
      dockerfile: 'FROM alpine:3\nCOPY --from=$ b c\n',
      line: 2,
      error: 'failed to parse stage name "$": invalid reference format',
    },
    { dockerfile: 'FROM alpine:3\nCOPY -- --from=busybox:1 b\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: 'FROM alpine:3\nCOPY a --from=busybox:1 b\n', images: ['docker.io/library/alpine:3'] },
    {
      dockerfile: 'FROM alpine:3\nCOPY --from=busybox:1 ["a b","c"]\n',
      images: ['docker.io/library/alpine:3', 'docker.io/library/busybox:1'],
    },
    {
      dockerfile: 'FROM alpine:3\nCOPY --from=busybox:1 ["a b"]\n',
      line: 2,
      error:
        'dockerfile parse error on line 2: COPY requires at least two arguments, but only one was provided. Destination could not…',
    },
    {
      dockerfile: 'FROM alpine:3\nCOPY --from=busybox:1 ["a", 1]\n',
      line: 2,
      error: 'when using JSON array syntax, arrays must be comprised of strings only',
    },
    {
      dockerfile: 'FROM alpine:3\nCOPY --from=Busybox a b\n',
      line: 2,
      error:
        'failed to parse stage name "Busybox": invalid reference format: repository name (library/Busybox) must be lowercase',
    },
    {
      dockerfile: 'FROM alpine:3\nADD --from=busybox:1 a b\n',
      line: 2,
      error: 'dockerfile parse error on line 2: unknown flag: --from',
    },
    {
      dockerfile: 'FROM alpine:3\nCOPY --link --parents --exclude=x --exclude=y --from=busybox:1 a b\n',
      images: ['docker.io/library/alpine:3', 'docker.io/library/busybox:1'],
    },
    {
      dockerfile: 'FROM alpine:3\nCOPY --link=no --from=busybox:1 a b\n',
      line: 2,
      error: 'dockerfile parse error on line 2: expecting boolean value for flag --link, not: no',
    },
    {
      dockerfile: 'FROM alpine:3\nCOPY --link= --from=busybox:1 a b\n',
      line: 2,
      error: 'dockerfile parse error on line 2: missing a value on flag: --link',
    },
    { dockerfile: 'FROM alpine:3\nCOPY --from=scratch a b\n', images: ['docker.io/library/alpine:3'] },
    {
      dockerfile: 'FROM alpine:3 AS x\nCOPY --from=UPPER:1 a b\nFROM debian:12\n',
      line: 2,
      error:
        'failed to parse stage name "UPPER:1": invalid reference format: repository name (library/UPPER) must be lowercase',
    },
  ],
  mounts: [
    {
      dockerfile:
        'FROM alpine:3\nRUN --mount=from=a,target=/a --mount=type=cache,from=b,target=/b --mount=type=cache,target=/c ls\n',
      images: ['docker.io/library/a:latest', 'docker.io/library/alpine:3', 'docker.io/library/b:latest'],
    },
    {
      dockerfile: 'FROM alpine:3\nRUN --mount=from=a,from=b,target=/b ls\n',
      images: ['docker.io/library/alpine:3', 'docker.io/library/b:latest'],
    },
    {
      dockerfile: 'FROM alpine:3\nRUN --mount=type=bind,fr"om=a ls\n',
      line: 2,
      error: 'failed to parse stage name "a ls": invalid reference format',
    },
    {
      dockerfile: 'FROM alpine:3\nRUN --mount= ls\n',
      line: 2,
      error: 'dockerfile parse error on line 2: failed to parse csv mounts: EOF',
    },
    {
      dockerfile: 'FROM alpine:3\nRUN --mount ls\n',
      line: 2,
      error: 'dockerfile parse error on line 2: missing a value on flag: --mount',
    },
    {
      dockerfile: 'FROM alpine:3\nRUN --mount=from=$,target=/b ls\n',
      line: 2,
      error: 'failed to parse stage name "$": invalid reference format',
    },
    {
      dockerfile: 'FROM alpine:3\nRUN --mount=from=a$b,target=/b ls\n',
      line: 2,
      error: "dockerfile parse error on line 2: 'from' doesn't support variable expansion, define alias stage instead",
    },
    {
      dockerfile: 'FROM alpine:3 AS A\nFROM debian:12\nRUN --mount=from=a,target=/b ls\n',
      images: ['docker.io/library/alpine:3', 'docker.io/library/debian:12'],
    },
    {
      dockerfile: 'FROM alpine:3 AS a\nFROM debian:12\nRUN --mount=from=A,target=/b ls\n',
      images: ['docker.io/library/alpine:3', 'docker.io/library/debian:12'],
    },
    {
      dockerfile: 'FROM alpine:3 AS scratch\nFROM debian:12\nRUN --mount=type=cache,target=/b ls\n',
      images: ['docker.io/library/alpine:3', 'docker.io/library/debian:12'],
    },
    { dockerfile: 'FROM alpine:3\nRUN ls --mount=from=busybox:1,target=/b\n', images: ['docker.io/library/alpine:3'] },
    {
      dockerfile: 'FROM alpine:3\nRUN --network=none --security=sandbox --mount=from=busybox:1,target=/b ls\n',
      images: ['docker.io/library/alpine:3', 'docker.io/library/busybox:1'],
    },
    {
      dockerfile: 'FROM alpine:3\nRUN --network=wifi ls\n',
      line: 2,
      error: 'dockerfile parse error on line 2: invalid network mode "wifi"',
    },
    {
      dockerfile: 'FROM alpine:3\nRUN --security= ls\n',
      line: 2,
      error: 'dockerfile parse error on line 2: security "" is not valid',
    },
    {
      dockerfile: 'FROM alpine:3\nRUN --mount=target=/b,from=busybox:1\\\n ls\n',
      images: ['docker.io/library/alpine:3', 'docker.io/library/busybox:1'],
    },
  ],
  ONBUILD: [
    {
      dockerfile: 'FROM alpine:3 AS base\nONBUILD COPY --from=busybox:1 / /\nFROM base\n',
      images: ['docker.io/library/alpine:3', 'docker.io/library/busybox:1'],
    },
    {
      dockerfile:
        'FROM alpine:3 AS base\nONBUILD RUN --mount=from=busybox:1,target=/b ls\nFROM base AS c\nFROM golang:1\nCOPY --from=c / /\n',
      images: ['docker.io/library/alpine:3', 'docker.io/library/busybox:1', 'docker.io/library/golang:1'],
    },
    {
      dockerfile: 'FROM alpine:3 AS base\nONBUILD COPY --from=busybox:1 / /\nFROM base AS c\nFROM golang:1\n',
      images: ['docker.io/library/golang:1'],
    },
    {
      dockerfile: 'FROM alpine:3 AS base\nONBUILD COPY --from=busybox:1 / /\nFROM base AS c\nFROM c\n',
      images: ['docker.io/library/alpine:3', 'docker.io/library/busybox:1'],
    },
    {
      dockerfile: 'FROM debian:12 AS tools\nFROM alpine:3 AS base\nONBUILD COPY --from=tools / /\nFROM base\n',
      images: ['docker.io/library/alpine:3', 'docker.io/library/debian:12'],
    },
    {
      dockerfile:
        'FROM alpine:3 AS base\nONBUILD COPY --from=late / /\nFROM base AS x\nFROM debian:12 AS late\nFROM x\n',
      line: 2,
      error: 'cannot copy from stage "late", it needs to be defined before current stage "x"',
    },
    { dockerfile: 'FROM alpine:3 AS base\nONBUILD FOO\n', images: ['docker.io/library/alpine:3'] },
    {
      dockerfile: 'FROM alpine:3 AS base\nONBUILD FOO\nFROM base\n',
      line: 2,
      error: 'unknown instruction: FOO (did you mean FROM?)',
    },
    {
      dockerfile: 'FROM alpine:3\nONBUILD ONBUILD RUN x\n',
      line: 2,
      error: "dockerfile parse error on line 2: Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed",
    },
    {
      dockerfile: 'FROM alpine:3\nONBUILD maintainer me\n',
      line: 2,
      error: "dockerfile parse error on line 2: MAINTAINER isn't allowed as an ONBUILD trigger",
    },
    { dockerfile: 'FROM alpine:3\nONBUILD ENV a\n', line: 2, error: 'ENV must have two arguments' },
    {
      dockerfile: 'FROM alpine:3\nONBUILD\n',
      line: 2,
      error: 'dockerfile parse error on line 2: ONBUILD requires at least one argument',
    },
    {
      dockerfile: 'FROM alpine:3\nONBUILD --x RUN ls\n',
      line: 2,
      error: 'dockerfile parse error on line 2: unknown flag: --x',
    },
    {
      dockerfile: 'FROM alpine:3 AS base\nONBUILD RUN <<EOF\nFROM fake:1\nEOF\nFROM base\n',
      images: ['docker.io/library/alpine:3'],
    },
    {
      dockerfile: 'FROM alpine:3 AS base\nONBUILD COPY <<-EOF --from=x /\n\tFROM fake:1\n\tEOF\nFROM base\n',
      images: ['docker.io/library/alpine:3'],
    },
    {
      dockerfile: '# escape=`\nFROM alpine:3 AS base\nONBUILD COPY --from=busybox`:1 / /\nFROM base\n',
      line: 3,
      error:
        'variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround',
    },
    {
      dockerfile: 'FROM alpine:3 AS base\nONBUILD RUN ["a",1]\n',
      line: 2,
      error: 'when using JSON array syntax, arrays must be comprised of strings only',
    },
    {
      dockerfile:
        'FROM alpine:3 AS b0\nFROM b0 AS b1\nONBUILD COPY --from=busybox:1 / /\nFROM b1 AS b2\nONBUILD COPY --from=busybox:2 / /\nFROM b2\n',
      images: ['docker.io/library/alpine:3', 'docker.io/library/busybox:1', 'docker.io/library/busybox:2'],
    },
  ],
  variables: [
    { dockerfile: 'ARG V=1.2.3\nFROM alpine:${V%%.*}\n', images: ['docker.io/library/alpine:1'] },
    { dockerfile: 'ARG V=1.2.3\nFROM alpine:${V##*.}\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: 'ARG V=1.2.3\nFROM alpine:${V#*.}\n', images: ['docker.io/library/alpine:2.3'] },
    { dockerfile: 'ARG V=1.2.3\nFROM alpine:${V/./-}\n', images: ['docker.io/library/alpine:1-2.3'] },
    { dockerfile: 'ARG V=1.2.3\nFROM alpine:${V//./-}\n', images: ['docker.io/library/alpine:1-2-3'] },
    { dockerfile: 'ARG V=1.2.3\nFROM alpine:${V//?/x}\n', images: ['docker.io/library/alpine:xxxxx'] },
    { dockerfile: 'ARG V=1.2.3\nFROM alpine:${V//*/x}\n', images: ['docker.io/library/alpine:x'] },
    { dockerfile: 'ARG V=1.2.3\nFROM alpine:${V///x}\n', images: ['docker.io/library/alpine:x1x.x2x.x3x'] },
    { dockerfile: 'ARG V=1.2.3\nFROM alpine:${V/1*/x}\n', images: ['docker.io/library/alpine:x'] },
    { dockerfile: 'ARG V=v1*2\nFROM alpine:${V#v?\\*}\n', images: ['docker.io/library/alpine:2'] },
    {
      dockerfile: 'ARG V=v1\nFROM alpine:${V#\\v}\n',
      line: 2,
      error: 'failed to process "alpine:${V#\\\\v}": invalid pattern (\\v) in substitution: invalid escape \'\\v\'',
    },
    { dockerfile: 'ARG V=a/b\nFROM ${V/\\//:}\n', images: ['docker.io/library/a:b'] },
    { dockerfile: "ARG V=a/b\nFROM ${V/'/'/:}\n", images: ['docker.io/library/a:b'] },
    { dockerfile: 'ARG V=a/b\nFROM ${V%"/b"}\n', images: ['docker.io/library/a:latest'] },
    { dockerfile: 'ARG V=1\nFROM alpine:${V//1/$$x}\n', images: ['docker.io/library/alpine:x'] },
    { dockerfile: 'ARG V=1\nARG R="\\$0"\nFROM alpine:a${V//1/${R}b}\n', images: ['docker.io/library/alpine:a'] },
    { dockerfile: 'ARG V=1\nFROM alpine:${V:+${V}2}\n', images: ['docker.io/library/alpine:12'] },
    { dockerfile: 'ARG V=\nFROM alpine:3${V:+x}\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: 'ARG V=\nFROM alpine:3${V+x}\n', images: ['docker.io/library/alpine:3x'] },
    { dockerfile: 'ARG V\nFROM alpine:3${V+x}\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: 'ARG V\nFROM alpine:${V-4}\n', images: ['docker.io/library/alpine:4'] },
    {
      dockerfile: 'ARG V=\nFROM alpine:${V?gone}\n',
      line: 2,
      error: 'failed to parse stage name "alpine:": invalid reference format',
    },
    { dockerfile: 'ARG V=\nFROM alpine:4${V?gone}\n', images: ['docker.io/library/alpine:4'] },
    {
      dockerfile: 'ARG V=\nFROM alpine:${V:?}\n',
      line: 2,
      error: 'failed to process "alpine:${V:?}": V: is not allowed to be empty',
    },
    {
      dockerfile: 'ARG V=3\nFROM alpine:${V:=4}\n',
      line: 2,
      error: 'failed to process "alpine:${V:=4}": unsupported modifier (:=) in substitution',
    },
    {
      dockerfile: 'ARG V=3\nFROM alpine:${V:1}\n',
      line: 2,
      error: 'failed to process "alpine:${V:1}": unsupported modifier (:1) in substitution',
    },
    {
      dockerfile: 'FROM alpine:${}\n',
      line: 1,
      error: 'failed to process "alpine:${}": syntax error: bad substitution',
    },
    {
      dockerfile: 'FROM alpine:${:-x}\n',
      line: 1,
      error: 'failed to process "alpine:${:-x}": syntax error: bad substitution',
    },
    {
      dockerfile: 'FROM alpine:${{ matrix.v }}\n',
      line: 1,
      error: 'dockerfile parse error on line 1: FROM requires either one or three arguments',
    },
    {
      dockerfile: 'FROM alpine:3$\n',
      line: 1,
      error: 'failed to parse stage name "alpine:3$": invalid reference format',
    },
    { dockerfile: 'FROM alpine:$1x\n', images: ['docker.io/library/alpine:x'] },
    { dockerfile: 'FROM alpine:$@3\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: 'FROM alp$-ine:3\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: 'ARG V=3\nFROM alpine:"${V}"\n', images: ['docker.io/library/alpine:3'] },
    {
      dockerfile: "ARG V=3\nFROM alpine:'$V'\n",
      line: 2,
      error: 'failed to parse stage name "alpine:$V": invalid reference format',
    },
    {
      dockerfile: 'ARG V=3\nFROM alpine:"\\$V"\n',
      line: 2,
      error: 'failed to parse stage name "alpine:$V": invalid reference format',
    },
    {
      dockerfile: 'FROM "alpine:3\n',
      line: 1,
      error: 'failed to process "\\"alpine:3": unexpected end of statement while looking for matching double-quote',
    },
    {
      dockerfile: "FROM alpine:'3\n",
      line: 1,
      error: 'failed to process "alpine:\'3": unexpected end of statement while looking for matching single-quote',
    },
    {
      dockerfile: 'FROM al\\pine:3\\\\\n',
      line: 1,
      error: 'failed to parse stage name "alpine:3\\\\": invalid reference format',
    },
    { dockerfile: 'ARG A=1 B=2 C="3 4" D\nFROM alpine:$A$B\n', images: ['docker.io/library/alpine:12'] },
    {
      dockerfile: 'ARG A="x y"\nFROM alpine:${A#x }\n',
      line: 2,
      error: 'dockerfile parse error on line 2: FROM requires either one or three arguments',
    },
    { dockerfile: 'ARG A=1\nARG B=$A$A\nARG A=2\nFROM alpine:$B\n', images: ['docker.io/library/alpine:11'] },
    { dockerfile: 'ARG B=$A\nARG A=1\nFROM alpine:3$B\n', images: ['docker.io/library/alpine:3'] },
    {
      dockerfile: 'ARG A=a"b\nFROM alpine:$A\n',
      line: 1,
      error: 'failed to process "a\\"b": unexpected end of statement while looking for matching double-quote',
    },
    {
      dockerfile: 'ARG =1\nFROM alpine:3\n',
      line: 1,
      error: 'dockerfile parse error on line 1: ARG names can not be blank',
    },
    {
      dockerfile: 'ARG\nFROM alpine:3\n',
      line: 1,
      error: 'dockerfile parse error on line 1: ARG requires at least one argument',
    },
    { dockerfile: 'ARG --x A=1\nFROM alpine:$A\n', images: ['docker.io/library/alpine:1'] },
    { dockerfile: 'ARG é=1\nFROM alpine:$é\n', images: ['docker.io/library/alpine:1'] },
    { dockerfile: 'ARG BASE=a\nFROM alpine:3 AS a\nFROM $BASE\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: 'FROM alpine:3 AS a\nFROM "a"\n', images: ['docker.io/library/alpine:3'] },
    {
      dockerfile: 'FROM alpine:$TARGETOS-$TARGETARCH$TARGETVARIANT-$BUILDPLATFORM\n',
      line: 1,
      error: 'failed to parse stage name "alpine:linux-amd64-linux/amd64": invalid reference format',
    },
    { dockerfile: 'FROM alpine:$TARGETOS-$TARGETARCH\n', images: ['docker.io/library/alpine:linux-amd64'] },
    { dockerfile: 'FROM alpine:${TARGETPLATFORM//\\//-}\n', images: ['docker.io/library/alpine:linux-amd64'] },
    { dockerfile: 'FROM $TARGETSTAGE AS x\n', images: ['docker.io/library/x:latest'] },
    { dockerfile: 'FROM alpine:3 AS x\nFROM $TARGETSTAGE\n', images: ['docker.io/library/default:latest'] },
    { dockerfile: 'ARG http_proxy\nFROM alpine:3${http_proxy}\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: 'FROM ${a:-${b:-${c:-${d:-alpine:3}}}}\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: 'FROM ${a:-"${b:-\'alpine:3\'}"}\n', images: ['docker.io/library/alpine:3'] },
    {
      dockerfile: '# escape=`\nARG V=3\nFROM alpine:`$V\n',
      line: 3,
      error: 'failed to parse stage name "alpine:$V": invalid reference format',
    },
    { dockerfile: '# escape=`\nARG V=a*b\nFROM alpine:${V#a\\*}\n', images: ['docker.io/library/alpine:b'] },
  ],
  platforms: [
    { dockerfile: 'FROM --platform=$BUILDPLATFORM alpine:3\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: 'FROM --platform=linux alpine:3\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: 'FROM --platform=arm64 alpine:3\n', images: ['docker.io/library/alpine:3'] },
    {
      dockerfile: 'FROM --platform=foo alpine:3\n',
      line: 1,
      error: 'failed to parse platform foo: "foo": unknown operating system or architecture: invalid argument',
    },
    {
      dockerfile: 'FROM --platform=a/b/c/d alpine:3\n',
      line: 1,
      error: 'failed to parse platform a/b/c/d: "a/b/c/d": cannot parse platform specifier: invalid argument',
    },
    {
      dockerfile: 'FROM --platform=linux/am*64 alpine:3\n',
      line: 1,
      error: 'failed to parse platform linux/am*64: "linux/am*64": wildcards not yet supported: invalid argument',
    },
    { dockerfile: 'FROM --platform= alpine:3\n', images: ['docker.io/library/alpine:3'] },
    {
      dockerfile: 'FROM --platform alpine:3\n',
      line: 1,
      error: 'dockerfile parse error on line 1: missing a value on flag: --platform',
    },
    { dockerfile: 'FROM --platform=windows(10.0.17763)/amd64 alpine:3\n', images: ['docker.io/library/alpine:3'] },
    {
      dockerfile: 'FROM --platform=a --platform=b alpine:3\n',
      line: 1,
      error: 'dockerfile parse error on line 1: duplicate flag specified: --platform',
    },
    {
      dockerfile: 'FROM --platform=foo alpine:3\nFROM debian:12\n',
      line: 1,
      error: 'failed to parse platform foo: "foo": unknown operating system or architecture: invalid argument',
    },
  ],
  'lines, comments, directives': [
    { dockerfile: 'FROM alpine:3\nRUN a \\\n\n\n# x\n  b\nFROM debian:12\n', images: ['docker.io/library/debian:12'] },
    { dockerfile: 'FROM alpine:3\nRUN a \\ \t\n  b \\\nFROM debian:12', images: ['docker.io/library/alpine:3'] },
    { dockerfile: 'FROM alpine:3\nRUN a \\\\\nFROM debian:12\n', images: ['docker.io/library/debian:12'] },
    { dockerfile: 'FROM alpine:3\nRUN a \\\\\\\nFROM debian:12\n', images: ['docker.io/library/debian:12'] },
    { dockerfile: '\\\nFROM alpine:3\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: '\\\n', line: 1, error: 'dockerfile parse error on line 1: unknown instruction: ' },
    { dockerfile: 'FROM alpine:3\n\\\n', line: 2, error: 'dockerfile parse error on line 2: unknown instruction: ' },
    { dockerfile: 'FROM alpine:3 \\', images: ['docker.io/library/alpine:3'] },
    { dockerfile: 'FROM\\\n alpine:3\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: 'FR\\\nOM alpine:3\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: 'FROM alpine:\\\n3\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: 'FROM al\\\n   # x\n\npine:3\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: '# x \\\nFROM alpine:3\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: '\n\n# escape=`\nFROM alpine:3 \\\n AS x\n', images: ['docker.io/library/alpine:3'] },
    {
      dockerfile: '# escape=`\n# escape=\\\nFROM alpine:3\n',
      line: 2,
      error: 'only one escape parser directive can be used',
    },
    { dockerfile: '# escape=x\nFROM alpine:3\n', line: 1, error: "invalid escape token 'x' does not match ` or \\" },
    { dockerfile: '# escape=\nFROM alpine:3\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: '# escape= \nFROM alpine:3\n', line: 1, error: "invalid escape token ' ' does not match ` or \\" },
    { dockerfile: '#   escape   =   `   \nFROM `\n alpine:3\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: '  # escape=`\nFROM `\n alpine:3\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: '# foo=bar\n# escape=`\nFROM alpine:3 \\\n AS x\n', images: ['docker.io/library/alpine:3'] },
    {
      dockerfile: '# syntax=a/b:1 extra\n# escape=`\nFROM `\nalpine:3\n',
      images: ['docker.io/library/alpine:3'],
      syntax: 'a/b:1',
    },
    { dockerfile: '#!/bin/x\n# escape=`\nFROM alpine:3 \\\n AS x\n', images: ['docker.io/library/alpine:3'] },
    {
      dockerfile: '# syntax=x/y\n# syntax=z\nFROM alpine:3\n',
      line: 2,
      error: 'only one syntax parser directive can be used',
    },
    { dockerfile: '  # syntax=x/y\nFROM alpine:3\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: '﻿# syntax=x/y\nFROM alpine:3\n', images: ['docker.io/library/alpine:3'], syntax: 'x/y' },
    {
      dockerfile: '﻿﻿FROM alpine:3\n',
      line: 1,
      error: 'dockerfile parse error on line 1: unknown instruction: ﻿FROM (did you mean FROM?)',
    },
    { dockerfile: 'FROM ﻿alpine:3\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: ' FROM alpine:3\n', images: ['docker.io/library/alpine:3'] },
    {
      dockerfile: 'FROM alpine:3\n',
      line: 1,
      error: 'dockerfile parse error on line 1: unknown instruction: FROM alpine:3',
    },
    { dockerfile: 'FROM alpine:3 \n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: 'FROM\u000balpine:3\fAS\u000bx\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: 'FROM alpine:3\r\r\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: 'RUN x\nFROM alpine:3\n', line: 1, error: 'no build stage in current context' },
    { dockerfile: 'ARG A=1\n', line: 1, error: 'dockerfile contains no stages to build' },
    { dockerfile: '# only a comment\n', line: 1, error: 'file with no instructions' },
    { dockerfile: '\n \n', line: 1, error: 'file with no instructions' },
    {
      dockerfile: 'FROM alpine:3\n{{ if x }}\n',
      line: 2,
      error: 'dockerfile parse error on line 2: unknown instruction: {{',
    },
    {
      dockerfile: 'FROM {{ .Base }}\n',
      line: 1,
      error: 'dockerfile parse error on line 1: FROM requires either one or three arguments',
    },
    { dockerfile: 'FROM alpine:3\nworKdir /x\n', images: ['docker.io/library/alpine:3'] },
    {
      dockerfile: 'FROM alpine:3\nFRÖM x\n',
      line: 2,
      error: 'dockerfile parse error on line 2: unknown instruction: FRÖM (did you mean FROM?)',
    },
    { dockerfile: `FROM alpine:3\nRUN x${'y'.repeat(65530)}\n`, images: ['docker.io/library/alpine:3'] },
    {
      dockerfile: `FROM alpine:3\nRUN x${'y'.repeat(65531)}\nFROM debian:12\n`,
      line: 2,
      error: 'dockerfile line greater than max allowed size of 65535',
    },
    {
      dockerfile: `FROM alpine:3\nRUN <<EOF\n${'y'.repeat(65536)}\nEOF\n`,
      line: 2,
      error: 'unterminated heredoc',
    },
  ],
  heredocs: [
    {
      dockerfile: 'FROM alpine:3\nRUN <<EOF\nFROM x\nEOF \nFROM y\nEOF\nFROM debian:12\n',
      images: ['docker.io/library/debian:12'],
    },
    { dockerfile: 'FROM alpine:3\nRUN <<EOF\n\tEOF\nEOF\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: 'FROM alpine:3\nRUN <<-EOF\n \tEOF\nEOF\n', images: ['docker.io/library/alpine:3'] },
    {
      dockerfile: 'FROM alpine:3\nRUN <<EOF\r\nFROM x\r\nEOF\r\nFROM debian:12\r\n',
      images: ['docker.io/library/debian:12'],
    },
    { dockerfile: 'FROM alpine:3\nRUN 3<<EOF cat\nFROM x\nEOF\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: 'FROM alpine:3\nRUN a<<EOF\nFROM debian:12\n', images: ['docker.io/library/debian:12'] },
    { dockerfile: 'FROM alpine:3\nRUN a <<EOF;b\nFROM x\nEOF;b\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: 'FROM alpine:3\nRUN <<E"O"F\nFROM x\nEOF\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: 'FROM alpine:3\nRUN <<E\\ F\nFROM x\nE F\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: 'FROM alpine:3\nRUN <<$X\nFROM x\n$X\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: 'FROM alpine:3\nRUN <<${X:-E}\nFROM debian:12\n', images: ['docker.io/library/debian:12'] },
    { dockerfile: 'FROM alpine:3\nRUN echo ${x:=y} <<EOF\nFROM x\nEOF\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: 'FROM alpine:3\nRUN echo ${x=y} <<EOF\nFROM debian:12\n', images: ['docker.io/library/debian:12'] },
    { dockerfile: 'FROM alpine:3\nRUN echo "$(cat <<EOF)"\nFROM debian:12\n', images: ['docker.io/library/debian:12'] },
    { dockerfile: "FROM alpine:3\nRUN echo it's <<EOF\nFROM debian:12\n", images: ['docker.io/library/debian:12'] },
    {
      dockerfile: 'FROM alpine:3\nRUN <<EOF <<EOF\nFROM x\nEOF\nFROM y\nEOF\nFROM debian:12\n',
      images: ['docker.io/library/debian:12'],
    },
    { dockerfile: 'FROM alpine:3\nRUN ["sh", "<<EOF"]\nFROM debian:12\n', images: ['docker.io/library/debian:12'] },
    { dockerfile: 'FROM alpine:3\nRUN ["sh", <<EOF]\nFROM x\nEOF]\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: 'FROM alpine:3\nCMD <<EOF\nFROM debian:12\n', images: ['docker.io/library/debian:12'] },
    {
      dockerfile: 'FROM alpine:3\nCOPY x <<EOF\nFROM x\nEOF\n',
      line: 2,
      error: 'dockerfile parse error on line 2: COPY cannot accept a heredoc as a destination',
    },
    {
      dockerfile: 'FROM alpine:3\nCOPY <<EOF\nFROM x\nEOF\n',
      line: 2,
      error:
        'dockerfile parse error on line 2: COPY requires at least two arguments, but only one was provided. Destination could not…',
    },
    { dockerfile: 'FROM alpine:3\nRUN <<""\nFROM debian:12\n', images: ['docker.io/library/debian:12'] },
    { dockerfile: 'FROM alpine:3\nRUN <<\nFROM debian:12\n', images: ['docker.io/library/debian:12'] },
    { dockerfile: 'FROM alpine:3\nRUN ((x = 1 << 2))\nFROM debian:12\n', line: 2, error: 'unterminated heredoc' },
    { dockerfile: 'FROM alpine:3\nRUN x <<<EOF\nFROM debian:12\n', images: ['docker.io/library/debian:12'] },
    { dockerfile: 'FROM alpine:3\nRUN \\<<EOF\nFROM debian:12\n', images: ['docker.io/library/debian:12'] },
    { dockerfile: 'FROM alpine:3\nRUN # <<EOF\nFROM debian:12\n', line: 2, error: 'unterminated heredoc' },
  ],
  'other instructions': [
    { dockerfile: 'FROM alpine:3\nENV a\n', line: 2, error: 'ENV must have two arguments' },
    { dockerfile: 'FROM alpine:3\nENV a b c\n', images: ['docker.io/library/alpine:3'] },
    {
      dockerfile: 'FROM alpine:3\nENV a=b c\n',
      line: 2,
      error: 'Syntax error - can\'t find = in "c". Must be of the form: name=value',
    },
    {
      dockerfile: 'FROM alpine:3\nENV =b\n',
      line: 2,
      error: 'dockerfile parse error on line 2: ENV names can not be blank',
    },
    {
      dockerfile: 'FROM alpine:3\nENV\n',
      line: 2,
      error: 'dockerfile parse error on line 2: ENV requires at least one argument',
    },
    { dockerfile: 'FROM alpine:3\nLABEL "a b"=c\n', images: ['docker.io/library/alpine:3'] },
    {
      dockerfile: 'FROM alpine:3\nCMD ["a", 1]\n',
      line: 2,
      error: 'when using JSON array syntax, arrays must be comprised of strings only',
    },
    { dockerfile: 'FROM alpine:3\nCMD ["a" 1]\n', images: ['docker.io/library/alpine:3'] },
    { dockerfile: 'FROM alpine:3\nCMD --x\n', line: 2, error: 'dockerfile parse error on line 2: unknown flag: --x' },
    {
      dockerfile: 'FROM alpine:3\nEXPOSE\n',
      line: 2,
      error: 'dockerfile parse error on line 2: EXPOSE requires at least one argument',
    },
    {
      dockerfile: 'FROM alpine:3\nEXPOSE --x 80\n',
      line: 2,
      error: 'dockerfile parse error on line 2: unknown flag: --x',
    },
    {
      dockerfile: 'FROM alpine:3\nUSER\n',
      line: 2,
      error: 'dockerfile parse error on line 2: USER requires exactly one argument',
    },
    {
      dockerfile: 'FROM alpine:3\nWORKDIR\n',
      line: 2,
      error: 'dockerfile parse error on line 2: WORKDIR requires exactly one argument',
    },
    {
      dockerfile: 'FROM alpine:3\nMAINTAINER\n',
      line: 2,
      error: 'dockerfile parse error on line 2: MAINTAINER requires exactly one argument',
    },
    {
      dockerfile: 'FROM alpine:3\nVOLUME ["a", " "]\n',
      line: 2,
      error: 'dockerfile parse error on line 2: VOLUME specified can not be an empty string',
    },
    {
      dockerfile: 'FROM alpine:3\nSTOPSIGNAL\n',
      line: 2,
      error: 'dockerfile parse error on line 2: STOPSIGNAL requires exactly one argument',
    },
    {
      dockerfile: 'FROM alpine:3\nSHELL sh -c\n',
      line: 2,
      error: 'dockerfile parse error on line 2: SHELL requires the arguments to be in JSON form',
    },
    {
      dockerfile: 'FROM alpine:3\nSHELL []\n',
      line: 2,
      error: 'dockerfile parse error on line 2: SHELL requires at least one argument',
    },
    {
      dockerfile: 'FROM alpine:3\nHEALTHCHECK\n',
      line: 2,
      error: 'dockerfile parse error on line 2: HEALTHCHECK requires at least one argument',
    },
    {
      dockerfile: 'FROM alpine:3\nHEALTHCHECK NONE x\n',
      line: 2,
      error: 'dockerfile parse error on line 2: HEALTHCHECK NONE takes no arguments',
    },
    {
      dockerfile: 'FROM alpine:3\nHEALTHCHECK CMD\n',
      line: 2,
      error: 'dockerfile parse error on line 2: Missing command after HEALTHCHECK CMD',
    },
    {
      dockerfile: 'FROM alpine:3\nHEALTHCHECK TRY x\n',
      line: 2,
      error: 'dockerfile parse error on line 2: Unknown type "TRY" in HEALTHCHECK (try CMD)',
    },
    {
      dockerfile: 'FROM alpine:3\nHEALTHCHECK --interval=1m30s --timeout=.5s CMD x\n',
      images: ['docker.io/library/alpine:3'],
    },
    {
      dockerfile: 'FROM alpine:3\nHEALTHCHECK --interval=5 CMD x\n',
      line: 2,
      error: 'dockerfile parse error on line 2: time: missing unit in duration "5"',
    },
    {
      dockerfile: 'FROM alpine:3\nHEALTHCHECK --interval=1us CMD x\n',
      line: 2,
      error: 'dockerfile parse error on line 2: Interval "interval" cannot be less than 1ms',
    },
    {
      dockerfile: 'FROM alpine:3\nHEALTHCHECK --retries=-1 CMD x\n',
      line: 2,
      error: 'dockerfile parse error on line 2: --retries cannot be negative (-1)',
    },
    {
      dockerfile: 'FROM alpine:3\nHEALTHCHECK --retries=2147483648 CMD x\n',
      line: 2,
      error: 'dockerfile parse error on line 2: strconv.ParseInt: parsing "2147483648": value out of range',
    },
    { dockerfile: 'FROM alpine:3\nRUN\n', images: ['docker.io/library/alpine:3'] },
    {
      dockerfile: 'FROM alpine:3\nCOPY a\n',
      line: 2,
      error:
        'dockerfile parse error on line 2: COPY requires at least two arguments, but only one was provided. Destination could not…',
    },
    {
      dockerfile: 'FROM alpine:3\nADD\n',
      line: 2,
      error:
        'dockerfile parse error on line 2: ADD requires at least two arguments, but only one was provided. Destination could not …',
    },
    {
      dockerfile: 'FROM alpine:3\nINCLUDE x\n',
      line: 2,
      error: 'dockerfile parse error on line 2: unknown instruction: INCLUDE',
    },
  ],
  references: [
    { dockerfile: 'FROM foo.bar\n', images: ['docker.io/library/foo.bar:latest'] },
    { dockerfile: 'FROM localhost\n', images: ['docker.io/library/localhost:latest'] },
    { dockerfile: 'FROM localhost:5000/a\n', images: ['localhost:5000/a:latest'] },
    { dockerfile: 'FROM foo:80/a\n', images: ['foo:80/a:latest'] },
    { dockerfile: 'FROM Foo/a\n', images: ['Foo/a:latest'] },
    {
      dockerfile: 'FROM a/B\n',
      line: 1,
      error: 'failed to parse stage name "a/B": invalid reference format: repository name (a/B) must be lowercase',
    },
    { dockerfile: 'FROM a..b\n', line: 1, error: 'failed to parse stage name "a..b": invalid reference format' },
    { dockerfile: 'FROM a___b\n', line: 1, error: 'failed to parse stage name "a___b": invalid reference format' },
    { dockerfile: 'FROM a--b\n', images: ['docker.io/library/a--b:latest'] },
    { dockerfile: 'FROM -a\n', line: 1, error: 'failed to parse stage name "-a": invalid reference format' },
    { dockerfile: 'FROM a-/b\n', line: 1, error: 'failed to parse stage name "a-/b": invalid reference format' },
    { dockerfile: 'FROM a//b\n', line: 1, error: 'failed to parse stage name "a//b": invalid reference format' },
    { dockerfile: 'FROM /a\n', line: 1, error: 'failed to parse stage name "/a": invalid reference format' },
    { dockerfile: 'FROM a/\n', line: 1, error: 'failed to parse stage name "a/": invalid reference format' },
    { dockerfile: 'FROM a:\n', line: 1, error: 'failed to parse stage name "a:": invalid reference format' },
    { dockerfile: 'FROM a@\n', line: 1, error: 'failed to parse stage name "a@": invalid reference format' },
    { dockerfile: 'FROM a:b:c\n', line: 1, error: 'failed to parse stage name "a:b:c": invalid reference format' },
    { dockerfile: 'FROM a:-b\n', line: 1, error: 'failed to parse stage name "a:-b": invalid reference format' },
    { dockerfile: `FROM a:${'t'.repeat(128)}\n`, images: [`docker.io/library/a:${'t'.repeat(128)}`] },
    {
      dockerfile: `FROM a:${'t'.repeat(129)}\n`,
      line: 1,
      error: `failed to parse stage name "a:${'t'.repeat(90)}…`,
    },
    { dockerfile: `FROM ${'a'.repeat(247)}\n`, images: [`docker.io/library/${'a'.repeat(247)}:latest`] },
    {
      dockerfile: `FROM ${'a'.repeat(248)}\n`,
      line: 1,
      error: `failed to parse stage name "${'a'.repeat(92)}…`,
    },
    { dockerfile: `FROM x.y/${'a'.repeat(255)}\n`, images: [`x.y/${'a'.repeat(255)}:latest`] },
    {
      dockerfile: `FROM x.y/${'a'.repeat(256)}\n`,
      line: 1,
      error: `failed to parse stage name "x.y/${'a'.repeat(88)}…`,
    },
    {
      dockerfile: `FROM ${'a'.repeat(64)}\n`,
      line: 1,
      error: `failed to parse stage name "${'a'.repeat(64)}": invalid repository name (…`,
    },
    { dockerfile: `FROM sha256:${'a'.repeat(64)}\n`, images: [`docker.io/library/sha256:${'a'.repeat(64)}`] },
    {
      dockerfile: `FROM a@sha512:${'a'.repeat(128)}\n`,
      images: [`docker.io/library/a@sha512:${'a'.repeat(128)}`],
    },
    {
      dockerfile: 'FROM a@sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n',
      line: 1,
      error:
        'failed to parse stage name "a@sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA": invalid checksum…',
    },
    {
      dockerfile: 'FROM a@md5:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n',
      line: 1,
      error: 'failed to parse stage name "a@md5:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa": unsupported digest algorithm',
    },
    {
      dockerfile: `FROM a@sha256:${'a'.repeat(63)}\n`,
      line: 1,
      error: `failed to parse stage name "a@sha256:${'a'.repeat(63)}": invalid checksum …`,
    },
    { dockerfile: 'FROM foo_bar.x/app\n', images: ['foo_bar.x/app:latest'] },
    {
      dockerfile: 'FROM -x.y/app\n',
      line: 1,
      error: 'failed to parse stage name "-x.y/app": invalid reference format',
    },
    {
      dockerfile: 'FROM x-.y/app\n',
      line: 1,
      error: 'failed to parse stage name "x-.y/app": invalid reference format',
    },
    {
      dockerfile: 'FROM x.y:/app\n',
      line: 1,
      error: 'failed to parse stage name "x.y:/app": invalid reference format',
    },
    {
      dockerfile: 'FROM x.y:8a/app\n',
      line: 1,
      error: 'failed to parse stage name "x.y:8a/app": invalid reference format',
    },
    { dockerfile: 'FROM [::1]/app\n', images: ['[::1]/app:latest'] },
    {
      dockerfile: 'FROM [::z]/app\n',
      line: 1,
      error: 'failed to parse stage name "[::z]/app": invalid reference format',
    },
    {
      dockerfile: `FROM [::1]:5000/app@sha256:${'a'.repeat(64)}\n`,
      images: [`[::1]:5000/app@sha256:${'a'.repeat(64)}`],
    },
    { dockerfile: 'FROM docker.io/a/b/c:1\n', images: ['docker.io/a/b/c:1'] },
    { dockerfile: 'FROM index.docker.io/a\n', images: ['docker.io/library/a:latest'] },
    { dockerfile: 'FROM registry.hub.docker.com/library/a\n', images: ['registry.hub.docker.com/library/a:latest'] },
    { dockerfile: 'FROM é\n', line: 1, error: 'failed to parse stage name "é": invalid reference format' },
  ],
}
