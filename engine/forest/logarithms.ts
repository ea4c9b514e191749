/** Bits after the point of the table's arithmetic; a logarithm is rounded to 53 of them. */
const BITS = 120n;
const ONE = 1n << BITS;

/** ln(0) is not used. */
let table = new Float64Array([Number.NaN, 0]);
let last = 0n;

/**
 * ln(n) of a whole number, correctly rounded, as the reference's runtime computes it on x86: the platform's own
 * logarithm errs in the last bit for one number in a hundred, and whether two scores are equal decides what is learnt.
 * By `ln(n) = ln(n - 1) + 2 atanh(1 / (2n - 1))` in fixed point.
 */
export function lnOf(whole: number): number {
  if (whole >= table.length) extend(whole);
  return table[whole] as number;
}

function extend(whole: number): void {
  const longer = new Float64Array(Math.max(2 * table.length, whole + 1));
  longer.set(table);
  for (let n = table.length; n < longer.length; n++) {
    const odd = BigInt(2 * n - 1);
    const square = odd * odd;
    let power = ONE / odd;
    for (let k = 1n; power > 0n; k += 2n) {
      last += (2n * power) / k;
      power /= square;
    }
    longer[n] = Number(last) * 2 ** -Number(BITS);
  }
  table = longer;
}

/** ln(2) */
export const LN2 = lnOf(2);
