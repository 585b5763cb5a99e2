/** More digits than this are nobody's number. */
const MAX_DIGITS = 150

/** A number of HCL, which counts in decimals (HCL has 512 bits: as many digits as anybody writes are exact). */
export class Decimal {
  /** The number is `digits` divided by ten `scale` times; never a zero at the end that is not needed. */
  readonly digits: bigint
  readonly scale: number

  private constructor(digits: bigint, scale: number) {
    let [left, places] = [digits, scale]
    while (places > 0 && left % 10n === 0n) {
      left /= 10n
      places -= 1
    }
    this.digits = left
    this.scale = places
  }

  static of(integer: number): Decimal {
    return new Decimal(BigInt(integer), 0)
  }

  /** A number as it is written, null where it is none or has too many digits. */
  static parse(text: string): Decimal | null {
    const found = text.length > MAX_DIGITS ? null : /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text)
    if (found === null) return null
    const [, sign = '', whole = '', rest = '', power = '0'] = found
    const exponent = Number(power) - rest.length
    if (Math.abs(exponent) > MAX_DIGITS) return null
    const digits = BigInt(whole + rest) * (sign === '-' ? -1n : 1n)
    return exponent >= 0 ? new Decimal(digits * 10n ** BigInt(exponent), 0) : new Decimal(digits, -exponent)
  }

  /** As HCL writes it: without zeros at the end, without exponent. */
  toString(): string {
    const sign = this.digits < 0n ? '-' : ''
    const text = (this.digits < 0n ? -this.digits : this.digits).toString().padStart(this.scale + 1, '0')
    const point = text.length - this.scale
    return this.scale === 0 ? sign + text : `${sign}${text.slice(0, point)}.${text.slice(point)}`
  }

  /** Below, at or above zero. */
  compare(other: Decimal): number {
    const [left, right] = this.#aligned(other)
    return left < right ? -1 : left > right ? 1 : 0
  }

  /** The whole number it is, null where it is none that counts items. */
  toCount(): number | null {
    return this.scale === 0 && this.digits >= -1_000_000n && this.digits <= 1_000_000n ? Number(this.digits) : null
  }

  /** What an operator makes of two numbers; null where that is no number of a size anybody writes. */
  static calculate(sign: string, left: Decimal, right: Decimal): Decimal | null {
    const [a, b] = left.#aligned(right)
    const scale = Math.max(left.scale, right.scale)
    const result =
      sign === '+'
        ? new Decimal(a + b, scale)
        : sign === '-'
          ? new Decimal(a - b, scale)
          : sign === '*'
            ? new Decimal(left.digits * right.digits, left.scale + right.scale)
            : b === 0n
              ? null
              : sign === '%'
                ? new Decimal(a % b, scale)
                : divided(a, b)
    return result === null || result.toString().length > MAX_DIGITS ? null : result

    function divided(over: bigint, under: bigint): Decimal | null {
      const places = 40
      const shifted = over * 10n ** BigInt(places)
      // A quotient without end has as many digits as HCL's bits hold, which nobody reads.
      return shifted % under === 0n ? new Decimal(shifted / under, places) : null
    }
  }

  #aligned(other: Decimal): readonly [bigint, bigint] {
    const scale = Math.max(this.scale, other.scale)
    return [this.digits * 10n ** BigInt(scale - this.scale), other.digits * 10n ** BigInt(scale - other.scale)]
  }
}
