/**
 * Dockerfile text → the base images BuildKit would pull for a target, build arguments and platforms, or why BuildKit
 * would refuse the file. Pure: knows nothing of where the text comes from and what is done with the answer.
 *
 * The way through: lines → instructions (reader) → commands (validated) → stages → graph of what needs what → images.
 */
export { type Dockerfile, type FromName, findBaseImages, readDockerfile } from './base-images.js'
export type { BaseImageUse, BuildOptions, Diagnostic, DockerfileResult, UseKind } from './result.js'
