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
  /** Byte for byte as in the image's Warehouse: `imageFrom()` looks it up by this. */
  readonly repoURL: string
}

/**
 * The Stage that checks published images, before promotion. It exists even without checks, so that promotion always has
 * the same upstream: Kargo considers Freight verified as soon as it is in a Stage without verification.
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

/** A check: its AnalysisTemplate, and the arguments that the template declares. */
interface Check {
  readonly template: string
  readonly args: Readonly<Record<string, Text>>
}

const PUBLISHED = {
  image: expression('${{ vars.image }}'),
  digest: expression('${{ imageFrom(vars.image).Digest }}'),
}

/** Only arguments of enabled checks, because Kargo rejects unknown ones. Each is passed once, however many use it. */
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

/** External images have no known Dockerfile, images built by ko or with named base images have none. */
function dockerfileChecks({ dockerfile }: Analysis, image: TrackedImage, factory: Factory): Check[] {
  const { source } = image.enrollment
  if (dockerfile === null || source === null || source.dockerfile === null || isKoConfig(source.dockerfile)) return []
  const where = {
    'source-url': `${repositoryUrl(source, factory)}.git`,
    revision: BUILT_REVISION,
    branch: branchOf(image, factory),
    // `./a//Dockerfile` → `a/Dockerfile`, as in the tree of a Git commit.
    dockerfile: asVariable(posix.normalize(source.dockerfile)),
  }
  return [{ template: CHECK_DOCKERFILE, args: { ...where, 'dockerfile-severity': andWorse(dockerfile) } }]
}

/**
 * The commit that the image names as its source (an annotation of its manifest, which Kargo reads), `none` if it names
 * none or something other than a commit. Annotations are untrusted: only hexadecimal digits get through.
 */
const BUILT_REVISION = expression(
  '${{ let revision = imageFrom(vars.image).Annotations["org.opencontainers.image.revision"] ?? ""; quote(revision matches "^([0-9a-f]{40}|[0-9a-f]{64})$" ? revision : "none") }}',
)

/** Kubernetes expands `$(NAME)` in the value of a variable; `$$` escapes the dollar sign. */
function asVariable(text: string): string {
  return text.replaceAll('$', '$$$$')
}

/** HIGH → `HIGH,CRITICAL`, as Trivy lists severities. */
function andWorse(threshold: Threshold): string {
  return THRESHOLDS.slice(THRESHOLDS.indexOf(threshold)).join(',')
}
