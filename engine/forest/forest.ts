import { Ensemble } from "./ensemble.ts";
import { JavaRandom } from "./java-random.ts";
import { learn } from "./learning.ts";
import type { ForestSettings } from "./options.ts";
import { PointStream } from "./point-stream.ts";
import type { Feed } from "./preprocessor.ts";
import { REJECTED, Sampler } from "./sampler.ts";
import { LEAF_MASS, LEAF_POINT, LEAF_WORDS, Tree } from "./tree.ts";

/** A random cut forest over the shingles of one series of normalised values. */
export class Forest implements Feed {
  readonly settings: ForestSettings;
  readonly points: PointStream;
  readonly trees: readonly Tree[];
  readonly samplers: readonly Sampler[];
  readonly ensemble: Ensemble;
  /** Values pushed, learnt from or not. */
  updates = 0;
  /** Whether any point was learnt; every tree takes the first. */
  hasLearnt = false;

  constructor(settings: ForestSettings) {
    const { samples, timeDecay, initialAcceptFraction } = settings;
    this.settings = settings;
    const points = new PointStream(settings.shingle);
    this.points = points;
    const random = JavaRandom.of(settings.seed);
    const nextSeed = (): Int32Array => {
      const seed = new Int32Array(2);
      random.nextLong(seed, 0);
      return seed;
    };
    const trees: Tree[] = [];
    const samplers: Sampler[] = [];
    for (let i = 0; i < settings.trees; i++) {
      trees.push(new Tree(points, samples, nextSeed()));
      samplers.push(new Sampler(samples, timeDecay, initialAcceptFraction, nextSeed()));
    }
    this.trees = trees;
    this.samplers = samplers;
    this.ensemble = new Ensemble(points, trees);
  }

  /** Whether enough was learnt to score. */
  get ready(): boolean {
    return this.hasLearnt && this.updates >= this.settings.outputAfter;
  }

  /** Takes the next value, and learns the point that it completes if `mayLearn`. */
  push(value: number, mayLearn: boolean): void {
    const { points, trees, samplers } = this;
    this.makeRoom(1);
    points.push(value);
    const update = this.updates++;
    const sequence = this.sequence(update);
    if (!mayLearn || sequence < 0) return;
    this.hasLearnt = true;
    for (let i = 0; i < trees.length; i++) {
      const tree = trees[i] as Tree;
      const sampler = samplers[i] as Sampler;
      const evicted = sampler.offer(sequence);
      if (evicted === REJECTED) continue;
      sampler.add(learn(tree, evicted, points.last, update));
    }
  }

  /** Sequence number of the point that the update with this number completes; negative while it is not whole. */
  sequence(update: number): number {
    return update - (this.points.dims - 1);
  }

  /** Makes room for `count` more values. */
  makeRoom(count: number): void {
    const { points } = this;
    if (points.room >= count) return;
    this.compact();
    if (points.room < count + points.values.length / 2) points.grow(count);
  }

  /** Forgets values that no tree holds any more. */
  compact(): void {
    const moved = this.points.compact(this.#liveOffsets());
    for (const { leaves } of this.trees) {
      for (let leaf = 0; leaf < leaves.length; leaf += LEAF_WORDS) {
        if ((leaves[leaf + LEAF_MASS] as number) === 0) continue;
        leaves[leaf + LEAF_POINT] = moved[leaves[leaf + LEAF_POINT] as number] as number;
      }
    }
  }

  *#liveOffsets(): Generator<number> {
    for (const { leaves } of this.trees) {
      for (let leaf = 0; leaf < leaves.length; leaf += LEAF_WORDS) {
        if ((leaves[leaf + LEAF_MASS] as number) > 0) yield leaves[leaf + LEAF_POINT] as number;
      }
    }
  }
}
