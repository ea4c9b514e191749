/**
 * Tails of the negative binomial distribution with mean m and variance m + dispersion * m², from the regularised
 * incomplete beta function: P(X >= x) = I_p(x, k) with k = 1/dispersion and p = m / (m + k). Counts may be fractional
 * (GiB, USD/hour), which the beta function takes as it is.
 */

/** Below this the distribution is a Poisson for every purpose here. */
const LEAST_DISPERSION = 1e-6;
const LEAST_MEAN = 1e-12;

/** -log10 P(X >= actual); 0 for `actual <= 0`. */
export function upperTailScore(actual: number, mean: number, dispersion: number): number {
  if (actual <= 0) return 0;
  const shape = 1 / Math.max(dispersion, LEAST_DISPERSION);
  const m = Math.max(mean, LEAST_MEAN);
  return -logBeta(actual, shape, m / (m + shape), shape / (m + shape)) / Math.LN10;
}

/** -log10 P(X <= actual). */
export function lowerTailScore(actual: number, mean: number, dispersion: number): number {
  const shape = 1 / Math.max(dispersion, LEAST_DISPERSION);
  const m = Math.max(mean, LEAST_MEAN);
  return -logBeta(shape, Math.max(0, actual) + 1, shape / (m + shape), m / (m + shape)) / Math.LN10;
}

/** Smallest whole count whose upper tail beyond it is at most `tail`: P(X > q) <= tail. */
export function upperQuantile(mean: number, dispersion: number, tail: number): number {
  const wanted = -Math.log10(tail);
  let high = Math.ceil(mean) + 1;
  while (upperTailScore(high + 1, mean, dispersion) < wanted && high < 1e15) high *= 2;
  let low = -1;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (upperTailScore(middle + 1, mean, dispersion) >= wanted) high = middle;
    else low = middle;
  }
  return high;
}

/** Largest whole count q with P(X < q) <= tail: 0 where even none is not unusual. */
export function lowerQuantile(mean: number, dispersion: number, tail: number): number {
  const wanted = -Math.log10(tail);
  let low = 0;
  let high = Math.ceil(mean) + 1;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (lowerTailScore(middle - 1, mean, dispersion) >= wanted) low = middle;
    else high = middle;
  }
  return low;
}

/** Natural logarithm of the regularised incomplete beta function I_x(a, b); `y` is 1 - x, given apart so that it keeps its digits. */
function logBeta(a: number, b: number, x: number, y: number): number {
  const front = a * Math.log(x) + b * Math.log(y) + logGamma(a + b) - logGamma(a) - logGamma(b);
  if (x < (a + 1) / (a + b + 2)) return Math.min(0, front + Math.log(betaFraction(a, b, x) / a));
  const other = Math.exp(front) * (betaFraction(b, a, y) / b);
  return Math.log1p(-Math.min(other, 1 - Number.EPSILON));
}

/** Continued fraction of the incomplete beta function, by Lentz's method (Numerical Recipes, 6.4). */
function betaFraction(a: number, b: number, x: number): number {
  const TINY = 1e-300;
  let c = 1;
  let d = 1 - ((a + b) * x) / (a + 1);
  d = 1 / (Math.abs(d) < TINY ? TINY : d);
  let h = d;
  for (let m = 1; m <= 300; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 + even * d;
    c = 1 + even / c;
    d = 1 / (Math.abs(d) < TINY ? TINY : d);
    if (Math.abs(c) < TINY) c = TINY;
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 + odd * d;
    c = 1 + odd / c;
    d = 1 / (Math.abs(d) < TINY ? TINY : d);
    if (Math.abs(c) < TINY) c = TINY;
    const step = d * c;
    h *= step;
    if (Math.abs(step - 1) < 1e-10) break;
  }
  return h;
}

const HALF_LOG_TAU = 0.5 * Math.log(2 * Math.PI);

/** ln Γ(z) for z > 0: Stirling's series above 8, the recurrence below. Good to about 1e-11. */
export function logGamma(z: number): number {
  let shift = 0;
  let x = z;
  if (x < 8) {
    let product = 1;
    while (x < 8) {
      product *= x;
      x += 1;
    }
    shift = Math.log(product);
  }
  const inverse = 1 / x;
  const square = inverse * inverse;
  const series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188))));
  return (x - 0.5) * Math.log(x) - x + HALF_LOG_TAU + series - shift;
}
