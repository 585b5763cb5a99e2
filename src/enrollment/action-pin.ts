/** The action as workflows reference it: a commit and its name. */
export interface ActionPin {
  readonly sha: string
  /** A version (`v1.2.3`, which Dependabot updates), or the branch of the commit. */
  readonly name: string
}

/** OWNER/REPO of this action. */
export const ACTION = 'craigedmunds/image-factory-action'

/**
 * Used in examples and documents, and by `init` if it cannot determine the commit that it runs from. `scripts/pin.ts`
 * updates it everywhere at once.
 */
export const PUBLISHED: ActionPin = { sha: '4b4b75f8c3911b2755fb8bed19922bd5d083c804', name: 'main' }

/** URL of the schema of images.yaml at a commit or branch of this action, for editors. */
export function schemaUrl(ref: string): string {
  return `https://raw.githubusercontent.com/${ACTION}/${ref}/schema/images.schema.json`
}

/** First line of a new images.yaml: enables completion and validation in editors. */
export function schemaComment({ sha }: ActionPin): string {
  return `# yaml-language-server: $schema=${schemaUrl(sha)}`
}
