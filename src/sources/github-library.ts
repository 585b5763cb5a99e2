import { Octokit } from '@octokit/core'
import { paginateRest } from '@octokit/plugin-paginate-rest'
import { restEndpointMethods } from '@octokit/plugin-rest-endpoint-methods'

/** Octokit as actions use it, without agents of its own: who is asked, and through which proxy, is the network layer's. */
export const GitHub = Octokit.plugin(restEndpointMethods, paginateRest)
