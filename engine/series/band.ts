import { lowerQuantile, upperQuantile } from "../tail.ts";

interface Band {
  readonly lower: number;
  readonly upper: number;
}

/** Beyond either end of the central 99 %. */
const TAIL = 0.005;
/** Steps of mean and dispersion for which a band is computed once. */
const MEAN_STEPS = 25;
const DISPERSION_STEPS = 10;
/** Of mean absolute deviations: 99 % of what has heavy tails lies within so many. */
const DEVIATIONS = 4;
const MOST_KEPT = 100_000;

/** A band depends on nothing but its arguments; what was computed before only saves the time. */
const computed = new Map<number, Band>();

/** The central 99 % of a count, in whole numbers around the mean; mean and dispersion are rounded to a few per cent. */
export function bandOfCounts(mean: number, dispersion: number): Band {
  if (!(mean > 1e-6)) return { lower: 0, upper: 1 };
  const level = Math.round(Math.log(mean) * MEAN_STEPS);
  const scatter = Math.round(Math.log(dispersion) * DISPERSION_STEPS);
  const key = level * 4096 + scatter;
  let band = computed.get(key);
  if (!band) {
    const m = Math.exp(level / MEAN_STEPS);
    const d = Math.exp(scatter / DISPERSION_STEPS);
    band = { lower: lowerQuantile(m, d, TAIL), upper: upperQuantile(m, d, TAIL) };
    if (computed.size >= MOST_KEPT) computed.clear();
    computed.set(key, band);
  }
  return { lower: Math.min(Math.floor(mean), band.lower), upper: Math.max(Math.ceil(mean), band.upper) };
}

export const bandOfMeasurements = (expected: number, deviation: number): Band => ({
  lower: expected - DEVIATIONS * deviation,
  upper: expected + DEVIATIONS * deviation,
});
