/**
 * Kargo manifests: turns enrolled images and tracked base images into the files of the output folder. Pure.
 *
 * `constructs/` has the Kubernetes kinds (specific to Kargo, not to the factory), `forges/` everything that differs
 * between GitHub and GitLab, `tasks/` what Kargo runs (rebuild, observe, notify, check), `charts/` one file of the
 * output folder each. `synthesize.ts` combines everything, reports what cannot become manifests, and writes them as YAML.
 * To add a Kargo object, add it to the chart of its file; to add a kind, add a construct.
 */
export { FACTORY_FILE } from './charts/factory-chart.js'
export type { ResourceId } from './constructs/kube-object.js'
export type { Factory } from './factory.js'
export { AUTO_PROMOTION_LABEL, BASE_IMAGE_LABEL, IMAGE_LABEL } from './names.js'
export { GENERATED_HEADER, type ManifestFile, type ManifestObject, synthesize } from './synthesize.js'
