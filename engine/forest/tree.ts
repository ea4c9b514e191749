import { changed, changes, roomForChanges } from "./changes.ts";
import { cut, drawCut, exits, union, unite } from "./cut.ts";
import { JavaRandom } from "./java-random.ts";
import { MOST_SAMPLES } from "./options.ts";
import type { PointStream } from "./point-stream.ts";
import { NOTHING } from "./sampler.ts";

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

/** No node: an empty tree's root, and the parent of a root. */
export const NONE = -0x80000000;

/** A way from the root to a leaf has less nodes than the tree has leaves; at its end one more word is written. */
export const LONGEST_PATH = MOST_SAMPLES;
/** The nodes from the root to the one above the leaf of the last descent, or the last four. */
export const path = new Int32Array(4 * LONGEST_PATH);

/** Of the insertion under way, by level from the leaf up: where its exits begin, and the union's range. */
const firstExit = new Int32Array(LONGEST_PATH + 1);
const ranges = new Float64Array(LONGEST_PATH + 1);

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
  /** The nodes' records, and after them the leaves', as three kinds of numbers. */
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
  /** Where the leaves' records begin. */
  readonly #leafBase: number;
  readonly #freeNodes: Int32Array;
  #freeNodeCount: number;
  readonly #freeLeaves: Int32Array;
  #freeLeafCount: number;

  constructor(points: PointStream, capacity: number, seed: Int32Array) {
    const words = BOX + 2 * points.dims;
    this.#leafBase = words * capacity;
    const buffer = new ArrayBuffer(8 * Math.ceil((this.#leafBase + LEAF_WORDS * capacity) / 2));
    this.points = points;
    this.dims = points.dims;
    this.ints = new Int32Array(buffer);
    this.floats = new Float32Array(buffer);
    this.doubles = new Float64Array(buffer);
    this.leaves = new Int32Array(buffer, 4 * this.#leafBase, LEAF_WORDS * capacity);
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

  /**
   * Takes back one addition of a leaf's point, unless it is `NOTHING`, and adds the point at `at` of the stream. Answers
   * the slot of its leaf, which may be that of an equal one. What was written is in `changes`.
   */
  learn(evicted: number, at: number): number {
    changes.count = 0;
    if (evicted !== NOTHING) this.#remove(evicted);
    if (this.root === NONE) {
      const leaf = this.takeLeaf(at);
      this.attach(~leaf, NONE, LEFT);
      return leaf;
    }
    return this.#insert(at);
  }

  /** A new leaf, not attached yet. */
  takeLeaf(at: number): number {
    const leaf = this.#freeLeaves[--this.#freeLeafCount] as number;
    roomForChanges(4);
    this.leaves[LEAF_WORDS * leaf + LEAF_POINT] = at;
    this.#setMass(leaf, 1);
    this.mass++;
    changed(this.#leafBase + LEAF_WORDS * leaf + LEAF_POINT);
    return leaf;
  }

  /** A new node without anything below it, not attached yet. */
  takeNode(dimension: number, value: number): number {
    const node = this.#freeNodes[--this.#freeNodeCount] as number;
    roomForChanges(4);
    this.ints[node + CUT_DIMENSION] = dimension;
    this.floats[node + CUT_VALUE] = value;
    this.ints[node + LEFT] = NONE;
    this.ints[node + RIGHT] = NONE;
    changed(node + CUT_DIMENSION);
    changed(node + CUT_VALUE);
    return node;
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
    roomForChanges(1);
    changed(parent + side);
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

  #remove(leaf: number): void {
    const { ints, leaves } = this;
    const record = LEAF_WORDS * leaf;
    const mass = (leaves[record + LEAF_MASS] as number) - 1;
    this.#setMass(leaf, mass);
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

  #insert(at: number): number {
    const { floats, dims, leaves, seed } = this;
    const { values } = this.points;
    const leaf = this.descend(values, at);
    const leafPoint = leaves[LEAF_WORDS * leaf + LEAF_POINT] as number;
    union.exits = 0;
    if (!unite(values, at, values, leafPoint, 1, 0, dims)) {
      this.#setMass(leaf, (leaves[LEAF_WORDS * leaf + LEAF_MASS] as number) + 1);
      this.mass++;
      return leaf;
    }
    random.seed(seed[0] as number, seed[1] as number);
    random.nextLong(seed, 0);
    drawCut(random.nextDouble(), values, at, values, leafPoint, 1, 0, dims);
    firstExit[0] = 0;
    ranges[0] = union.range;
    let split = 0;
    let { dimension, value } = cut;
    let level = 1;
    for (; level <= this.depth; level++) {
      const box = (path[this.depth - level] as number) + BOX;
      firstExit[level] = union.exits;
      // Once a box contains the point no cut separates them, and no larger box's does.
      if (!unite(values, at, floats, box, 2, 1, dims)) break;
      ranges[level] = union.range;
      drawCut(random.nextDouble(), values, at, floats, box, 2, 1, dims);
      const side = box + 2 * cut.dimension;
      const separates =
        (values[at + cut.dimension] as number) <= cut.value
          ? cut.value < (floats[side] as number)
          : cut.value >= (floats[side + 1] as number);
      if (!separates) continue;
      split = level;
      dimension = cut.dimension;
      value = cut.value;
    }
    firstExit[level] = union.exits;
    const added = this.#split(at, split === 0 ? ~leaf : (path[this.depth - split] as number), split, dimension, value);
    for (let up = split + 1; up < level; up++) this.#widen(path[this.depth - up] as number, up, at);
    return added;
  }

  /** Puts a node above `beside`, which is at this level of the insertion, with the point on its other side. */
  #split(at: number, beside: number, level: number, dimension: number, value: number): number {
    const { ints, floats, dims } = this;
    const { values } = this.points;
    const parent = (beside >= 0 ? ints[beside + PARENT] : this.leaves[LEAF_WORDS * ~beside + LEAF_PARENT]) as number;
    const node = this.takeNode(dimension, value);
    const leaf = this.takeLeaf(at);
    this.attach(node, parent, parent !== NONE && ints[parent + LEFT] === beside ? LEFT : RIGHT);
    const toLeft = (values[at + dimension] as number) <= value;
    this.attach(~leaf, node, toLeft ? LEFT : RIGHT);
    this.attach(beside, node, toLeft ? RIGHT : LEFT);
    roomForChanges(2 * dims);
    const box = node + BOX;
    if (beside >= 0)
      for (let word = 0; word < 2 * dims; word++) floats[box + word] = floats[beside + BOX + word] as number;
    else {
      const point = this.leaves[LEAF_WORDS * ~beside + LEAF_POINT] as number;
      for (let word = 0; word < 2 * dims; word++) floats[box + word] = values[point + (word >> 1)] as number;
    }
    for (let word = 0; word < 2 * dims; word++) changed(box + word);
    this.#widen(node, level, at);
    return leaf;
  }

  /** Widens the node's box to the point, which leaves it as noted at this level of the insertion. */
  #widen(node: number, level: number, at: number): void {
    const { floats } = this;
    const { values } = this.points;
    const end = firstExit[level + 1] as number;
    roomForChanges(end - (firstExit[level] as number) + 2);
    for (let exit = firstExit[level] as number; exit < end; exit++) {
      const code = exits[exit] as number;
      floats[node + BOX + code] = values[at + (code >> 1)] as number;
      changed(node + BOX + code);
    }
    this.#setRange(node, ranges[level] as number);
  }

  /** The node's box without the point at `at`, which was below it; false if it lay on no side of the box. */
  #shrink(node: number, at: number): boolean {
    const { floats, dims } = this;
    const { values } = this.points;
    const left = this.ints[node + LEFT] as number;
    const right = this.ints[node + RIGHT] as number;
    roomForChanges(2 * dims + 2);
    let touched = false;
    let range = 0;
    for (let i = 0, side = node + BOX; i < dims; i++, side += 2) {
      const value = values[at + i] as number;
      let low = floats[side] as number;
      let high = floats[side + 1] as number;
      if (value <= low) {
        low = min(this.#low(left, i), this.#low(right, i));
        floats[side] = low;
        changed(side);
        touched = true;
      }
      if (value >= high) {
        high = max(this.#high(left, i), this.#high(right, i));
        floats[side + 1] = high;
        changed(side + 1);
        touched = true;
      }
      range += fround(high - low);
    }
    if (touched) this.#setRange(node, range);
    return touched;
  }

  #setRange(node: number, range: number): void {
    this.doubles[(node >> 1) + RANGE] = range;
    changed(node + 2 * RANGE);
    changed(node + 2 * RANGE + 1);
  }

  #setMass(leaf: number, mass: number): void {
    roomForChanges(1);
    this.leaves[LEAF_WORDS * leaf + LEAF_MASS] = mass;
    changed(this.#leafBase + LEAF_WORDS * leaf + LEAF_MASS);
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
