const DOCKER_HUB = /^docker\.io\/(?:library\/)?(?=.)/

/** A canonical reference as people write it: of Docker Hub without its host, of every other registry whole. */
export function shortReference(reference: string): string {
  return reference.replace(DOCKER_HUB, '')
}
