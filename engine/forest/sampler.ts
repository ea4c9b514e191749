import { drawAbove, replayableDouble } from "./java-random.ts";

const { abs, exp, fround, log } = Math;

/** For so many points ahead a bound of what is surely rejected is computed at once. */
const HORIZON = 32;
/** Far more than log and exp can be wrong by, relative to float32's rounding of a weight. */
const MARGIN = 1e-5;

/**
 * Weighted reservoir of one tree (Efraimidis and Spirakis, with exponential time decay): the point with sequence number
 * n has weight `float32(ln(-ln U) - n * decay)`, the smallest are kept, in a max-heap. Until it is full a point is
 * accepted anyhow with a probability that falls from 1, at `initialAcceptFraction` of the capacity, to 0.
 */
export class Sampler {
  readonly capacity: number;
  readonly weights: Float32Array;
  /** Leaf slots in the tree, in the heap's order. */
  readonly leaves: Int32Array;
  size = 0;
  /** Seed of the next draw, in halves of 24 bits: every draw is the third and fourth step of a generator of its own. */
  readonly seed: Int32Array;
  readonly #decay: number;
  readonly #initialAcceptFraction: number;
  /** Weight of the point that was accepted last. */
  #accepted = 0;
  /** Draws up to this are rejected for sequence numbers up to `#surelyUntil`. */
  #surelyRejected = 0;
  #surelyUntil = -1;

  constructor(capacity: number, decay: number, initialAcceptFraction: number, seed: Int32Array) {
    this.capacity = capacity;
    this.weights = new Float32Array(capacity);
    this.leaves = new Int32Array(capacity);
    this.seed = seed;
    this.#decay = decay;
    this.#initialAcceptFraction = initialAcceptFraction;
  }

  /**
   * Decides about the point with this sequence number: `REJECTED`, or it is to be put with `add`, and the answer is the
   * leaf that has to make room for it, or `NOTHING`.
   */
  offer(sequence: number): number {
    if (this.size === this.capacity) {
      if (sequence > this.#surelyUntil) this.#bound(sequence);
      const draw = drawAbove(this.#surelyRejected, this.seed);
      if (draw < 0) return REJECTED;
      const weight = this.#weigh(sequence, draw > 0 ? draw : this.#draw());
      if (weight >= (this.weights[0] as number)) return REJECTED;
      this.#accepted = weight;
      return this.#evict();
    }
    const weight = this.#weigh(sequence, this.#draw());
    const initial = replayableDouble(this.seed) < this.#initialProbability();
    if (!initial && weight >= (this.weights[0] as number)) return REJECTED;
    this.#accepted = weight;
    return initial ? NOTHING : this.#evict();
  }

  /** Puts the accepted point, which has become this leaf. */
  add(leaf: number): void {
    const { weights, leaves } = this;
    const weight = this.#accepted;
    let at = this.size++;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if ((weights[above] as number) >= weight) break;
      weights[at] = weights[above] as number;
      leaves[at] = leaves[above] as number;
      at = above;
    }
    weights[at] = weight;
    leaves[at] = leaf;
  }

  #evict(): number {
    const { weights, leaves } = this;
    const evicted = leaves[0] as number;
    const size = --this.size;
    const weight = weights[size] as number;
    const leaf = leaves[size] as number;
    let at = 0;
    for (let below = 1; below < size; below = 2 * at + 1) {
      if (below + 1 < size && (weights[below + 1] as number) > (weights[below] as number)) below++;
      if ((weights[below] as number) <= weight) break;
      weights[at] = weights[below] as number;
      leaves[at] = leaves[below] as number;
      at = below;
    }
    weights[at] = weight;
    leaves[at] = leaf;
    return evicted;
  }

  #draw(): number {
    for (;;) {
      const draw = replayableDouble(this.seed);
      if (draw > 0) return draw;
    }
  }

  #weigh(sequence: number, draw: number): number {
    return fround(-sequence * this.#decay + log(-log(draw)));
  }

  #initialProbability(): number {
    const fraction = this.#initialAcceptFraction;
    if (this.size < fraction * this.capacity) return 1;
    if (fraction >= 1) return 0;
    return 1 - (this.size / this.capacity - fraction) / (1 - fraction);
  }

  /**
   * `ln(-ln U) - n * decay < w` means `U > exp(-exp(w + n * decay))`. The right side falls as n grows, and rises as w
   * falls, which it does with every point that a full sample takes: the bound holds for all numbers up to the horizon.
   */
  #bound(sequence: number): void {
    this.#surelyUntil = sequence + HORIZON;
    const limit = (this.weights[0] as number) + this.#surelyUntil * this.#decay;
    this.#surelyRejected = exp(-exp(limit + MARGIN * (1 + abs(limit))));
  }
}

export const REJECTED = -2;
export const NOTHING = -1;
