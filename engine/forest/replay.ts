import { Ensemble } from "./ensemble.ts";
import type { Forest } from "./forest.ts";
import type { Neighbour, PointJudge } from "./review.ts";
import { NOTHING } from "./sampler.ts";
import { placed, Tree } from "./tree.ts";

/**
 * Copies of the trees as they were before a block of values, and what each of them did in it. While the trees themselves
 * are at the block's end already, these can be asked about any moment of it, in order of time.
 */
export class Replay implements PointJudge {
  readonly #forest: Forest;
  readonly #followers: readonly Follower[];
  readonly #ensemble: Ensemble;
  #moment = 0;

  constructor(forest: Forest) {
    this.#forest = forest;
    this.#followers = forest.trees.map((tree) => new Follower(tree, forest.settings.samples));
    this.#ensemble = new Ensemble(
      forest.points,
      this.#followers.map(({ tree }) => tree),
    );
  }

  get points(): PointJudge["points"] {
    return this.#forest.points;
  }

  /** The copies become equal to the trees. The point that the block's first value completes begins at `base`. */
  beginBlock(base: number): void {
    for (const follower of this.#followers) follower.begin(base);
  }

  /** The tree has just learnt a value of the block, for which a leaf had to make room. */
  step(index: number, value: number, evicted: number): void {
    (this.#followers[index] as Follower).record(value, evicted);
  }

  /** From now on it is asked about the moment before this value of the block was learnt. */
  moveTo(value: number): void {
    this.#moment = value;
  }

  attribution(point: Float32Array): Float64Array {
    return this.#now().attribution(point);
  }

  impute(point: Float32Array, missing: number): Float32Array {
    return this.#now().impute(point, missing);
  }

  neighbours(point: Float32Array): readonly Neighbour[] {
    return this.#now().neighbours(point);
  }

  #now(): Ensemble {
    for (const follower of this.#followers) follower.catchUp(this.#moment);
    return this.#ensemble;
  }
}

/** Numbers that describe a step. */
const STEP = 4;

class Follower {
  readonly tree: Tree;
  readonly #leader: Tree;
  /** By step: the value that was learnt, the leaf that made room for it, and where it was put. */
  #steps = new Int32Array(STEP * 64);
  #cuts = new Float32Array(64);
  #length = 0;
  #next = 0;
  #base = 0;

  constructor(leader: Tree, samples: number) {
    this.#leader = leader;
    this.tree = new Tree(leader.points, samples, new Int32Array(2));
  }

  begin(base: number): void {
    this.tree.copy(this.#leader);
    this.#base = base;
    this.#length = 0;
    this.#next = 0;
  }

  record(value: number, evicted: number): void {
    if (this.#length === this.#cuts.length) this.#grow();
    const at = STEP * this.#length;
    this.#steps[at] = value;
    this.#steps[at + 1] = evicted;
    this.#steps[at + 2] = placed.beside;
    this.#steps[at + 3] = placed.dimension;
    this.#cuts[this.#length++] = placed.value;
  }

  /** Learns what the leader had learnt before this value. */
  catchUp(value: number): void {
    const steps = this.#steps;
    for (; this.#next < this.#length; this.#next++) {
      const at = STEP * this.#next;
      const learnt = steps[at] as number;
      if (learnt >= value) return;
      const evicted = steps[at + 1] as number;
      if (evicted !== NOTHING) this.tree.remove(evicted);
      const cut = this.#cuts[this.#next] as number;
      this.tree.put(this.#base + learnt, steps[at + 2] as number, steps[at + 3] as number, cut);
    }
  }

  #grow(): void {
    const steps = new Int32Array(2 * this.#steps.length);
    const cuts = new Float32Array(2 * this.#cuts.length);
    steps.set(this.#steps);
    cuts.set(this.#cuts);
    this.#steps = steps;
    this.#cuts = cuts;
  }
}
