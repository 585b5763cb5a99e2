// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Kargo evaluates these.
import { posix } from 'node:path'
import type { Construct } from 'constructs'
import { isKoConfig } from '../../build-definition/index.js'
import { type Analysis, THRESHOLDS, type Threshold } from '../../enrollment/images-file.js'
import type { TrackedImage } from '../../state/model.js'
import { expression, type Text } from '../constructs/expression.js'
import { Stage, type Verification } from '../constructs/stage.js'
import { branchOf, type Factory, shardOf } from '../factory.js'
import { repositoryUrl } from '../forges/index.js'
import { analyzeStageName, CHECK_CONTENT, CHECK_DOCKERFILE, SCAN_IMAGE, warehouseName } from '../names.js'
import { stateNotice } from '../tasks/notify-state.js'

export interface PublishedImage {
  readonly factory: Factory
  readonly image: TrackedImage
  /** As the image's Warehouse has it, byte for byte: `imageFrom()` finds it by this. */
  readonly repoURL: string
}

/**
 * The Stage that checks what was published; promotion follows it. It is there without any check too, so that promotion
 * always has the same upstream: Kargo takes Freight for verified as soon as it is in a Stage without verification.
 */
export function addAnalyzeStage(scope: Construct, { factory, image, repoURL }: PublishedImage): void {
  const { name } = image.enrollment
  const notice = stateNotice(factory, `image ${name} was published`)
  const verification = verificationOf(image, factory)
  new Stage(scope, {
    name: analyzeStageName(name),
    autoPromotion: true,
    shard: shardOf(image, factory),
    vars: { image: repoURL, ...notice.vars },
    requestedFreight: [{ warehouse: warehouseName(name), from: { direct: true } }],
    steps: [
      {
        uses: 'compose-output',
        as: 'image',
        config: {
          tag: expression('${{ quote(imageFrom(vars.image).Tag) }}'),
          digest: expression('${{ imageFrom(vars.image).Digest }}'),
        },
      },
      ...notice.steps,
    ],
    ...(verification && { verification }),
  })
}

/** One check: the AnalysisTemplate that does it, and the arguments it declares. */
interface Check {
  readonly template: string
  readonly args: Readonly<Record<string, Text>>
}

const PUBLISHED = {
  image: expression('${{ vars.image }}'),
  digest: expression('${{ imageFrom(vars.image).Digest }}'),
}

/** Only arguments of the checks that are on: Kargo knows no others. Each is said once, however many checks take it. */
function verificationOf(image: TrackedImage, factory: Factory): Verification | null {
  const { analysis } = image.enrollment
  if (analysis === null || !factory.settings.analysis) return null
  const checks = [...imageChecks(analysis), ...dockerfileChecks(analysis, image, factory)]
  const [first, ...others] = new Set([...checks.map(({ template }) => template), ...analysis.templates])
  if (first === undefined) return null
  const shared = analysis.templates.length > 0 ? PUBLISHED : {}
  const args = Object.assign({}, shared, ...checks.map((check) => check.args)) as Check['args']
  return { analysisTemplates: [first, ...others], args }
}

function imageChecks({ vulnerabilities, ignoreUnfixed, content }: Analysis): Check[] {
  const checks: Check[] = []
  if (vulnerabilities !== null) {
    const how = { 'vulnerability-severity': andWorse(vulnerabilities), 'ignore-unfixed': String(ignoreUnfixed) }
    checks.push({ template: SCAN_IMAGE, args: { ...PUBLISHED, ...how } })
  }
  if (content !== null)
    checks.push({ template: CHECK_CONTENT, args: { ...PUBLISHED, 'content-severity': andWorse(content) } })
  return checks
}

/** An external image has no Dockerfile that we know of, one that ko builds or whose base images are named has none. */
function dockerfileChecks({ dockerfile }: Analysis, image: TrackedImage, factory: Factory): Check[] {
  const { source } = image.enrollment
  if (dockerfile === null || source === null || source.dockerfile === null || isKoConfig(source.dockerfile)) return []
  const where = {
    'source-url': `${repositoryUrl(source, factory)}.git`,
    revision: BUILT_REVISION,
    branch: branchOf(image, factory),
    // `./a//Dockerfile` → `a/Dockerfile`, as Git names it inside a commit.
    dockerfile: asVariable(posix.normalize(source.dockerfile)),
  }
  return [{ template: CHECK_DOCKERFILE, args: { ...where, 'dockerfile-severity': andWorse(dockerfile) } }]
}

/**
 * The commit that the image says it was built from (an annotation of its manifest, which Kargo reads), `none` where it
 * says nothing or something else than a commit. What an image says is hostile: nothing but hexadecimal digits passes.
 */
const BUILT_REVISION = expression(
  '${{ let revision = imageFrom(vars.image).Annotations["org.opencontainers.image.revision"] ?? ""; quote(revision matches "^([0-9a-f]{40}|[0-9a-f]{64})$" ? revision : "none") }}',
)

/** Kubernetes reads `$(NAME)` in the value of a variable as another variable; `$$` is a dollar sign to it. */
function asVariable(text: string): string {
  return text.replaceAll('$', '$$$$')
}

/** HIGH → `HIGH,CRITICAL`, as Trivy lists severities. */
function andWorse(threshold: Threshold): string {
  return THRESHOLDS.slice(THRESHOLDS.indexOf(threshold)).join(',')
}
