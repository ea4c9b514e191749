import { CUT_VALUE, RIGHT, type Tree } from "./tree.ts";

/**
 * `descend` in four trees at once, none of which is empty, for the point of an update. A single descent waits at every node for memory, and guesses wrong at every other one; four of them without
 * branches overlap, and take half the time. A descent that is at its leaf, which is negative, stays there.
 */
export function descendFour(
  a: Tree,
  b: Tree,
  c: Tree,
  d: Tree,
  values: Float32Array,
  at: number,
  update: number,
): void {
  const aInts = a.ints;
  const bInts = b.ints;
  const cInts = c.ints;
  const dInts = d.ints;
  const aFloats = a.floats;
  const bFloats = b.floats;
  const cFloats = c.floats;
  const dFloats = d.floats;
  const aWay = a.way;
  const bWay = b.way;
  const cWay = c.way;
  const dWay = d.way;
  let aNode = a.root;
  let bNode = b.root;
  let cNode = c.root;
  let dNode = d.root;
  let aEnd = 0;
  let bEnd = 0;
  let cEnd = 0;
  let dEnd = 0;
  while ((aNode & bNode & cNode & dNode) >= 0) {
    aWay[aEnd] = aNode;
    bWay[bEnd] = bNode;
    cWay[cEnd] = cNode;
    dWay[dEnd] = dNode;
    const aStays = aNode >> 31;
    const bStays = bNode >> 31;
    const cStays = cNode >> 31;
    const dStays = dNode >> 31;
    const aNext = next(aInts, aFloats, aNode & ~aStays, values, at);
    const bNext = next(bInts, bFloats, bNode & ~bStays, values, at);
    const cNext = next(cInts, cFloats, cNode & ~cStays, values, at);
    const dNext = next(dInts, dFloats, dNode & ~dStays, values, at);
    aNode = (aNode & aStays) | (aNext & ~aStays);
    bNode = (bNode & bStays) | (bNext & ~bStays);
    cNode = (cNode & cStays) | (cNext & ~cStays);
    dNode = (dNode & dStays) | (dNext & ~dStays);
    aEnd += 1 + aStays;
    bEnd += 1 + bStays;
    cEnd += 1 + cStays;
    dEnd += 1 + dStays;
  }
  a.reached = ~aNode;
  b.reached = ~bNode;
  c.reached = ~cNode;
  d.reached = ~dNode;
  a.depth = aEnd;
  b.depth = bEnd;
  c.depth = cEnd;
  d.depth = dEnd;
  a.descendedFor = update;
  b.descendedFor = update;
  c.descendedFor = update;
  d.descendedFor = update;
}

function next(ints: Int32Array, floats: Float32Array, node: number, values: Float32Array, at: number): number {
  const left = (values[at + (ints[node] as number)] as number) <= (floats[node + CUT_VALUE] as number);
  return ints[node + RIGHT - +left] as number;
}
