/**
 * Evidence of the bases that a published image was built on: provenance statements and layers in, base digests out.
 * What is not proven is unknown. Pure: `registry/` fetches the input.
 */
export { type BaseCandidate, type BuiltOn, builtOn, type PlatformEvidence } from './built-on.js'
export { baseByLayers, isBuiltOn, type KnownBase } from './layers.js'
export { parsePackageUrl } from './package-url.js'
export { isProvenanceType, type Provenance, type ResolvedBase, readProvenance } from './provenance.js'
