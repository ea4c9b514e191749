import type { EpochMs } from "#core/domain/time.ts";
import type { ForestDetector } from "./detector.ts";
import { confidenceOf, type ForestJudgement, judgementOf, type Moment, momentOf, unjudged } from "./judgement.ts";
import { learn } from "./learning.ts";
import { Replay } from "./replay.ts";
import { REJECTED, type Sampler } from "./sampler.ts";
import { scoreIn } from "./scoring.ts";
import type { Tree } from "./tree.ts";

/** Values taken at once: a tree that goes through so many stays in the processor's nearest memory meanwhile. */
const BLOCK = 512;
/** For fewer values it does not pay to copy the trees. */
const FEW = 64;

/** A value of a block, as it is before it is learnt. */
interface BlockMoment {
  readonly confidence: number;
  /** `null` where the forest cannot score it yet. */
  readonly moment: Moment | null;
  /** The values that it gives to the forest, imputed ones before its own, counted from the block's beginning. */
  readonly from: number;
  readonly to: number;
  readonly shiftAfter: number;
}

/**
 * The same as `detector.observe` for each of the values. What trees learn does not depend on what is found, so that each
 * of them goes through a block of values at once, and only one has to fit into the processor's cache. Where a score
 * needs a closer look, copies of the trees are brought to that moment.
 */
export function observeSeries(
  detector: ForestDetector,
  timestamps: ArrayLike<EpochMs>,
  values: ArrayLike<number | null>,
): (ForestJudgement | null)[] {
  if (timestamps.length < FEW) {
    return Array.from(timestamps, (timestamp, i) => detector.observe(timestamp, values[i] as number | null));
  }
  const judgements: (ForestJudgement | null)[] = new Array(timestamps.length).fill(null);
  const replay = new Replay(detector.forest);
  for (let next = 0; next < judgements.length; ) {
    const block = new Block(detector);
    const positions: number[] = [];
    for (; next < judgements.length && block.length < BLOCK; next++) {
      const taken = detector.take(timestamps[next] as number, values[next] as number | null);
      if (!taken) continue;
      positions.push(next);
      block.take(taken.time, taken.value);
    }
    for (const [n, judgement] of block.judge(replay).entries()) judgements[positions[n] as number] = judgement;
  }
  return judgements;
}

class Block {
  readonly #detector: ForestDetector;
  readonly #moments: BlockMoment[] = [];
  /** Values for the forest, and by value whether the point that it completes is learnt. */
  readonly #scaled: number[] = [];
  readonly #learnt: boolean[] = [];
  /** The values in the series' unit, after those of the shingle before the block. */
  readonly #inputs: number[];
  readonly #updates: number;
  #hasLearnt: boolean;

  constructor(detector: ForestDetector) {
    this.#detector = detector;
    this.#inputs = [...detector.preprocessor.state.inputs];
    this.#updates = detector.forest.updates;
    this.#hasLearnt = detector.forest.hasLearnt;
  }

  get length(): number {
    return this.#scaled.length;
  }

  /** As the forest's own, to which it is given later. */
  push(value: number, mayLearn: boolean, input: number): void {
    const learnt = mayLearn && this.#detector.forest.sequence(this.#updates + this.length) >= 0;
    this.#scaled.push(value);
    this.#learnt.push(learnt);
    this.#inputs.push(input);
    this.#hasLearnt ||= learnt;
  }

  take(time: number, value: number | null): void {
    const { preprocessor, settings } = this.#detector;
    const from = this.length;
    const confidence = confidenceOf(preprocessor, settings);
    const ready = this.#hasLearnt && this.#updates + from >= settings.outputAfter;
    let moment: Moment | null = null;
    if (!preprocessor.started) preprocessor.wait(time, value, this);
    else {
      const arrival = preprocessor.prepare(time, value);
      if (ready) moment = momentOf(arrival, preprocessor, settings);
      preprocessor.commit(arrival, this);
    }
    this.#moments.push({ confidence, moment, from, to: this.length, shiftAfter: preprocessor.shift });
  }

  judge(replay: Replay): readonly ForestJudgement[] {
    const { forest, corrector } = this.#detector;
    forest.makeRoom(this.length);
    const base = forest.points.last + 1;
    for (const value of this.#scaled) forest.points.push(value);
    forest.updates += this.length;
    forest.hasLearnt = this.#hasLearnt;
    const scores = new Float64Array(this.#moments.length);
    replay.beginBlock();
    for (const [index, tree] of forest.trees.entries()) {
      this.#goThrough(tree, forest.samplers[index] as Sampler, index, base, scores, replay);
    }
    return this.#moments.map(({ confidence, moment, from, to, shiftAfter }, n) => {
      const score = (scores[n] as number) / forest.trees.length;
      if (!moment || score === 0) return unjudged(confidence);
      const at = base + to - 1;
      const point = forest.points.values.subarray(at, at + forest.points.dims);
      replay.moveTo(from);
      const verdict = corrector.judge({ ...moment, point, score }, replay);
      if (verdict.grade > 0) corrector.remember(shiftAfter - moment.shift);
      const newest = this.#detector.settings.shingle + from;
      return judgementOf(moment, point, score, verdict, (index) => this.#inputs[newest + index] as number);
    });
  }

  /** Scores and learns the block in one tree. */
  #goThrough(tree: Tree, sampler: Sampler, index: number, base: number, scores: Float64Array, replay: Replay): void {
    const { forest } = this.#detector;
    const { values } = forest.points;
    const learnt = this.#learnt;
    const updates = this.#updates;
    const sequence = forest.sequence(updates);
    for (let n = 0; n < this.#moments.length; n++) {
      const { moment, from, to } = this.#moments[n] as BlockMoment;
      if (moment) scores[n] = (scores[n] as number) + scoreIn(tree, values, base + to - 1, updates + to - 1);
      for (let value = from; value < to; value++) {
        if (!learnt[value]) continue;
        const evicted = sampler.offer(sequence + value);
        if (evicted === REJECTED) continue;
        sampler.add(learn(tree, evicted, base + value, updates + value));
        replay.step(index, value);
      }
    }
  }
}
