/**
 * Backstage: images, base images and what the state files know of them in, the catalog's entity files out
 * (`image-factory.io/v1alpha1`, kinds ManagedImage and BaseImage; or Component and Resource, which every Backstage has).
 *
 * `entities.ts` is what an entity says, `catalog.ts` the files (both pure), `catalog-folder.ts` reads those that are there.
 */
export { type CatalogInput, catalogFiles, catalogFolderFault } from './catalog.js'
export { type CatalogPlan, planCatalog } from './catalog-folder.js'
