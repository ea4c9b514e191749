import type { Random } from "./prng.ts";

/** Standard normal, by Marsaglia's polar method: needs no trigonometry, whose last digit differs between machines. */
export function normal(random: Random): number {
  for (;;) {
    const u = 2 * random.float() - 1;
    const v = 2 * random.float() - 1;
    const s = u * u + v * v;
    if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
  }
}

/** Median 1, `sigma` on the natural log scale. */
export const logNormal = (random: Random, sigma: number): number => Math.exp(sigma * normal(random));

/** Gamma with the given shape and mean 1 (Marsaglia and Tsang, 2000). */
export function gammaMeanOne(random: Random, shape: number): number {
  if (shape < 1) {
    const u = Math.max(random.float(), 1e-12);
    return gammaMeanOne(random, shape + 1) * ((shape + 1) / shape) * Math.exp(Math.log(u) / shape);
  }
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const t = 1 + c * x;
    if (t <= 0) continue;
    const v = t * t * t;
    const u = Math.max(random.float(), 1e-12);
    if (Math.log(u) < 0.5 * x * x + d - d * v + d * Math.log(v)) return (d * v) / shape;
  }
}

/** Poisson; a large mean is split in halves, which is exact because Poisson counts add up. */
export function poisson(random: Random, mean: number): number {
  if (mean <= 0) return 0;
  if (mean > 30) return poisson(random, mean / 2) + poisson(random, mean / 2);
  const limit = Math.exp(-mean);
  let count = -1;
  let product = 1;
  do {
    count++;
    product *= random.float();
  } while (product > limit);
  return count;
}

/** Negative binomial as a gamma-mixed Poisson: variance is `mean + mean^2 / dispersion`. */
export const negativeBinomial = (random: Random, mean: number, dispersion: number): number =>
  mean <= 0 ? 0 : poisson(random, mean * gammaMeanOne(random, dispersion));
