import type { Duration } from './enrollment.js'

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** A duration as people write it: `90s`, `30m`, `24h`, `7d`, `2w`, sums (`1d12h`), `0`. */
export const DURATION = /^(?:0|(?:\d{1,6}[smhdw]){1,5})$/

/** Longest span a rebuild may wait: ten years. More is surely a mistake. */
const LONGEST_SECONDS = 3650 * 86_400

/**
 * Reads a duration.
 *
 * @param text as in images.yaml.
 * @returns the span in seconds with its text, or null when it is none (never a silent default).
 */
export function parseDuration(text: string): Duration | null {
  if (!DURATION.test(text)) return null
  let seconds = 0
  for (const [, amount = '0', unit = 's'] of text.matchAll(/(\d+)([smhdw])/g)) {
    seconds += Number(amount) * (UNIT_SECONDS[unit] ?? 0)
  }
  return seconds > LONGEST_SECONDS ? null : { text, seconds }
}

/** RFC 1123 label: what Kubernetes takes as a name. */
export const DNS_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** OWNER/REPO on GitHub: letters, digits, dash in the owner; also dot and underscore in the repository. */
export const GITHUB_REPOSITORY = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/

/** GROUP/…/PROJECT on GitLab. */
export const GITLAB_PROJECT = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}(?:\/[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}){1,20}$/

/** What both git and Kargo's Warehouses accept as a branch (kargo.akuity.io Warehouse, git subscription). */
export const BRANCH = /^[a-zA-Z0-9](?:[a-zA-Z0-9._/-]{0,253}[a-zA-Z0-9_-])?$/

/** A registry's host, with port. */
export const REGISTRY_HOST = /^(?:localhost|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|[A-Za-z0-9-]+(?=:))(?::[0-9]{1,5})?$/

/** A repository below its registry (distribution's grammar for a repository's path). */
export const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/

/** Kargo's own pattern for the `repoURL` of an image subscription: stricter than the registries'. */
export const KARGO_REPO_URL = /^(?:\w+(?:[.-]\w+)*(?::[\d]+)?\/)?(?:\w+(?:[.-]\w+)*)(?:\/\w+(?:[.-]\w+)*)*$/

/** OS/ARCH[/VARIANT]. */
export const PLATFORM = /^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9._-]+)?$/

/** File name of a workflow in .github/workflows. */
export const WORKFLOW_FILE = /^[A-Za-z0-9_][A-Za-z0-9_. -]{0,120}\.ya?ml$/

/** Name of a workflow_dispatch input or a build argument. */
export const INPUT_NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,99}$/

/** Whether a branch name is one git takes (git check-ref-format) beyond what BRANCH says. */
export function isBranchName(text: string): boolean {
  return (
    BRANCH.test(text) &&
    !/\.\.|\/\/|\/\.|\.\/|@\{/.test(text) &&
    !text.split('/').some((part) => part.endsWith('.lock'))
  )
}

/** Whether a path names something inside the folder it is relative to, in POSIX spelling. */
export function isInsidePath(text: string): boolean {
  if (text === '' || text.startsWith('/') || text.startsWith('-') || text.endsWith('/')) return false
  if (text.includes('\\') || hasControlCharacter(text)) return false
  const parts = text.split('/')
  return parts.at(-1) !== '.' && !parts.some((part) => part === '..' || part.toLowerCase() === '.git')
}

/** Kargo would evaluate what follows one of these. */
export function hasExpressionOpener(text: string): boolean {
  return text.includes('${{') || text.includes('${%')
}

/** Control characters (C0, DEL, C1): nothing that people name carries one. */
export function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return true
  }
  return false
}
