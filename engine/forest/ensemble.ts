import { addAttribution } from "./attribution.ts";
import { expectedIn } from "./expected.ts";
import type { PointStream } from "./point-stream.ts";
import type { Neighbour, PointJudge } from "./review.ts";
import { sumOfScores } from "./scoring.ts";
import { LEAF_POINT, LEAF_WORDS, samePoint, type Tree } from "./tree.ts";

const { ceil, fround, sqrt } = Math;

/** What trees over the same points say together. None of them is empty. */
export class Ensemble implements PointJudge {
  readonly points: PointStream;
  readonly trees: readonly Tree[];

  constructor(points: PointStream, trees: readonly Tree[]) {
    this.points = points;
    this.trees = trees;
  }

  /** `update` is the one that the point may be learnt with afterwards. */
  score(point: Float32Array, update: number): number {
    return sumOfScores(this.trees, point, 0, update) / this.trees.length;
  }

  attribution(point: Float32Array): Float64Array {
    const total = new Float64Array(2 * point.length);
    for (const tree of this.trees) addAttribution(tree, point, total);
    const share = 1 / this.trees.length;
    for (let i = 0; i < total.length; i++) total[i] = (total[i] as number) * share;
    return total;
  }

  impute(point: Float32Array, missing: number): Float32Array {
    const values = Float32Array.from(this.trees, (tree) => expectedIn(tree, point, missing)).sort();
    const imputed = point.slice();
    imputed[missing] = values[ceil(values.length / 2) - 1] as number;
    return imputed;
  }

  neighbours(point: Float32Array): readonly Neighbour[] {
    const { values } = this.points;
    const dims = point.length;
    const found: Neighbour[] = [];
    for (const tree of this.trees) {
      const at = tree.leaves[LEAF_WORDS * tree.descend(point, 0) + LEAF_POINT] as number;
      const distance = distanceOf(point, values, at);
      const same = found.find((other) => other.distance === distance && samePoint(values, other.at, values, at, dims));
      if (same) same.count++;
      else found.push({ at, distance, count: 1 });
    }
    return found.sort((a, b) => a.distance - b.distance);
  }
}

function distanceOf(point: Float32Array, values: Float32Array, at: number): number {
  let squares = 0;
  for (let i = 0; i < point.length; i++) {
    const difference = fround((point[i] as number) - (values[at + i] as number));
    squares += difference * difference;
  }
  return sqrt(squares);
}
