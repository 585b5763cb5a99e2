const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz'

let made = 0

/** STAGE.ULID.FREIGHT, where the ULID begins with the time of creation in milliseconds. */
export function promotionName(stage: string, seconds: number, freight: string): string {
  made += 1
  return `${stage}.${base32(Math.floor(seconds * 1000), 10)}${base32(made, 16)}.${freight.slice(0, 7)}`
}

function base32(number: number, length: number): string {
  const digits = Array.from({ length }, (_, index) => Math.floor(number / 32 ** (length - 1 - index)) % 32)
  return digits.map((digit) => DIGITS[digit]).join('')
}
