import { JavaRandom } from "./java-random.ts";
import { MOST_SHINGLE } from "./options.ts";

const { fround, max, min, trunc } = Math;

/** The cut that was drawn last: what is at or below `value` in `dimension` is on its left. */
export const cut = { dimension: 0, value: 0 };

/** The last union of a box and a point: the sum of its sides, and up to where `exits` are filled. */
export const union = { range: 0, exits: 0 };

/**
 * Where points leave boxes, one union after the other: `2 * dimension` for the lower end of a side, `2 * dimension + 1`
 * for the upper, which is where a box has its words.
 */
export let exits = new Int32Array(1 << 12);

const sides = new Float64Array(MOST_SHINGLE);

/**
 * Takes the union of a box and the point at `at` of `values`, which the next cut is drawn of, and notes its exits after
 * `union.exits` others. Dimension i's minimum is at `box + stride * i` of `floats`, its maximum `upper` further on: a
 * point is a box of stride 1 and upper 0. Sides are float32's, their sum is float64's, as in the reference.
 */
export function unite(
  values: Float32Array,
  at: number,
  floats: Float32Array,
  box: number,
  stride: number,
  upper: number,
  dims: number,
): void {
  if (union.exits + dims > exits.length) growExits();
  const codes = exits;
  let count = union.exits;
  let sum = 0;
  for (let i = 0, from = box; i < dims; i++, from += stride) {
    let low = floats[from] as number;
    let high = floats[from + upper] as number;
    const value = values[at + i] as number;
    if (value < low) {
      low = value;
      codes[count++] = 2 * i;
    } else if (value > high) {
      high = value;
      codes[count++] = 2 * i + 1;
    }
    const side = fround(high - low);
    sides[i] = side;
    sum += side;
  }
  union.range = sum;
  union.exits = count;
}

/**
 * Draws a cut of the union, which is given again, uniform over the sum of its sides: `factor` of that sum is walked over
 * the dimensions in order. The value is strictly below the side's upper end, so that something is on both sides of it.
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
): void {
  let rest = factor * union.range;
  let dimension = 0;
  for (; dimension < dims; dimension++) {
    const side = sides[dimension] as number;
    if (rest <= side && side > 0) break;
    rest -= side;
  }
  const beyond = dimension === dims;
  if (beyond) dimension = atTheEnd(factor, dims);
  const value = values[at + dimension] as number;
  const low = min(floats[box + stride * dimension] as number, value);
  const high = max(floats[box + stride * dimension + upper] as number, value);
  const drawn = beyond ? high : fround(low + rest);
  cut.dimension = dimension;
  cut.value = drawn >= high ? below(high) : drawn;
}

/**
 * `factor` is so near 1 that rounding walked past the end: a coin decides between the first and the last dimension that
 * can be cut.
 */
function atTheEnd(factor: number, dims: number): number {
  const seed = BigInt.asUintN(48, BigInt(trunc((factor * 2 ** 63) / 2)));
  const used = sides.subarray(0, dims);
  const can = (side: number): boolean => side > 0;
  return JavaRandom.of(Number(seed)).nextDouble() < 0.5 ? used.findIndex(can) : used.findLastIndex(can);
}

function growExits(): void {
  const longer = new Int32Array(2 * exits.length);
  longer.set(exits);
  exits = longer;
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
