/**
 * Evidence of the bases that a published image was built on: provenance statements and layers in, base digests out.
 * What is not proven is unknown. Pure: `registry/` fetches the input.
 */
export {
  type BaseCandidate,
  baseByLayers,
  builtOn,
  isBuiltOn,
  type KnownBase,
  type PlatformEvidence,
} from './built-on.js'
export { isProvenanceType, type Provenance, parsePackageUrl, type ResolvedBase, readProvenance } from './provenance.js'
