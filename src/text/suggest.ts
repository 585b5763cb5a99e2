import leven from 'leven'

/** The known word closest to a misspelled one, null if none is close. */
export function suggest(word: string, known: readonly string[]): string | null {
  const near = known
    .map((candidate) => ({ candidate, distance: distance(word, candidate) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((a, b) => a.distance - b.distance)
  return near[0]?.candidate ?? null
}

function distance(word: string, candidate: string): number {
  const plain = (text: string) => text.slice(0, 64).toLowerCase().replace(/[-_]/g, '')
  const [a, b] = [plain(word), plain(candidate)]
  // Transposed letters count as one edit: nmae.
  const isSwapped = a.length === b.length && [...a].sort().join('') === [...b].sort().join('')
  return isSwapped ? Math.min(leven(a, b), 1) : leven(a, b)
}
