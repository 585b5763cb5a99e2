/**
 * Whether a name of a target fits a pattern: `*` stands for any text, `?` for any letter, `[a-c]` for one of a set, as
 * in Go's path.Match; a pattern without them is the name itself.
 */
export function matchesName(pattern: string, name: string): boolean {
  const signs = signsOf(pattern)
  let [at, back, from] = [0, -1, 0]
  for (let letter = 0; letter < name.length; ) {
    const sign = signs[at]
    if (sign === '*') {
      back = at
      from = letter
      at += 1
    } else if (sign !== undefined && fits(sign, name[letter] ?? '')) {
      at += 1
      letter += 1
    } else if (back < 0) return false
    else {
      // The last star takes one letter more.
      from += 1
      letter = from
      at = back + 1
    }
  }
  return signs.slice(at).every((sign) => sign === '*')
}

/** Stars, question marks, sets, letters (with a backslash before them where they are escaped). */
function signsOf(pattern: string): readonly string[] {
  return pattern.match(/\[\^?(?:\\.|[^\]\\])+\]|\\.|[\s\S]/g) ?? []
}

function fits(sign: string, letter: string): boolean {
  if (sign === '?') return true
  if (sign.length === 1) return sign === letter
  if (!sign.startsWith('[')) return sign.slice(1) === letter
  const isNot = sign.startsWith('[^')
  const ranges = sign.slice(isNot ? 2 : 1, -1).match(/(?:\\.|[^\\])(?:-(?:\\.|[^\\]))?/g) ?? []
  const isIn = ranges.some((range) => {
    const [first = '', last = first] = (range.match(/\\.|[^\\]/g) ?? []).filter((_, index) => index !== 1)
    return first.slice(-1) <= letter && letter <= last.slice(-1)
  })
  return isIn !== isNot
}
