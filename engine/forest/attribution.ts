import { LN2, lnOf } from "./logarithms.ts";
import { seenScore } from "./scoring.ts";
import { BOX, LEAF_MASS, LEAF_POINT, LEAF_WORDS, LEFT, NONE, path, RIGHT, type Tree } from "./tree.ts";

const { fround } = Math;

const MOST_DIMS = 0x1000;

/** Scratch: one tree's attribution, the sides of a box without the point itself, and the gaps of the level at hand. */
const high = new Float64Array(MOST_DIMS);
const low = new Float64Array(MOST_DIMS);
const inside = new Uint8Array(MOST_DIMS);
const shadow = new Float32Array(2 * MOST_DIMS);
const gapsAbove = new Float64Array(MOST_DIMS);
const gapsBelow = new Float64Array(MOST_DIMS);
let newRange = 0;
let difference = 0;

/**
 * Adds to `total` (dims values for being too high, dims for being too low) what each value of the point contributes to
 * its score in this tree: the score's recursion, each dimension apart, in proportion to how far it leaves the box. A
 * point that the tree holds is judged as if it did not: boxes are then those of the other side of each cut.
 */
export function addAttribution(tree: Tree, query: Float32Array, total: Float64Array): void {
  if (tree.root === NONE) return;
  const { ints, dims, leaves, mass } = tree;
  const { values } = tree.points;
  const leaf = LEAF_WORDS * tree.descend(query, 0);
  const leafPoint = leaves[leaf + LEAF_POINT] as number;
  const depth = tree.depth;
  inside.fill(0, 0, dims);
  measure(query, values, leafPoint, 1, 0, dims);
  const seen = newRange <= 0;
  let saved: number;
  if (seen) {
    saved = seenScore(depth, leaves[leaf + LEAF_MASS] as number, mass);
    high.fill(saved / (2 * dims), 0, dims);
    low.fill(saved / (2 * dims), 0, dims);
    inside.fill(0, 0, dims);
  } else {
    saved = 1 / (depth + 1);
    for (let i = 0; i < dims; i++) {
      high[i] = (saved * (gapsAbove[i] as number)) / newRange;
      low[i] = (saved * (gapsBelow[i] as number)) / newRange;
    }
  }
  let below = ~(leaf / LEAF_WORDS);
  for (let level = depth - 1; level >= 0; level--) {
    const node = path[level] as number;
    if (seen) {
      const sibling = (ints[node + LEFT] === below ? ints[node + RIGHT] : ints[node + LEFT]) as number;
      mergeShadow(tree, sibling, level === depth - 1);
      below = node;
      measure(query, shadow, 0, 2, 1, dims);
    } else measure(query, tree.floats, node + BOX, 2, 1, dims);
    const separation = difference / newRange;
    if (separation <= 0) break;
    fold(separation, 1 / (level + 1), dims);
  }
  if (seen && depth > 0) renormalize(saved, dims);
  const scale = lnOf(mass + 1);
  for (let i = 0; i < dims; i++) {
    total[i] = (total[i] as number) + ((high[i] as number) * scale) / LN2;
    total[dims + i] = (total[dims + i] as number) + ((low[i] as number) * scale) / LN2;
  }
}

/** How far the point leaves the box, by dimension, and the sum of the sides of their union. */
function measure(
  query: Float32Array,
  floats: Float32Array,
  box: number,
  stride: number,
  upper: number,
  dims: number,
): void {
  newRange = 0;
  difference = 0;
  for (let i = 0; i < dims; i++) {
    const value = query[i] as number;
    const least = floats[box + stride * i] as number;
    const most = floats[box + stride * i + upper] as number;
    let above = 0;
    let under = 0;
    if (value > most) {
      newRange += fround(value - least);
      above = value - most;
    } else if (value < least) {
      newRange += fround(most - value);
      under = least - value;
    } else newRange += fround(most - least);
    // Once a dimension is inside it stays inside, also where the shadow's boxes do not nest with the leaf.
    if (inside[i] === 1) {
      gapsAbove[i] = 0;
      gapsBelow[i] = 0;
      continue;
    }
    if (above + under > 0) difference += under + above;
    else inside[i] = 1;
    gapsAbove[i] = above;
    gapsBelow[i] = under;
  }
}

function fold(separation: number, score: number, dims: number): void {
  for (let i = 0; i < dims; i++) {
    high[i] = ((gapsAbove[i] as number) / newRange) * score + (1 - separation) * (high[i] as number);
    low[i] = ((gapsBelow[i] as number) / newRange) * score + (1 - separation) * (low[i] as number);
  }
}

function renormalize(target: number, dims: number): void {
  let norm = 0;
  for (let i = 0; i < dims; i++) norm += (high[i] as number) + (low[i] as number);
  if (norm <= 0) return;
  const factor = target / norm;
  for (let i = 0; i < dims; i++) {
    high[i] = (high[i] as number) * factor;
    low[i] = (low[i] as number) * factor;
  }
}

function mergeShadow(tree: Tree, reference: number, first: boolean): void {
  const { floats, dims } = tree;
  const { values } = tree.points;
  const at = reference >= 0 ? reference + BOX : (tree.leaves[LEAF_WORDS * ~reference + LEAF_POINT] as number);
  for (let i = 0; i < dims; i++) {
    const least = (reference >= 0 ? floats[at + 2 * i] : values[at + i]) as number;
    const most = (reference >= 0 ? floats[at + 2 * i + 1] : values[at + i]) as number;
    if (first || least < (shadow[2 * i] as number)) shadow[2 * i] = least;
    if (first || most > (shadow[2 * i + 1] as number)) shadow[2 * i + 1] = most;
  }
}
