import { changed } from "./changes.ts";
import type { PointStream } from "./point-stream.ts";

const { ceil, fround, max, min } = Math;

/** A node's record in words of four bytes; the bounding box follows as pairs of minimum and maximum. */
export const CUT_DIMENSION = 0;
export const CUT_VALUE = 1;
export const LEFT = 2;
export const RIGHT = 3;
export const PARENT = 4;
/** Sum of the box's sides, in words of eight bytes from the record's beginning. */
export const RANGE = 3;
export const BOX = 8;

/** A leaf's record: where its point begins in the stream, how often it was added, and the node above it. */
export const LEAF_POINT = 0;
export const LEAF_MASS = 1;
const LEAF_PARENT = 2;
export const LEAF_WORDS = 3;

/** No node: an empty tree's root, and the parent of a root. */
export const NONE = -0x80000000;

/**
 * A random cut tree: every node halves a box of points by a cut of one dimension. A reference to an internal node is the
 * position of its record, a reference to a leaf is `~slot`. Every node keeps its bounding box in float32, and the sum of
 * the box's sides in float64, as the reference does.
 */
export class Tree {
  readonly points: PointStream;
  readonly dims: number;
  /** The nodes' records, and after them the leaves', as three kinds of numbers. */
  readonly ints: Int32Array;
  readonly floats: Float32Array;
  readonly doubles: Float64Array;
  readonly leaves: Int32Array;
  root = NONE;
  /** Points in the tree, equal ones counted as often as they were added. */
  mass = 0;
  /** The last descent: the nodes from the root to the one above the leaf, how many, and the slot of the leaf. */
  readonly way: Int32Array;
  depth = 0;
  reached = 0;
  /** The update with which the point of the last descent may be learnt. */
  descendedFor = -1;
  /** Seed of the next insertion, in halves of 24 bits. */
  readonly seed: Int32Array;
  /** Where the leaves' records begin. */
  readonly #leafBase: number;
  readonly #freeNodes: Int32Array;
  #freeNodeCount: number;
  readonly #freeLeaves: Int32Array;
  #freeLeafCount: number;

  constructor(points: PointStream, capacity: number, seed: Int32Array) {
    const words = BOX + 2 * points.dims;
    this.#leafBase = words * capacity;
    const buffer = new ArrayBuffer(8 * ceil((this.#leafBase + LEAF_WORDS * capacity) / 2));
    this.points = points;
    this.dims = points.dims;
    this.ints = new Int32Array(buffer);
    this.floats = new Float32Array(buffer);
    this.doubles = new Float64Array(buffer);
    this.leaves = new Int32Array(buffer, 4 * this.#leafBase, LEAF_WORDS * capacity);
    this.seed = seed;
    // A descent that waits for others writes where it ended.
    this.way = new Int32Array(capacity + 1);
    this.#freeNodes = Int32Array.from({ length: capacity }, (_, i) => (capacity - 1 - i) * words);
    this.#freeNodeCount = capacity;
    this.#freeLeaves = Int32Array.from({ length: capacity }, (_, i) => capacity - 1 - i);
    this.#freeLeafCount = capacity;
  }

  /** Slot of the leaf that the point at `at` of `values` falls to. The tree is not empty. */
  descend(values: Float32Array, at: number): number {
    this.descendedFor = -1;
    return this.descendFrom(this.root, 0, values, at);
  }

  /** The same from a node or leaf on, above which there are `above` nodes of the same way. */
  descendFrom(start: number, above: number, values: Float32Array, at: number): number {
    const { ints, floats, way } = this;
    let node = start;
    let depth = above;
    while (node >= 0) {
      way[depth++] = node;
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

  /** A new leaf, not attached yet. */
  takeLeaf(at: number): number {
    const leaf = this.#freeLeaves[--this.#freeLeafCount] as number;
    this.leaves[LEAF_WORDS * leaf + LEAF_POINT] = at;
    changed(this.#leafBase + LEAF_WORDS * leaf + LEAF_POINT);
    this.leaves[LEAF_WORDS * leaf + LEAF_MASS] = 0;
    this.addMass(leaf, 1);
    return leaf;
  }

  /** Adds the leaf's point again, or takes one addition back; answers how many are left. */
  addMass(leaf: number, more: 1 | -1): number {
    const mass = (this.leaves[LEAF_WORDS * leaf + LEAF_MASS] as number) + more;
    this.leaves[LEAF_WORDS * leaf + LEAF_MASS] = mass;
    changed(this.#leafBase + LEAF_WORDS * leaf + LEAF_MASS);
    this.mass += more;
    return mass;
  }

  /** A new node without anything below it, not attached yet. */
  takeNode(dimension: number, value: number): number {
    const node = this.#freeNodes[--this.#freeNodeCount] as number;
    this.ints[node + CUT_DIMENSION] = dimension;
    this.floats[node + CUT_VALUE] = value;
    this.ints[node + LEFT] = NONE;
    this.ints[node + RIGHT] = NONE;
    changed(node + CUT_DIMENSION);
    changed(node + CUT_VALUE);
    return node;
  }

  /** Nothing is attached to them any more. */
  freeLeaf(leaf: number): void {
    this.#freeLeaves[this.#freeLeafCount++] = leaf;
  }

  freeNode(node: number): void {
    this.#freeNodes[this.#freeNodeCount++] = node;
  }

  /** Puts a node or leaf below `parent`, to one side, or at the root. */
  attach(reference: number, parent: number, side: number): void {
    if (reference >= 0) this.ints[reference + PARENT] = parent;
    else this.leaves[LEAF_WORDS * ~reference + LEAF_PARENT] = parent;
    if (parent === NONE) {
      this.root = reference;
      return;
    }
    this.ints[parent + side] = reference;
    changed(parent + side);
  }

  parentOf(reference: number): number {
    if (reference >= 0) return this.ints[reference + PARENT] as number;
    return this.leaves[LEAF_WORDS * ~reference + LEAF_PARENT] as number;
  }

  setRange(node: number, range: number): void {
    this.doubles[(node >> 1) + RANGE] = range;
    changed(node + 2 * RANGE);
    changed(node + 2 * RANGE + 1);
  }

  /** Makes a node's box from the ones below it. Throws a RangeError where one is missing. */
  joinBoxes(node: number): void {
    const left = this.ints[node + LEFT] as number;
    const right = this.ints[node + RIGHT] as number;
    if (left === NONE || right === NONE) throw new RangeError("damaged");
    let range = 0;
    for (let i = 0, side = node + BOX; i < this.dims; i++, side += 2) {
      const low = min(this.low(left, i), this.low(right, i));
      const high = max(this.high(left, i), this.high(right, i));
      this.floats[side] = low;
      this.floats[side + 1] = high;
      range += fround(high - low);
    }
    this.doubles[(node >> 1) + RANGE] = range;
  }

  /** The ends of a dimension of a node's box, or the value of a leaf's point. */
  low(reference: number, i: number): number {
    if (reference >= 0) return this.floats[reference + BOX + 2 * i] as number;
    return this.points.values[(this.leaves[LEAF_WORDS * ~reference + LEAF_POINT] as number) + i] as number;
  }

  high(reference: number, i: number): number {
    if (reference >= 0) return this.floats[reference + BOX + 2 * i + 1] as number;
    return this.points.values[(this.leaves[LEAF_WORDS * ~reference + LEAF_POINT] as number) + i] as number;
  }
}

export function samePoint(a: Float32Array, from: number, b: Float32Array, at: number, dims: number): boolean {
  for (let i = 0; i < dims; i++) if (a[from + i] !== b[at + i]) return false;
  return true;
}
