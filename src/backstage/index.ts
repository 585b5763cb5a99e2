/**
 * Backstage: turns images, base images and their records in the state files into the catalog's entity files
 * (`image-factory.io/v1alpha1`, kinds ManagedImage and BaseImage; or Component and Resource, which every Backstage
 * has).
 *
 * `catalog.ts` makes the entities and their files (pure), `catalog-folder.ts` reads the existing ones.
 */
export { type CatalogInput, catalogFiles, catalogFolderFault } from './catalog.js'
export { planCatalog } from './catalog-folder.js'
