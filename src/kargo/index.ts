/**
 * Kargo manifests: enrolled images and tracked base images in, the files of the output folder out. Pure.
 *
 * `constructs/` holds the Kubernetes kinds (they know Kargo and nothing of the factory), `forges/` all that differs between
 * GitHub and GitLab, `tasks/` what Kargo runs (rebuild, observe, notify, check), `charts/` one file of the output folder
 * each. `checks.ts` says what of a factory cannot become manifests, `print.ts` writes them as YAML, `synthesize.ts` puts
 * it together. To add a Kargo object, add it to the chart of the file it belongs in; to add a kind, add a construct.
 */
export { FACTORY_FILE } from './charts/factory-chart.js'
export type { ResourceId } from './constructs/kube-object.js'
export type { Factory } from './factory.js'
export { AUTO_PROMOTION_LABEL, BASE_IMAGE_LABEL, IMAGE_LABEL } from './names.js'
export { GENERATED_HEADER, type ManifestFile, type ManifestObject } from './print.js'
export { synthesize } from './synthesize.js'
