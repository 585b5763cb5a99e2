/** A generated file: path relative to the output folder, and its whole text. */
export interface ManifestFile {
  readonly path: string
  readonly text: string
}
