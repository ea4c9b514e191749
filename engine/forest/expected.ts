import { LN2, lnOf } from "./logarithms.ts";
import {
  BOX,
  CUT_DIMENSION,
  CUT_VALUE,
  LEAF_MASS,
  LEAF_POINT,
  LEAF_WORDS,
  LEFT,
  RANGE,
  RIGHT,
  type Tree,
} from "./tree.ts";

const { abs, fround } = Math;

/** What a search of the tree has found: the candidate that fits the rest of the point best. */
interface Found {
  /** Score of the query with the candidate's value put in. */
  rank: number;
  value: number;
  /** Whether a box above the leaf has been looked at. */
  boxed: boolean;
}

/**
 * The value that the tree expects at `missing` of the query, given the rest: both sides of a cut of that dimension are
 * searched, and the leaf is taken whose value makes the query least remarkable. NaN for an empty tree.
 */
export function expectedIn(tree: Tree, query: Float32Array, missing: number): number {
  return search(tree, tree.root, 0, query, missing).value;
}

function search(tree: Tree, reference: number, depth: number, query: Float32Array, missing: number): Found {
  if (reference < 0) return leafFound(tree, ~reference, depth, query, missing);
  const { ints, floats } = tree;
  const left = ints[reference + LEFT] as number;
  const right = ints[reference + RIGHT] as number;
  let found: Found;
  if (ints[reference + CUT_DIMENSION] === missing) {
    found = search(tree, left, depth + 1, query, missing);
    const other = search(tree, right, depth + 1, query, missing);
    if (other.rank < found.rank) found = other;
  } else {
    const toLeft =
      (query[ints[reference + CUT_DIMENSION] as number] as number) <= (floats[reference + CUT_VALUE] as number);
    found = search(tree, toLeft ? left : right, depth + 1, query, missing);
  }
  const separation = found.boxed
    ? separationOf(tree, reference, query, missing, found.value)
    : firstSeparationOf(tree, reference, query, missing, found.value);
  found.boxed = true;
  if (separation > 0) found.rank = separation * (1 / (depth + 1)) + (1 - separation) * found.rank;
  return found;
}

function leafFound(tree: Tree, leaf: number, depth: number, query: Float32Array, missing: number): Found {
  const { values } = tree.points;
  const at = tree.leaves[LEAF_WORDS * leaf + LEAF_POINT] as number;
  let distance = 0;
  for (let i = 0; i < tree.dims; i++) {
    if (i !== missing) distance += abs(fround((query[i] as number) - (values[at + i] as number)));
  }
  const value = values[at + missing] as number;
  if (distance > 0) return { rank: 1 / (depth + 1), value, boxed: false };
  const mass = tree.leaves[LEAF_WORDS * leaf + LEAF_MASS] as number;
  return { rank: depth === 0 ? 0 : 1 / (depth + lnOf(mass + 1) / LN2), value, boxed: false };
}

/** As for scores: the excess over the sum of the box's sides and the excess. */
function separationOf(tree: Tree, node: number, query: Float32Array, missing: number, value: number): number {
  const { floats, dims } = tree;
  let below = 0;
  let above = 0;
  for (let i = 0; i < dims; i++) {
    const x = i === missing ? value : (query[i] as number);
    const low = floats[node + BOX + 2 * i] as number;
    const high = floats[node + BOX + 2 * i + 1] as number;
    if (x < low) below += fround(low - x);
    else if (x > high) above += fround(x - high);
  }
  const excess = above + below;
  return excess === 0 ? 0 : excess / ((tree.doubles[(node >> 1) + RANGE] as number) + excess);
}

/** The same by the side, without rounding to float32: so the reference treats the first box above a leaf. */
function firstSeparationOf(tree: Tree, node: number, query: Float32Array, missing: number, value: number): number {
  const { floats, dims } = tree;
  let range = 0;
  let difference = 0;
  for (let i = 0; i < dims; i++) {
    const x = i === missing ? value : (query[i] as number);
    const low = floats[node + BOX + 2 * i] as number;
    const high = floats[node + BOX + 2 * i + 1] as number;
    const old = high - low;
    if (high < x) {
      range += x - low;
      difference += x - low - old;
    } else if (low > x) {
      range += high - x;
      difference += high - x - old;
    } else range += old;
  }
  return range <= 0 ? 0 : difference / range;
}
