import { changes, roomForChanges } from "./changes.ts";
import { cut, drawCut, exits, union, unite } from "./cut.ts";
import { JavaRandom } from "./java-random.ts";
import { MOST_SAMPLES } from "./options.ts";
import { NOTHING } from "./sampler.ts";
import { BOX, LEAF_POINT, LEAF_WORDS, LEFT, NONE, PARENT, RIGHT, samePoint, type Tree } from "./tree.ts";

const { fround, max, min } = Math;

/** Of the insertion under way, by level from the leaf up: the draw, where the union's exits are, and its range. */
const factors = new Float64Array(MOST_SAMPLES);
const firstExit = new Int32Array(MOST_SAMPLES);
const endExit = new Int32Array(MOST_SAMPLES);
const ranges = new Float64Array(MOST_SAMPLES);

const random = new JavaRandom();

/**
 * Takes back one addition of a leaf's point, unless it is `NOTHING`, and adds the point at `at` of the stream. Answers
 * the slot of its leaf, which may be that of an equal one. What was written is in `changes`. If the tree was last asked
 * about this point, for this update, its way is not looked for again.
 */
export function learn(tree: Tree, evicted: number, at: number, update: number): number {
  changes.count = 0;
  if (tree.descendedFor !== update) tree.descendedFor = -1;
  if (evicted !== NOTHING) remove(tree, evicted, at);
  if (tree.root === NONE) {
    const leaf = tree.takeLeaf(at);
    tree.attach(~leaf, NONE, LEFT);
    return leaf;
  }
  if (tree.descendedFor < 0) tree.descend(tree.points.values, at);
  tree.descendedFor = -1;
  return insert(tree, at);
}

/** A leaf whose last point goes takes its parent with it: the sibling comes in the parent's place. */
function remove(tree: Tree, leaf: number, at: number): void {
  if (tree.addMass(leaf, -1) > 0) return;
  const { ints } = tree;
  tree.freeLeaf(leaf);
  const parent = tree.parentOf(~leaf);
  if (parent === NONE) {
    tree.root = NONE;
    return;
  }
  const sibling = (ints[parent + LEFT] === ~leaf ? ints[parent + RIGHT] : ints[parent + LEFT]) as number;
  const above = tree.parentOf(parent);
  tree.freeNode(parent);
  tree.attach(sibling, above, above !== NONE && ints[above + LEFT] === parent ? LEFT : RIGHT);
  const point = tree.leaves[LEAF_WORDS * leaf + LEAF_POINT] as number;
  for (let node = above; node !== NONE && shrink(tree, node, point); node = ints[node + PARENT] as number);
  if (tree.descendedFor >= 0) mendWay(tree, parent, leaf, sibling, at);
}

/** The last descent, which was for the point at `at`, without a node that is not there any more. */
function mendWay(tree: Tree, node: number, leaf: number, sibling: number, at: number): void {
  const { way } = tree;
  let level = tree.depth - 1;
  while (level >= 0 && way[level] !== node) level--;
  if (level < 0) return;
  if (tree.reached === leaf) {
    tree.descendFrom(sibling, level, tree.points.values, at);
    return;
  }
  way.copyWithin(level, level + 1, tree.depth);
  tree.depth--;
}

/**
 * From the leaf that the point falls to up to the root a cut of box and point is drawn at every level, and the last one
 * that separates them is where the point goes. The draws are made in this order; as only that one matters, cuts are made
 * of them from above, and boxes below it stay as they are.
 */
function insert(tree: Tree, at: number): number {
  const { dims, seed, way, depth, reached: leaf } = tree;
  const { values } = tree.points;
  if (samePoint(values, at, values, tree.leaves[LEAF_WORDS * leaf + LEAF_POINT] as number, dims)) {
    tree.addMass(leaf, 1);
    return leaf;
  }
  random.seed(seed[0] as number, seed[1] as number);
  random.nextLong(seed, 0);
  let levels = 0;
  // Once a box contains the point no cut separates them, and no larger box's does.
  do factors[levels++] = random.nextDouble();
  while (levels <= depth && !contains(tree, way[depth - levels] as number, at));
  union.exits = 0;
  let split = levels - 1;
  while (split > 0 && !separates(tree, way[depth - split] as number, split, at)) split--;
  if (split === 0) separateLeaf(tree, leaf, at);
  const added = splitAbove(tree, split === 0 ? ~leaf : (way[depth - split] as number), split, at);
  for (let level = split + 1; level < levels; level++) widen(tree, way[depth - level] as number, level, at);
  return added;
}

/** Draws the cut of this level. */
function separates(tree: Tree, node: number, level: number, at: number): boolean {
  const { floats, dims } = tree;
  const { values } = tree.points;
  const box = node + BOX;
  firstExit[level] = union.exits;
  unite(values, at, floats, box, 2, 1, dims);
  endExit[level] = union.exits;
  ranges[level] = union.range;
  drawCut(factors[level] as number, values, at, floats, box, 2, 1, dims);
  const side = box + 2 * cut.dimension;
  return (values[at + cut.dimension] as number) <= cut.value
    ? cut.value < (floats[side] as number)
    : cut.value >= (floats[side + 1] as number);
}

/** The same for the leaf, which any cut separates from another point. */
function separateLeaf(tree: Tree, leaf: number, at: number): void {
  const { dims } = tree;
  const { values } = tree.points;
  const point = tree.leaves[LEAF_WORDS * leaf + LEAF_POINT] as number;
  firstExit[0] = union.exits;
  unite(values, at, values, point, 1, 0, dims);
  endExit[0] = union.exits;
  ranges[0] = union.range;
  drawCut(factors[0] as number, values, at, values, point, 1, 0, dims);
}

function contains(tree: Tree, node: number, at: number): boolean {
  const { floats, dims } = tree;
  const { values } = tree.points;
  for (let i = 0, side = node + BOX; i < dims; i++, side += 2) {
    const value = values[at + i] as number;
    if (value < (floats[side] as number) || value > (floats[side + 1] as number)) return false;
  }
  return true;
}

/** Puts a node with the cut that was drawn above `beside`, which is at this level, with the point on its other side. */
function splitAbove(tree: Tree, beside: number, level: number, at: number): number {
  const { ints, floats, dims } = tree;
  const { values } = tree.points;
  const { dimension, value } = cut;
  const parent = tree.parentOf(beside);
  const node = tree.takeNode(dimension, value);
  const leaf = tree.takeLeaf(at);
  tree.attach(node, parent, parent !== NONE && ints[parent + LEFT] === beside ? LEFT : RIGHT);
  const toLeft = (values[at + dimension] as number) <= value;
  tree.attach(~leaf, node, toLeft ? LEFT : RIGHT);
  tree.attach(beside, node, toLeft ? RIGHT : LEFT);
  roomForChanges(2 * dims);
  const { words } = changes;
  let { count } = changes;
  const box = node + BOX;
  const from = beside >= 0 ? beside + BOX : (tree.leaves[LEAF_WORDS * ~beside + LEAF_POINT] as number);
  for (let word = 0; word < 2 * dims; word++) {
    floats[box + word] = (beside >= 0 ? floats[from + word] : values[from + (word >> 1)]) as number;
    words[count++] = box + word;
  }
  changes.count = count;
  widen(tree, node, level, at);
  return leaf;
}

/** Widens the node's box to the point, which leaves it as noted for this level. */
function widen(tree: Tree, node: number, level: number, at: number): void {
  const { floats } = tree;
  const { values } = tree.points;
  const end = endExit[level] as number;
  roomForChanges(end - (firstExit[level] as number));
  const { words } = changes;
  let { count } = changes;
  for (let exit = firstExit[level] as number; exit < end; exit++) {
    const code = exits[exit] as number;
    floats[node + BOX + code] = values[at + (code >> 1)] as number;
    words[count++] = node + BOX + code;
  }
  changes.count = count;
  tree.setRange(node, ranges[level] as number);
}

/** The node's box without the point at `at`, which was below it; false if it lay on no side of the box. */
function shrink(tree: Tree, node: number, at: number): boolean {
  const { ints, floats, dims } = tree;
  const { values } = tree.points;
  const left = ints[node + LEFT] as number;
  const right = ints[node + RIGHT] as number;
  roomForChanges(2 * dims);
  const { words } = changes;
  let { count } = changes;
  let range = 0;
  for (let i = 0, side = node + BOX; i < dims; i++, side += 2) {
    const value = values[at + i] as number;
    let low = floats[side] as number;
    let high = floats[side + 1] as number;
    if (value <= low) {
      low = min(tree.low(left, i), tree.low(right, i));
      floats[side] = low;
      words[count++] = side;
    }
    if (value >= high) {
      high = max(tree.high(left, i), tree.high(right, i));
      floats[side + 1] = high;
      words[count++] = side + 1;
    }
    range += fround(high - low);
  }
  if (count === changes.count) return false;
  changes.count = count;
  tree.setRange(node, range);
  return true;
}
