const DOCKER_HUB = /^docker\.io\/(?:library\/)?(?=.)/

/** The common short form of a reference: without the host for Docker Hub, in full for every other registry. */
export function shortReference(reference: string): string {
  return reference.replace(DOCKER_HUB, '')
}
