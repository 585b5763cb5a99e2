/** The one name that is imported of undici. Whoever came to use it would go around `src/network`, so it refuses. */
export class ProxyAgent {
  constructor() {
    throw new Error('undici is not part of this program: requests are made by src/network.')
  }
}
