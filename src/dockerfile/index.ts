/**
 * Dockerfile text → the base images that BuildKit would pull for a target, build arguments and platforms, or why
 * BuildKit would refuse the file. Pure: knows nothing about where the text comes from or how the answer is used.
 *
 * Pipeline: lines → instructions (reader) → commands (validated) → stages → dependency graph → images.
 */
export { type Dockerfile, type FromName, findBaseImages, readDockerfile } from './base-images.js'
export type { BaseImageUse, BuildOptions, Diagnostic, DockerfileResult } from './result.js'
