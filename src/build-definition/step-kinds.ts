import type { Data } from '../enrollment/yaml-data.js'
import { actionReader } from './build-actions.js'
import { mapOf, ownValue } from './data.js'
import { remoteReference } from './references.js'

/** A script that may call one of the tools that build, or change the environment of the steps after it. */
const SCRIPT =
  /\b(?:docker|podman|buildah|nerdctl|buildctl|kaniko|executor|img|depot|earthly|bake|make|ko|task|just|goreleaser|skaffold|pack|nix|jib\w*|gradlew?|mvnw?|npm|pnpm|yarn|bazel|invoke|tox|nox)\b|\.sh\b|GITHUB_ENV/

/** Actions that build and are not read, by what they are called. */
const SUSPICIOUS =
  /(?:docker|container|image|build-(?:and-)?push|kaniko|buildah|podman|\bko\b|goreleaser|builder|earthly|nixpacks|devcontainer)/i

/** Actions whose names say docker or image, and which build nothing. */
const HARMLESS =
  /^(?:docker\/(?:setup-|login-|metadata-|scout-|build-push-action\/)|aquasecurity\/|anchore\/|actions\/|sigstore\/|imjasonh\/setup-crane|hadolint\/|snyk\/|redhat-actions\/(?:podman-login|push-to-registry|buildah-login)|crazy-max\/ghaction-(?:docker-(?:meta|status)|container-scan|setup-)|azure\/(?:docker-)?login|azure\/container-scan|google-github-actions\/|aws-actions\/|snok\/container-retention|dataaxiom\/|peter-evans\/dockerhub|christian-korneck\/|jlumbroso\/|tonistiigi\/|bobheadxi\/|reproducible-containers\/buildkit-cache|satackey\/|dlandon\/|ko-build\/setup-ko|imjasonh\/setup-ko)/i

/** Whether a job may build, so that its steps are worth following. */
export function mayBuild(steps: readonly Data[]): boolean {
  return steps.some((data) => {
    const step = mapOf(data)
    const [uses, run] = [ownValue(step, 'uses'), ownValue(step, 'run')]
    if (typeof run === 'string') return SCRIPT.test(run)
    return typeof uses === 'string' && (isFollowed(uses) || isSuspicious(uses))
  })
}

/** Whether an action is read, or followed. */
export function isFollowed(uses: string): boolean {
  return /^[.$]\//.test(uses) || actionReader(uses) !== null || isBake(uses) || remoteReference(uses, '') !== null
}

const BAKE =
  /^(?:(?:docker|depot|useblacksmith|warpbuilds|namespacelabs)\/bake-action|docker\/github-builder\/\.github\/workflows\/bake\.yml)@/i

/** docker/bake-action, and what takes its inputs. */
export function isBake(uses: string): boolean {
  return BAKE.test(uses.slice(0, 100))
}

/** Whether an action that is not read may build, by its name. */
export function isSuspicious(uses: string): boolean {
  const name = uses.slice(0, 200)
  return SUSPICIOUS.test(name) && !HARMLESS.test(name)
}

/** Whether a script is worth reading. */
export function isRelevantScript(run: Data | undefined): run is string {
  return typeof run === 'string' && SCRIPT.test(run)
}
