/**
 * Kargo manifests: enrolled images and tracked base images in, the files of the output folder out. Pure.
 *
 * `constructs/` holds one file a Kubernetes kind (they know Kargo and nothing of the factory), `tasks/` what Kargo runs
 * (rebuild, observe, notify), `charts/` one file of the output folder each; `checks/` is what the result must hold, and
 * `print.ts` writes it as YAML. `synthesize.ts` puts it together. To add a Kargo object, add it to the chart of the file
 * it belongs in; to add a kind, add a construct.
 */
export type { Factory, Override } from './factory.js'
export type { ManifestFile, ManifestObject, ResourceId } from './manifest-file.js'
export { AUTO_PROMOTION_LABEL, BASE_IMAGE_LABEL, IMAGE_LABEL } from './names.js'
export { GENERATED_HEADER } from './print.js'
export { synthesize } from './synthesize.js'
