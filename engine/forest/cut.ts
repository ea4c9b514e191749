import { JavaRandom } from "./java-random.ts";

const { fround, trunc } = Math;

export interface Cut {
  dimension: number;
  value: number;
}

const lows = new Float64Array(0x1000);
const highs = new Float64Array(0x1000);

/**
 * A cut of the union of a box and a point, uniform over the sum of the union's sides: `factor` of that sum is walked
 * over the dimensions in order. The value is strictly below the side's upper end, so that both sides hold something.
 *
 * The box is read from `floats`: dimension i's minimum at `box + stride * i`, its maximum `upper` further on; a single
 * point is a box of stride 1 and upper 0. Subtractions are float32's, sums are float64's, as in the reference.
 */
export function drawCut(
  factor: number,
  values: Float32Array,
  at: number,
  floats: Float32Array,
  box: number,
  stride: number,
  upper: number,
  dims: number,
  cut: Cut,
): void {
  let range = 0;
  for (let i = 0; i < dims; i++) {
    let low = floats[box + stride * i] as number;
    let high = floats[box + stride * i + upper] as number;
    const value = values[at + i] as number;
    if (value < low) low = value;
    else if (value > high) high = value;
    lows[i] = low;
    highs[i] = high;
    range += fround(high - low);
  }
  let rest = factor * range;
  for (let i = 0; i < dims; i++) {
    const low = lows[i] as number;
    const high = highs[i] as number;
    const gap = fround(high - low);
    if (rest <= gap && gap > 0) {
      const value = fround(low + rest);
      cut.dimension = i;
      cut.value = value >= high ? below(high) : value;
      return;
    }
    rest -= gap;
  }
  drawAtTheEnd(factor, dims, cut);
}

/** `factor` is so near 1 that rounding walked past the end: a coin decides between the first and the last dimension. */
function drawAtTheEnd(factor: number, dims: number, cut: Cut): void {
  const seed = BigInt.asUintN(48, BigInt(trunc((factor * 2 ** 63) / 2)));
  const forwards = JavaRandom.of(Number(seed)).nextDouble() < 0.5;
  for (let n = 0; n < dims; n++) {
    const i = forwards ? n : dims - 1 - n;
    if ((highs[i] as number) <= (lows[i] as number)) continue;
    cut.dimension = i;
    cut.value = below(highs[i] as number);
    return;
  }
}

const bits = new Int32Array(1);
const float = new Float32Array(bits.buffer);

/** The float32 next below a finite float32. */
function below(value: number): number {
  float[0] = value;
  if (value > 0) bits[0] = (bits[0] as number) - 1;
  else if (value < 0) bits[0] = (bits[0] as number) + 1;
  else bits[0] = 0x80000001 | 0;
  return float[0] as number;
}
