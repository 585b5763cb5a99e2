/** Who is asking, and what may they do? */
import type { RepositoryPermissions, Token, World } from './model.js'
import type { Repository } from './repositories.js'

const NOTHING: RepositoryPermissions = { contents: 'none', pulls: 'none' }
const PUBLIC: RepositoryPermissions = { contents: 'read', pulls: 'read' }

/** The token in an Authorization header: `token X`, `Bearer X`, or Basic with it as the password. */
export function presentedToken(authorization: string | undefined): string | undefined {
  const [, scheme = '', credentials = ''] = /^(\S+)\s+(\S+)\s*$/.exec(authorization ?? '') ?? []
  switch (scheme.toLowerCase()) {
    case 'token':
    case 'bearer':
      return credentials
    case 'basic': {
      const decoded = Buffer.from(credentials, 'base64').toString('utf8')
      const colon = decoded.indexOf(':')
      return colon < 0 ? undefined : decoded.slice(colon + 1)
    }
    default:
      return undefined
  }
}

export function knownToken(world: World, authorization: string | undefined): Token | undefined {
  const token = presentedToken(authorization)
  return token === undefined ? undefined : world.tokens.get(token)
}

/** The repository as this token sees it: undefined when it does not exist for it. */
export function visibleRepository(world: World, token: Token | undefined, fullName: string): Repository | undefined {
  const repository = world.repositories.find(fullName)
  if (repository === undefined) return undefined
  if (!repository.private) return repository
  return listed(token, repository) === undefined ? undefined : repository
}

export function permissionsIn(token: Token | undefined, repository: Repository): RepositoryPermissions {
  return listed(token, repository) ?? (repository.private ? NOTHING : PUBLIC)
}

export function mayWriteContents(token: Token | undefined, repository: Repository): boolean {
  return permissionsIn(token, repository).contents === 'write'
}

function listed(token: Token | undefined, repository: Repository): RepositoryPermissions | undefined {
  for (const [name, permissions] of token?.permissions ?? []) {
    if (name.toLowerCase() === repository.fullName.toLowerCase()) return permissions
  }
  return undefined
}
