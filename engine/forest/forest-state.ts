import { type BitReader, type BitWriter, widthOf } from "./bits.ts";
import { changes } from "./changes.ts";
import type { Forest } from "./forest.ts";
import type { Sampler } from "./sampler.ts";
import { CUT_DIMENSION, CUT_VALUE, LEAF_POINT, LEAF_WORDS, LEFT, NONE, RIGHT, samePoint, type Tree } from "./tree.ts";

/**
 * A forest is saved as the values that its points consist of, where in them a point in use begins, and for each tree its
 * cuts from the root on, and its sample with a number for each point. Leaves follow from the points and the cuts, boxes
 * from the leaves.
 */
export function writeForest(out: BitWriter, forest: Forest): void {
  forest.compact();
  const { points } = forest;
  const numbers = new Int32Array(points.length).fill(-1);
  for (const [i, sampler] of forest.samplers.entries()) {
    for (const at of pointsOf(forest.trees[i] as Tree, sampler)) numbers[at] = 0;
  }
  let count = 0;
  out.float64(forest.updates);
  out.bits(points.length, 32);
  for (let at = 0; at < points.length; at++) {
    out.float32(points.values[at] as number);
    out.bits((numbers[at] as number) + 1, 1);
    if (numbers[at] === 0) numbers[at] = count++;
  }
  const width = widthOf(count);
  for (const [i, sampler] of forest.samplers.entries()) {
    const tree = forest.trees[i] as Tree;
    out.bits(sampler.size, 32);
    writeSeed(out, sampler.seed);
    writeSeed(out, tree.seed);
    if (sampler.size > 0) writeCuts(out, tree);
    for (const [n, at] of pointsOf(tree, sampler).entries()) {
      out.float32(sampler.weights[n] as number);
      out.bits(numbers[at] as number, width);
    }
  }
}

/** Into a forest that has learnt nothing. Throws a RangeError where that is no forest. */
export function readForest(input: BitReader, forest: Forest): void {
  forest.updates = input.float64();
  const length = input.bits(32);
  const values: number[] = [];
  const begins: number[] = [];
  for (let at = 0; at < length; at++) {
    values.push(input.float32());
    if (input.bits(1) === 1) begins.push(at);
  }
  const { points } = forest;
  if (length < points.dims || (begins.at(-1) ?? 0) > length - points.dims) throw new RangeError("damaged");
  points.replace(values);
  const width = widthOf(begins.length);
  for (const [i, sampler] of forest.samplers.entries()) {
    const tree = forest.trees[i] as Tree;
    changes.count = 0;
    const size = input.bits(32);
    if (size > sampler.capacity) throw new RangeError("damaged");
    sampler.size = size;
    readSeed(input, sampler.seed);
    readSeed(input, tree.seed);
    const nodes = size > 0 ? readCuts(input, tree, size) : [];
    for (let n = 0; n < size; n++) {
      sampler.weights[n] = input.float32();
      const at = begins[input.bits(width)];
      if (at === undefined) throw new RangeError("damaged");
      sampler.leaves[n] = placeLeaf(tree, at);
    }
    for (const node of nodes.reverse()) tree.joinBoxes(node);
    forest.hasLearnt ||= size > 0;
  }
}

/** Where the points of the sample begin, in the heap's order. */
const pointsOf = (tree: Tree, sampler: Sampler): readonly number[] =>
  Array.from(sampler.leaves.subarray(0, sampler.size), (leaf) => tree.leaves[LEAF_WORDS * leaf + LEAF_POINT] as number);

/** From the root on, left before right: a 1 and the cut for a node, a 0 for a leaf. */
function writeCuts(out: BitWriter, tree: Tree): void {
  const width = widthOf(tree.dims - 1);
  const open = [tree.root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    out.bits(node >= 0 ? 1 : 0, 1);
    if (node < 0) continue;
    out.bits(tree.ints[node + CUT_DIMENSION] as number, width);
    out.float32(tree.floats[node + CUT_VALUE] as number);
    open.push(tree.ints[node + RIGHT] as number, tree.ints[node + LEFT] as number);
  }
}

/** Makes the nodes, whose leaves are not there yet; answers them, each before those below it. */
function readCuts(input: BitReader, tree: Tree, mass: number): number[] {
  const width = widthOf(tree.dims - 1);
  const nodes: number[] = [];
  const open: [parent: number, side: number][] = [[NONE, LEFT]];
  for (let place = open.pop(); place; place = open.pop()) {
    if (input.bits(1) === 0) continue;
    const dimension = input.bits(width);
    if (nodes.length === mass - 1 || dimension >= tree.dims) throw new RangeError("damaged");
    const node = tree.takeNode(dimension, input.float32());
    tree.attach(node, ...place);
    nodes.push(node);
    open.push([node, RIGHT], [node, LEFT]);
  }
  return nodes;
}

/** Puts the point at `at` where the cuts lead it. */
function placeLeaf(tree: Tree, at: number): number {
  const { values } = tree.points;
  let parent = NONE;
  let side = LEFT;
  let node = tree.root;
  while (node >= 0) {
    parent = node;
    const dimension = tree.ints[node + CUT_DIMENSION] as number;
    side = (values[at + dimension] as number) <= (tree.floats[node + CUT_VALUE] as number) ? LEFT : RIGHT;
    node = tree.ints[node + side] as number;
  }
  if (node === NONE) {
    const leaf = tree.takeLeaf(at);
    tree.attach(~leaf, parent, side);
    return leaf;
  }
  const known = tree.leaves[LEAF_WORDS * ~node + LEAF_POINT] as number;
  if (!samePoint(values, at, values, known, tree.dims)) throw new RangeError("damaged");
  tree.addMass(~node, 1);
  return ~node;
}

function writeSeed(out: BitWriter, seed: Int32Array): void {
  for (const half of seed) out.bits(half, 24);
}

function readSeed(input: BitReader, seed: Int32Array): void {
  for (let i = 0; i < seed.length; i++) seed[i] = input.bits(24);
}
