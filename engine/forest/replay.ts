import { changes } from "./changes.ts";
import { Ensemble } from "./ensemble.ts";
import type { Forest } from "./forest.ts";
import type { Neighbour, PointJudge } from "./review.ts";
import { Tree } from "./tree.ts";

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

  /** The copies become equal to the trees. */
  beginBlock(): void {
    for (const follower of this.#followers) follower.begin();
  }

  /** The tree has just learnt a value of the block. */
  step(index: number, value: number): void {
    (this.#followers[index] as Follower).record(value);
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

/** Numbers that a step begins with: the value that was learnt, the root and the mass after it, and how many words follow. */
const HEAD = 4;

/** A copy of a tree that lags behind it: it takes over the words that the tree has written, step by step. */
class Follower {
  readonly tree: Tree;
  readonly #leader: Tree;
  /** After each step's head pairs of a word's position and what was written. */
  #steps = new Int32Array(1 << 14);
  #length = 0;
  #next = 0;

  constructor(leader: Tree, samples: number) {
    this.#leader = leader;
    this.tree = new Tree(leader.points, samples, new Int32Array(2));
  }

  begin(): void {
    this.tree.ints.set(this.#leader.ints);
    this.tree.root = this.#leader.root;
    this.tree.mass = this.#leader.mass;
    this.#length = 0;
    this.#next = 0;
  }

  record(value: number): void {
    const { words, count } = changes;
    if (this.#length + HEAD + 2 * count > this.#steps.length) this.#grow(HEAD + 2 * count);
    const steps = this.#steps;
    const { ints } = this.#leader;
    let at = this.#length;
    steps[at++] = value;
    steps[at++] = this.#leader.root;
    steps[at++] = this.#leader.mass;
    steps[at++] = count;
    for (let i = 0; i < count; i++) {
      const word = words[i] as number;
      steps[at++] = word;
      steps[at++] = ints[word] as number;
    }
    this.#length = at;
  }

  /** Takes over what the leader had learnt before this value. */
  catchUp(value: number): void {
    const steps = this.#steps;
    const { tree } = this;
    const { ints } = tree;
    let at = this.#next;
    while (at < this.#length && (steps[at] as number) < value) {
      tree.root = steps[at + 1] as number;
      tree.mass = steps[at + 2] as number;
      const end = at + HEAD + 2 * (steps[at + 3] as number);
      for (at += HEAD; at < end; at += 2) ints[steps[at] as number] = steps[at + 1] as number;
    }
    this.#next = at;
  }

  #grow(more: number): void {
    const steps = new Int32Array(2 * (this.#length + more));
    steps.set(this.#steps);
    this.#steps = steps;
  }
}
