/**
 * Evidence: what a published image shows of the bases it was built on. Statements of provenance and layers in, digests of
 * bases out; what nothing proves is not known. Pure: `registry/` asks for what is read here.
 */
export { type BaseCandidate, type BuiltOn, builtOn, type PlatformEvidence } from './built-on.js'
export { baseByLayers, isBuiltOn, type KnownBase } from './layers.js'
export { parsePackageUrl } from './package-url.js'
export { isProvenanceType, type Provenance, type ResolvedBase, readProvenance } from './provenance.js'
