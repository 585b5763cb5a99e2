import { type BuildValue, splitPair } from '../value.js'
import type { Marks } from './marks.js'
import type { Field } from './state.js'

/** The known flags of a program. */
export interface FlagTable {
  /** Long names of flags with a value. */
  readonly values: ReadonlySet<string>
  /** Long names of flags without one, unless attached with `=`. */
  readonly switches: ReadonlySet<string>
  /** Short flags with their long names. */
  readonly letters: ReadonlyMap<string, string>
}

/** Creates a table from lists of names; `tag:t` has a short form. */
export function flagTable(values: string, switches: string): FlagTable {
  const letters = new Map<string, string>()
  const names = (list: string) => {
    const items = list.split(/\s+/).filter((item) => item !== '')
    return new Set(
      items.map((item) => {
        const [name = '', letter] = item.split(':')
        if (letter !== undefined) letters.set(letter, name)
        return name
      }),
    )
  }
  return { values: names(values), switches: names(switches), letters }
}

/**
 * Parses arguments as docker's programs do (spf13/pflag): `--name value`, `--name=value`, `-n value`, `-nvalue`,
 * `-n=value`, `-abc`, and `--` before the rest.
 *
 * @param isMixed whether flags may follow the rest.
 * @returns the flags in order, where a switch has no value; the rest, with the index at which it begins; and doubtful
 * arguments, which are either part of the rest or the value of an unknown flag.
 */
export function parseProgramFlags(fields: readonly Field[], table: FlagTable, marks: Marks, isMixed = true) {
  const flags: { name: string; value: string | null }[] = []
  const rest: Field[] = []
  const doubtful: Field[] = []
  let at = 0
  while (at < fields.length) {
    const field = fields[at] as Field
    const next = fields[at + 1]
    const flag = flagOf(field, table, marks)
    if (flag === 'end') {
      rest.push(...fields.slice(at + 1))
      at = fields.length
    } else if (flag === null) {
      if (!isMixed) break
      rest.push(field)
      at += 1
    } else {
      flags.push(...flag.switches.map((name) => ({ name, value: null })))
      at += 1
      if (flag.wants === 'value' && next !== undefined) at += 1
      if (flag.wants === 'unknown' && next !== undefined && flagOf(next, table, marks) === null) {
        doubtful.push(next)
        at += 1
      }
      if (flag.name !== null)
        flags.push({ name: flag.name, value: flag.value ?? (flag.wants === 'value' ? (next?.text ?? null) : null) })
    }
  }
  return { flags, rest, restIndex: at, doubtful }
}

interface Flag {
  /** Short switches before it in the same word. */
  readonly switches: readonly string[]
  readonly name: string | null
  readonly value: string | null
  /** Whether it takes the next argument. */
  readonly wants: 'value' | 'nothing' | 'unknown'
}

function flagOf({ text, isElastic }: Field, table: FlagTable, marks: Marks): Flag | 'end' | null {
  // A flag from a variable's default counts; its value keeps its marks.
  const read = text.startsWith('\0') ? (marks.withDefaults(text) ?? text) : text
  if (isElastic || !read.startsWith('-') || read === '-') return null
  if (read === '--') return 'end'
  return read.startsWith('--') ? longFlag(read.slice(2), table) : shortFlags(read.slice(1), table)
}

function longFlag(text: string, { values, switches }: FlagTable): Flag {
  const [name, value] = splitPair(text)
  if (value !== null) return { switches: [], name, value, wants: 'nothing' }
  const wants = values.has(name) ? 'value' : switches.has(name) ? 'nothing' : 'unknown'
  return { switches: [], name, value: null, wants }
}

function shortFlags(text: string, { values, switches, letters }: FlagTable): Flag {
  const found: string[] = []
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] ?? ''
    const name = letters.get(letter)
    const after = text.slice(at + 1)
    if (name !== undefined && values.has(name)) {
      const attached = after.replace(/^=/, '')
      return { switches: found, name, value: after === '' ? null : attached, wants: after === '' ? 'value' : 'nothing' }
    }
    const isSwitch = name !== undefined && switches.has(name)
    if (after.startsWith('=')) return { switches: found, name: name ?? letter, value: after.slice(1), wants: 'nothing' }
    if (after === '')
      return { switches: found, name: name ?? letter, value: null, wants: isSwitch ? 'nothing' : 'unknown' }
    found.push(name ?? letter)
  }
  return { switches: found, name: null, value: null, wants: 'nothing' }
}

/**
 * Flags before the subcommand (docs.docker.com, `docker`; docker/buildx `commands/root.go`; containers/podman
 * `cmd/podman/root.go`; containers/buildah `cmd/buildah/main.go`; nerdctl's command reference).
 */
export const GLOBAL_FLAGS = flagTable(
  `config context:c host:H log-level:l tlscacert tlscert tlskey builder timeout
  cgroup-manager connection conmon events-backend hooks-dir identity imagestore module namespace:n address:a
  network-cmd-path network-config-dir out root runroot runtime runtime-flag ssh storage-driver storage-opt tmpdir url
  volumepath db-backend cdi-spec-dir max-workers network-backend pull-option tls-cert tls-key tls-ca tls-details registries-conf registries-conf-dir short-name-alias-conf userns-uid-map userns-gid-map
  cpu-profile memory-profile default-mounts-file snapshotter storage-dir data-root cni-path cni-netconfpath
  cgroup-parent state:s backend:b`,
  'debug:D tls tlsverify help:h version:v remote:r syslog noout transient-store trace insecure-registry experimental',
)

/** docker/cli `image/build.go`, docker/buildx `commands/build.go`; plus flags of depot's and nerdctl's build. */
export const DOCKER_BUILD_FLAGS = flagTable(
  `file:f tag:t build-arg target platform output:o build-context label annotation secret ssh network add-host allow
  cache-from cache-to cgroup-parent iidfile metadata-file no-cache-filter progress shm-size ulimit resource policy
  attest sbom provenance call print memory:m memory-swap cpu-shares:c cpu-period cpu-quota cpuset-cpus cpuset-mems
  isolation security-opt builder invoke server-config root timeout
  project token build-platform save-tag lint-fail-on sbom-dir buildkit-host`,
  `push load quiet:q no-cache pull compress squash rm force-rm stream debug:D help:h check
  disable-content-trust detach save lint suppress-no-output-warning ipfs`,
)

/** containers/buildah `pkg/cli/common.go`, which podman's build also uses. */
export const BUILDAH_BUILD_FLAGS = flagTable(
  `file:f tag:t build-arg build-arg-file target platform output:o build-context label:l annotation secret ssh network
  add-host cache-from cache-to cache-ttl cgroup-parent iidfile iidfile-raw metadata-file shm-size ulimit memory:m
  memory-swap cpu-shares:c cpu-period cpu-quota cpuset-cpus cpuset-mems isolation security-opt from arch os os-feature
  os-version variant manifest cgroupns ipc net pid uts userns userns-uid-map userns-gid-map userns-uid-map-user
  userns-gid-map-group authfile hooks-dir cert-dir cpp-flag creds cw compression-format compression-level env ignorefile
  format jobs layer-label logfile loglevel rusage-logfile mount sbom sbom-scanner-image sbom-scanner-command
  sbom-merge-strategy sbom-output sbom-image-output sbom-purl-output sbom-image-purl-output sign-by signature-policy
  source-policy-file source-date-epoch timestamp unsetenv unsetlabel unsetannotation blob-cache cap-add cap-drop
  cdi-config-dir decryption-key device dns dns-search dns-option retry retry-delay volume:v runtime runtime-flag`,
  `quiet:q no-cache pull pull-always pull-never compress squash squash-all rm force-rm layers save-stages stage-labels
  all-platforms compat-volumes inherit-labels inherit-annotations created-annotation force-compression
  disable-compression:D disable-content-trust logsplit log-rusage no-hostname no-hosts omit-history identity-label
  rewrite-timestamp skip-unused-stages stdin load tls-verify http-proxy help:h`,
)

/** docker/buildx `commands/bake.go`; depot's bake. */
export const BAKE_FLAGS = flagTable(
  `file:f set var sbom provenance policy call allow list metadata-file progress builder invoke timeout
  project token build-platform save-tag lint-fail-on sbom-dir`,
  'push load print no-cache pull check list-targets list-variables debug:D help:h save lint',
)

/** GoogleContainerTools/kaniko `cmd/executor/cmd/root.go`. */
export const KANIKO_FLAGS = flagTable(
  `dockerfile:f context:c context-sub-path bucket:b destination:d build-arg target customPlatform custom-platform
  cache-repo cache-dir cache-ttl cache-copy-layers-name compression compression-level digest-file git ignore-path
  image-name-tag-with-digest-file image-name-with-digest-file image-fs-extract-retry image-download-retry label
  log-format kaniko-dir oci-layout-path push-retry registry-certificate registry-client-cert registry-map registry-mirror
  skip-tls-verify-registry insecure-registry snapshot-mode snapshotMode tar-path tarPath verbosity:v secret credential-helpers`,
  `no-push no-push-cache cache cache-copy-layers cache-run-layers cleanup compressed-caching force insecure insecure-pull
  log-timestamp preserve-context push-ignore-immutable-tag-errors reproducible single-snapshot skip-default-registry-fallback
  skip-push-permission-check skip-tls-verify skip-tls-verify-pull skip-unused-stages use-new-run materialize help:h`,
)

/** docker/compose `cmd/compose/compose.go`, and docker-compose 1. */
export const COMPOSE_FLAGS = flagTable(
  `file:f profile project-name:p env-file project-directory workdir progress parallel ansi log-level context:c host:H
  tlscacert tlscert tlskey insecure-registry podman-path podman-args podman-build-args podman-run-args`,
  'verbose compatibility dry-run all-resources no-ansi tls tlsverify skip-hostname-check help:h version:v no-pod',
)

/** docker/compose `cmd/compose/build.go`, `up.go`, `create.go`, `run.go`. */
export const COMPOSE_BUILD_FLAGS = flagTable(
  'build-arg ssh builder provenance sbom memory:m progress',
  'push quiet:q pull with-dependencies parallel compress force-rm no-cache no-rm print check help:h build detach:d',
)

export const COMPOSE_UP_FLAGS = flagTable(
  'scale exit-code-from timeout:t attach no-attach wait-timeout pull',
  `build detach:d no-build remove-orphans no-color no-log-prefix force-recreate no-recreate no-start
  abort-on-container-exit abort-on-container-failure timestamps no-deps always-recreate-deps renew-anon-volumes:V
  quiet-pull quiet-build attach-dependencies wait watch:w menu yes:y help:h`,
)

export const COMPOSE_RUN_FLAGS = flagTable(
  `env:e env-from-file label:l name user:u workdir:w entrypoint cap-add cap-drop volume:v publish:p pull`,
  'build detach:d rm no-tty:T no-deps use-aliases service-ports:P quiet:q quiet-build quiet-pull remove-orphans help:h',
)

/** docker/buildx `commands/imagetools/create.go`. */
export const IMAGETOOLS_FLAGS = flagTable(
  'tag:t file:f annotation builder platform progress metadata-file',
  'append dry-run prefer-index debug:D help:h',
)

/** `docker push`, `podman push`, `buildah push` (buildah `cmd/buildah/push.go`), and `manifest push`. */
export const PUSH_FLAGS = flagTable(
  `platform authfile cert-dir compression-format compression-level creds digestfile encryption-key encrypt-layer format:f
  sign-by sign-by-sigstore sign-passphrase-file sign-by-sigstore-private-key signature-policy retry retry-delay
  add-compression`,
  `all-tags:a quiet:q disable-content-trust all remove-signatures tls-verify force-compression rm purge:p insecure
  disable-compression:D help:h`,
)

/** The variables that stand for flags of `docker compose` (docs.docker.com, "Pre-defined environment variables"). */
export function composeVariables(
  { flags }: Pick<ReturnType<typeof parseProgramFlags>, 'flags'>,
  marks: Marks,
): (readonly [string, BuildValue])[] {
  const given = (flag: string) =>
    flags.flatMap(({ name, value }) => (name === flag && value !== null ? [value] : [])).join(',')
  const variables = { COMPOSE_PROFILES: given('profile'), COMPOSE_ENV_FILES: given('env-file') }
  return Object.entries(variables).flatMap(([name, text]) => (text === '' ? [] : [[name, marks.value(text)] as const]))
}
