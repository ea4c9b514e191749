import { cut, drawCut, unite } from "./cut.ts";
import { JavaRandom } from "./java-random.ts";
import { MOST_SAMPLES } from "./options.ts";
import type { PointStream } from "./point-stream.ts";

const { fround, max, min } = Math;

/** A node's record in words of four bytes; the bounding box follows as pairs of minimum and maximum. */
export const CUT_DIMENSION = 0;
export const CUT_VALUE = 1;
export const LEFT = 2;
export const RIGHT = 3;
const PARENT = 4;
/** Sum of the box's sides, in words of eight bytes from the record's beginning. */
export const RANGE = 3;
export const BOX = 8;

/** A leaf's record: where its point begins in the stream, how often it was added, and the node above it. */
export const LEAF_POINT = 0;
export const LEAF_MASS = 1;
const LEAF_PARENT = 2;
export const LEAF_WORDS = 3;

/** Dimension of a placement for a point that equals a leaf's. */
const EQUAL = -1;

/** No node: an empty tree's root, and the parent of a root. */
export const NONE = -0x80000000;

/** A way from the root to a leaf has less nodes than the tree has leaves; at its end one more word is written. */
export const LONGEST_PATH = MOST_SAMPLES;
/** The nodes from the root to the one above the leaf of the last descent, or the last four. */
export const path = new Int32Array(4 * LONGEST_PATH);

/** How the last insertion in any tree changed it: what the new leaf was put beside, or its slot where it was one before. */
export const placed = { beside: 0, dimension: EQUAL, value: 0 };

const random = new JavaRandom();

/**
 * A random cut tree. A reference to an internal node is the position of its record, a reference to a leaf is `~slot`.
 * Every node keeps its bounding box in float32, and the sum of the box's sides in float64, as the reference does.
 *
 * Insertion: from the leaf that the point falls to up to the root a cut of box and point is drawn at every level, and
 * the last one that separates them is where the point goes; equal points share a leaf. Removal replaces the leaf's parent
 * by its sibling.
 */
export class Tree {
  readonly points: PointStream;
  readonly dims: number;
  /** The nodes' records, as three kinds of numbers. */
  readonly ints: Int32Array;
  readonly floats: Float32Array;
  readonly doubles: Float64Array;
  readonly leaves: Int32Array;
  root = NONE;
  /** Points in the tree, equal ones counted as often as they were added. */
  mass = 0;
  /** Of the last descent: the nodes that `path` has of it, and the slot of the leaf. */
  depth = 0;
  reached = 0;
  /** Seed of the next insertion, in halves of 24 bits. */
  readonly seed: Int32Array;
  readonly #freeNodes: Int32Array;
  #freeNodeCount: number;
  readonly #freeLeaves: Int32Array;
  #freeLeafCount: number;

  constructor(points: PointStream, capacity: number, seed: Int32Array) {
    const words = BOX + 2 * points.dims;
    const buffer = new ArrayBuffer(4 * words * capacity);
    this.points = points;
    this.dims = points.dims;
    this.ints = new Int32Array(buffer);
    this.floats = new Float32Array(buffer);
    this.doubles = new Float64Array(buffer);
    this.leaves = new Int32Array(LEAF_WORDS * capacity);
    this.seed = seed;
    this.#freeNodes = Int32Array.from({ length: capacity }, (_, i) => (capacity - 1 - i) * words);
    this.#freeNodeCount = capacity;
    this.#freeLeaves = Int32Array.from({ length: capacity }, (_, i) => capacity - 1 - i);
    this.#freeLeafCount = capacity;
  }

  /** Slot of the leaf that the point at `at` of `values` falls to; the way to it is then in `path`. */
  descend(values: Float32Array, at: number): number {
    const { ints, floats } = this;
    let node = this.root;
    let depth = 0;
    while (node >= 0) {
      path[depth++] = node;
      node = (
        (values[at + (ints[node] as number)] as number) <= (floats[node + CUT_VALUE] as number)
          ? ints[node + LEFT]
          : ints[node + RIGHT]
      ) as number;
    }
    this.depth = depth;
    this.reached = ~node;
    return this.reached;
  }

  /** Adds the point at `at` of the stream; answers the slot of its leaf, which may be that of an equal one. */
  insert(at: number): number {
    this.#choosePlace(at);
    return this.put(at, placed.beside, placed.dimension, placed.value);
  }

  /** Adds the point at a place that an equal tree chose for it. */
  put(at: number, beside: number, dimension: number, value: number): number {
    if (beside === NONE) {
      const leaf = this.takeLeaf(at);
      this.attach(~leaf, NONE, LEFT);
      return leaf;
    }
    if (dimension !== EQUAL) return this.#split(at, beside, dimension, value);
    const leaf = ~beside;
    this.leaves[LEAF_WORDS * leaf + LEAF_MASS] = (this.leaves[LEAF_WORDS * leaf + LEAF_MASS] as number) + 1;
    this.mass++;
    return leaf;
  }

  /** Where the point goes, into `placed`; draws the cuts. */
  #choosePlace(at: number): void {
    placed.beside = this.root;
    if (this.root === NONE) return;
    const { floats, dims, leaves, seed } = this;
    const { values } = this.points;
    const leaf = this.descend(values, at);
    const leafPoint = leaves[LEAF_WORDS * leaf + LEAF_POINT] as number;
    placed.beside = ~leaf;
    placed.dimension = EQUAL;
    if (!unite(values, at, values, leafPoint, 1, 0, dims)) return;
    random.seed(seed[0] as number, seed[1] as number);
    random.nextLong(seed, 0);
    drawCut(random.nextDouble(), values, at, values, leafPoint, 1, 0, dims);
    placed.dimension = cut.dimension;
    placed.value = cut.value;
    for (let level = this.depth - 1; level >= 0; level--) {
      const node = path[level] as number;
      // Once a box contains the point no cut separates them, and no larger box's does.
      if (!unite(values, at, floats, node + BOX, 2, 1, dims)) return;
      drawCut(random.nextDouble(), values, at, floats, node + BOX, 2, 1, dims);
      const { dimension, value } = cut;
      const side = node + BOX + 2 * dimension;
      const separates =
        (values[at + dimension] as number) <= value
          ? value < (floats[side] as number)
          : value >= (floats[side + 1] as number);
      if (!separates) continue;
      placed.beside = node;
      placed.dimension = dimension;
      placed.value = value;
    }
  }

  /** Takes back one addition of the leaf's point. */
  remove(leaf: number): void {
    const { ints, leaves } = this;
    const record = LEAF_WORDS * leaf;
    const mass = (leaves[record + LEAF_MASS] as number) - 1;
    leaves[record + LEAF_MASS] = mass;
    this.mass--;
    if (mass > 0) return;
    this.#freeLeaves[this.#freeLeafCount++] = leaf;
    const parent = leaves[record + LEAF_PARENT] as number;
    if (parent === NONE) {
      this.root = NONE;
      return;
    }
    const sibling = (ints[parent + LEFT] === ~leaf ? ints[parent + RIGHT] : ints[parent + LEFT]) as number;
    const above = ints[parent + PARENT] as number;
    this.#freeNodes[this.#freeNodeCount++] = parent;
    this.attach(sibling, above, above !== NONE && ints[above + LEFT] === parent ? LEFT : RIGHT);
    const at = leaves[record + LEAF_POINT] as number;
    for (let node = above; node !== NONE && this.#shrink(node, at); node = ints[node + PARENT] as number);
  }

  /** Becomes equal to another tree of the same size over the same points. */
  copy(other: Tree): void {
    this.ints.set(other.ints);
    this.leaves.set(other.leaves);
    this.seed.set(other.seed);
    this.root = other.root;
    this.mass = other.mass;
    this.#freeNodes.set(other.#freeNodes);
    this.#freeNodeCount = other.#freeNodeCount;
    this.#freeLeaves.set(other.#freeLeaves);
    this.#freeLeafCount = other.#freeLeafCount;
  }

  /** A new leaf, not attached yet. */
  takeLeaf(at: number): number {
    const leaf = this.#freeLeaves[--this.#freeLeafCount] as number;
    this.leaves[LEAF_WORDS * leaf + LEAF_POINT] = at;
    this.leaves[LEAF_WORDS * leaf + LEAF_MASS] = 1;
    this.mass++;
    return leaf;
  }

  /** A new node without anything below it, not attached yet. */
  takeNode(dimension: number, value: number): number {
    const node = this.#freeNodes[--this.#freeNodeCount] as number;
    this.ints[node + CUT_DIMENSION] = dimension;
    this.floats[node + CUT_VALUE] = value;
    this.ints[node + LEFT] = NONE;
    this.ints[node + RIGHT] = NONE;
    return node;
  }

  /** Puts a node or leaf below `parent`, to one side, or at the root. */
  attach(reference: number, parent: number, side: number): void {
    if (reference >= 0) this.ints[reference + PARENT] = parent;
    else this.leaves[LEAF_WORDS * ~reference + LEAF_PARENT] = parent;
    if (parent === NONE) this.root = reference;
    else this.ints[parent + side] = reference;
  }

  /** Makes a node's box from the ones below it. Throws a RangeError where one is missing. */
  joinBoxes(node: number): void {
    const left = this.ints[node + LEFT] as number;
    const right = this.ints[node + RIGHT] as number;
    if (left === NONE || right === NONE) throw new RangeError("damaged");
    let range = 0;
    for (let i = 0, side = node + BOX; i < this.dims; i++, side += 2) {
      const low = min(this.#low(left, i), this.#low(right, i));
      const high = max(this.#high(left, i), this.#high(right, i));
      this.floats[side] = low;
      this.floats[side + 1] = high;
      range += fround(high - low);
    }
    this.doubles[(node >> 1) + RANGE] = range;
  }

  /** Puts a node above `beside`, with the point on its other side. */
  #split(at: number, beside: number, dimension: number, value: number): number {
    const { ints } = this;
    const parent = (beside >= 0 ? ints[beside + PARENT] : this.leaves[LEAF_WORDS * ~beside + LEAF_PARENT]) as number;
    const node = this.takeNode(dimension, value);
    const leaf = this.takeLeaf(at);
    this.attach(node, parent, parent !== NONE && ints[parent + LEFT] === beside ? LEFT : RIGHT);
    const toLeft = (this.points.values[at + dimension] as number) <= value;
    this.attach(~leaf, node, toLeft ? LEFT : RIGHT);
    this.attach(beside, node, toLeft ? RIGHT : LEFT);
    this.joinBoxes(node);
    for (let up = parent; up !== NONE && this.#extend(up, at); up = ints[up + PARENT] as number);
    return leaf;
  }

  /** Widens the node's box to the point; false if it contained it. */
  #extend(node: number, at: number): boolean {
    const { floats, dims } = this;
    const { values } = this.points;
    let changed = false;
    let range = 0;
    for (let i = 0, side = node + BOX; i < dims; i++, side += 2) {
      const value = values[at + i] as number;
      let low = floats[side] as number;
      let high = floats[side + 1] as number;
      if (value < low) {
        low = value;
        floats[side] = value;
        changed = true;
      } else if (value > high) {
        high = value;
        floats[side + 1] = value;
        changed = true;
      }
      range += fround(high - low);
    }
    if (changed) this.doubles[(node >> 1) + RANGE] = range;
    return changed;
  }

  /** The node's box without the point at `at`, which was below it; false if it lay on no side of the box. */
  #shrink(node: number, at: number): boolean {
    const { floats, dims } = this;
    const { values } = this.points;
    const left = this.ints[node + LEFT] as number;
    const right = this.ints[node + RIGHT] as number;
    let touched = false;
    let range = 0;
    for (let i = 0, side = node + BOX; i < dims; i++, side += 2) {
      const value = values[at + i] as number;
      let low = floats[side] as number;
      let high = floats[side + 1] as number;
      if (value <= low) {
        low = min(this.#low(left, i), this.#low(right, i));
        floats[side] = low;
        touched = true;
      }
      if (value >= high) {
        high = max(this.#high(left, i), this.#high(right, i));
        floats[side + 1] = high;
        touched = true;
      }
      range += fround(high - low);
    }
    if (touched) this.doubles[(node >> 1) + RANGE] = range;
    return touched;
  }

  #low(reference: number, i: number): number {
    if (reference >= 0) return this.floats[reference + BOX + 2 * i] as number;
    return this.points.values[(this.leaves[LEAF_WORDS * ~reference + LEAF_POINT] as number) + i] as number;
  }

  #high(reference: number, i: number): number {
    if (reference >= 0) return this.floats[reference + BOX + 2 * i + 1] as number;
    return this.points.values[(this.leaves[LEAF_WORDS * ~reference + LEAF_POINT] as number) + i] as number;
  }
}

export function samePoint(a: Float32Array, from: number, b: Float32Array, at: number, dims: number): boolean {
  for (let i = 0; i < dims; i++) if (a[from + i] !== b[at + i]) return false;
  return true;
}
