/** What a registry asks for in `WWW-Authenticate` (RFC 9110 §11, distribution's token specification). */
export type Challenge =
  | {
      readonly scheme: 'bearer'
      readonly realm: string
      readonly service: string | null
      readonly scope: string | null
    }
  | { readonly scheme: 'basic' }

/**
 * Reads the header. Of several challenges the bearer's is taken.
 *
 * @returns null where it asks for nothing that we can give.
 */
export function readChallenge(header: string | null): Challenge | null {
  if (header === null || header.length > 8192) return null
  const bearer = /(?:^|,)\s*bearer\s+(.*)$/i.exec(header)
  if (bearer !== null) {
    const parameters = readParameters(bearer[1] ?? '')
    const realm = parameters.get('realm')
    if (realm === undefined) return null
    return {
      scheme: 'bearer',
      realm,
      service: parameters.get('service') ?? null,
      scope: parameters.get('scope') ?? null,
    }
  }
  return /(?:^|,)\s*basic(?:\s|$)/i.test(header) ? { scheme: 'basic' } : null
}

function readParameters(text: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const [, name = '', quoted, plain] of text.matchAll(
    /([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g,
  )) {
    const key = name.toLowerCase()
    if (!found.has(key)) found.set(key, quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '')
  }
  return found
}
