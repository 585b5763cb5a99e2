/**
 * Image references and names derived from them: what `node:22` means in full, what makes two references the same image,
 * and the names of its files and Kubernetes objects. Pure: no I/O, no knowledge of Dockerfiles.
 */
export {
  familiarReference,
  formatReference,
  type ImageReference,
  identityOf,
  parseReference,
  withDefaultTag,
} from './image-reference.js'
export { baseImageName, MAX_NAME_LENGTH, shortenName, withHash } from './names.js'
