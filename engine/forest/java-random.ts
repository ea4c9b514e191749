const { imul } = Math;

/**
 * java.util.Random: a 48-bit linear congruential generator, `s <- s * 0x5DEECE66D + 0xB (mod 2^48)`, whose algorithm is
 * part of Java's documented contract. The state is kept in two halves of 24 bits, so that every product is exact.
 */
const HALF = 0xffffff;
const HALF_RANGE = 0x1000000;
const MULTIPLIER_HIGH = 0x5de;
const MULTIPLIER_LOW = 0xece66d;
const INCREMENT = 0xb;

export class JavaRandom {
  /** Bits 24 to 47 and 0 to 23 of the state. */
  high = 0;
  low = 0;

  /** As `new Random(seed)`; of a seed only the lowest 48 bits matter. */
  static of(seed: number): JavaRandom {
    const random = new JavaRandom();
    const low = ((seed % HALF_RANGE) + HALF_RANGE) % HALF_RANGE;
    const rest = (seed - low) / HALF_RANGE;
    random.seed(((rest % HALF_RANGE) + HALF_RANGE) % HALF_RANGE, low);
    return random;
  }

  /** As `new Random(seed)`, the seed's lowest 48 bits in halves. */
  seed(high: number, low: number): void {
    this.high = high ^ MULTIPLIER_HIGH;
    this.low = low ^ MULTIPLIER_LOW;
  }

  step(): void {
    const { high, low } = this;
    const carry = ((low * MULTIPLIER_LOW + INCREMENT) / HALF_RANGE) | 0;
    this.low = (imul(low, MULTIPLIER_LOW) + INCREMENT) & HALF;
    this.high = (imul(high, MULTIPLIER_LOW) + imul(low, MULTIPLIER_HIGH) + carry) & HALF;
  }

  /** As `nextDouble()`: 53 bits, in [0, 1). */
  nextDouble(): number {
    let { high, low } = this;
    let carry = ((low * MULTIPLIER_LOW + INCREMENT) / HALF_RANGE) | 0;
    high = (imul(high, MULTIPLIER_LOW) + imul(low, MULTIPLIER_HIGH) + carry) & HALF;
    low = (imul(low, MULTIPLIER_LOW) + INCREMENT) & HALF;
    const upper = high * 4 + (low >>> 22);
    carry = ((low * MULTIPLIER_LOW + INCREMENT) / HALF_RANGE) | 0;
    high = (imul(high, MULTIPLIER_LOW) + imul(low, MULTIPLIER_HIGH) + carry) & HALF;
    low = (imul(low, MULTIPLIER_LOW) + INCREMENT) & HALF;
    this.high = high;
    this.low = low;
    return (upper * 0x8000000 + (high * 8 + (low >>> 21))) * 2 ** -53;
  }

  /** As `nextLong()`; its lowest 48 bits, in halves, go to `into` at `at` and `at + 1`. */
  nextLong(into: Int32Array, at: number): void {
    this.step();
    const first = (this.high << 8) | (this.low >>> 16);
    this.step();
    const second = (this.high << 8) | (this.low >>> 16);
    into[at] = ((first << 8) + (second >> 24)) & HALF;
    into[at + 1] = second & HALF;
  }
}

/**
 * A number in [0, 1) as the reference's samplers draw it: `new Random(seed)`, whose `nextLong()` is the seed of the next
 * draw and whose `nextDouble()` then is this one.
 */
export const replayableDouble = (seed: Int32Array): number => drawAbove(0, seed);

/**
 * The same, but -1 where it is surely not above `bound`. Written out, as every point needs it for every tree; the upper
 * bits alone mostly decide.
 */
export function drawAbove(bound: number, seed: Int32Array): number {
  let low = (seed[1] as number) ^ MULTIPLIER_LOW;
  let high = (seed[0] as number) ^ MULTIPLIER_HIGH;
  let carry = ((low * MULTIPLIER_LOW + INCREMENT) / HALF_RANGE) | 0;
  high = (imul(high, MULTIPLIER_LOW) + imul(low, MULTIPLIER_HIGH) + carry) & HALF;
  low = (imul(low, MULTIPLIER_LOW) + INCREMENT) & HALF;
  const first = (high << 8) | (low >>> 16);
  carry = ((low * MULTIPLIER_LOW + INCREMENT) / HALF_RANGE) | 0;
  high = (imul(high, MULTIPLIER_LOW) + imul(low, MULTIPLIER_HIGH) + carry) & HALF;
  low = (imul(low, MULTIPLIER_LOW) + INCREMENT) & HALF;
  const second = (high << 8) | (low >>> 16);
  seed[0] = ((first << 8) + (second >> 24)) & HALF;
  seed[1] = second & HALF;
  carry = ((low * MULTIPLIER_LOW + INCREMENT) / HALF_RANGE) | 0;
  high = (imul(high, MULTIPLIER_LOW) + imul(low, MULTIPLIER_HIGH) + carry) & HALF;
  low = (imul(low, MULTIPLIER_LOW) + INCREMENT) & HALF;
  const upper = high * 4 + (low >>> 22);
  if (upper > 0 && (upper + 1) * 2 ** -26 <= bound) return -1;
  carry = ((low * MULTIPLIER_LOW + INCREMENT) / HALF_RANGE) | 0;
  high = (imul(high, MULTIPLIER_LOW) + imul(low, MULTIPLIER_HIGH) + carry) & HALF;
  low = (imul(low, MULTIPLIER_LOW) + INCREMENT) & HALF;
  return (upper * 0x8000000 + (high * 8 + (low >>> 21))) * 2 ** -53;
}
