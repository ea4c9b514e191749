import { LN2, lnOf } from "./logarithms.ts";
import { MOST_SHINGLE } from "./options.ts";
import { seenScore } from "./scoring.ts";
import { BOX, LEAF_MASS, LEAF_POINT, LEAF_WORDS, LEFT, NONE, RIGHT, type Tree } from "./tree.ts";

const { fround } = Math;

/** One tree's attribution: what each value contributes by being too high, and by being too low. */
const high = new Float64Array(MOST_SHINGLE);
const low = new Float64Array(MOST_SHINGLE);
/** How far the point leaves the box at hand: positive above it, negative below it. */
const gaps = new Float64Array(MOST_SHINGLE);
let difference = 0;
/** Sum of the sides of the union of box and point. */
let range = 0;
/** Of a point that the tree holds: the box of everything else below a node. */
const others = new Float32Array(2 * MOST_SHINGLE);

/**
 * Adds to `total` (first for being too high, then for being too low) what each value of the point contributes to its
 * score in this tree: the score's recursion with the probability of each dimension apart. A point that the tree holds
 * is judged by the boxes that there would be without it, and made to sum up to its score.
 */
export function addAttribution(tree: Tree, query: Float32Array, total: Float64Array): void {
  if (tree.root === NONE) return;
  const { ints, dims, leaves, mass } = tree;
  const leaf = tree.descend(query, 0);
  const { depth, way } = tree;
  measure(query, tree.points.values, leaves[LEAF_WORDS * leaf + LEAF_POINT] as number, 1, 0, dims);
  const seen = range <= 0;
  const score = seen ? seenScore(depth, leaves[LEAF_WORDS * leaf + LEAF_MASS] as number, mass) : 1 / (depth + 1);
  if (seen) {
    high.fill(score / (2 * dims), 0, dims);
    low.fill(score / (2 * dims), 0, dims);
  } else begin(score, dims);
  let below = ~leaf;
  for (let level = depth - 1; level >= 0; level--) {
    const node = way[level] as number;
    if (seen) {
      const sibling = (ints[node + LEFT] === below ? ints[node + RIGHT] : ints[node + LEFT]) as number;
      joinOthers(tree, sibling, level === depth - 1);
      below = node;
      measure(query, others, 0, 2, 1, dims);
    } else measure(query, tree.floats, node + BOX, 2, 1, dims);
    if (difference <= 0) break;
    fold(1 / (level + 1), dims);
  }
  if (seen && depth > 0) renormalize(score, dims);
  const scale = lnOf(mass + 1);
  for (let i = 0; i < dims; i++) {
    total[i] = (total[i] as number) + ((high[i] as number) * scale) / LN2;
    total[dims + i] = (total[dims + i] as number) + ((low[i] as number) * scale) / LN2;
  }
}

/** Dimension i of the box is from `box + stride * i` of `floats` to `upper` further on. */
function measure(
  query: Float32Array,
  floats: Float32Array,
  box: number,
  stride: number,
  upper: number,
  dims: number,
): void {
  let sides = 0;
  let excess = 0;
  for (let i = 0, from = box; i < dims; i++, from += stride) {
    const value = query[i] as number;
    const least = floats[from] as number;
    const most = floats[from + upper] as number;
    if (value > most) {
      sides += fround(value - least);
      excess += value - most;
      gaps[i] = value - most;
    } else if (value < least) {
      sides += fround(most - value);
      excess += least - value;
      gaps[i] = value - least;
    } else {
      sides += fround(most - least);
      gaps[i] = 0;
    }
  }
  range = sides;
  difference = excess;
}

function begin(score: number, dims: number): void {
  for (let i = 0; i < dims; i++) {
    const gap = gaps[i] as number;
    high[i] = gap > 0 ? (score * gap) / range : 0;
    low[i] = gap < 0 ? (score * -gap) / range : 0;
  }
}

function fold(score: number, dims: number): void {
  const rest = 1 - difference / range;
  for (let i = 0; i < dims; i++) {
    const gap = gaps[i] as number;
    let up = rest * (high[i] as number);
    let down = rest * (low[i] as number);
    if (gap > 0) up = (gap / range) * score + up;
    else if (gap < 0) down = (-gap / range) * score + down;
    high[i] = up;
    low[i] = down;
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

function joinOthers(tree: Tree, reference: number, first: boolean): void {
  const { floats, dims } = tree;
  const { values } = tree.points;
  const at = reference >= 0 ? reference + BOX : (tree.leaves[LEAF_WORDS * ~reference + LEAF_POINT] as number);
  for (let i = 0; i < dims; i++) {
    const least = (reference >= 0 ? floats[at + 2 * i] : values[at + i]) as number;
    const most = (reference >= 0 ? floats[at + 2 * i + 1] : values[at + i]) as number;
    if (first || least < (others[2 * i] as number)) others[2 * i] = least;
    if (first || most > (others[2 * i + 1] as number)) others[2 * i + 1] = most;
  }
}
