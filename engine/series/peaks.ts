/** Points that make a block: a day of five-minute points. Of each block the highest score is learnt. */
const BLOCK = 288;
/** Per block: what was two months ago counts half. */
const RETENTION = 0.5 ** (1 / 60);
/** Of the mean excess that is believed in. */
const LEAST_WIDTH = 0.1;

/** What is believed of an opinion's peaks before any were seen, and how much of a peak is learnt. */
export interface PeakBelief {
  /** Scores above it are peaks. */
  readonly from: number;
  /** How far above it a peak lies on average, and how many peaks that belief is worth. */
  readonly excess: number;
  readonly worth: number;
  /** Peaks a block, and how many blocks that belief is worth. */
  readonly rate: number;
  readonly blocks: number;
  /** A peak is learnt as at most so many times the mean excess. */
  readonly most: number;
  /** Whether peaks may all be about as high, as those of a job that runs every day are. */
  readonly alike: boolean;
}

/** Of the count model's scores; see docs/detection.md for how it was chosen. */
export const COUNT_PEAKS: PeakBelief = { from: 2, excess: 1, worth: 4, rate: 2 / 7, blocks: 7, most: 4, alike: false };

export interface SavedPeaks {
  readonly count: number;
  readonly excess: number;
  readonly squares: number;
  readonly blocks: number;
  readonly position: number;
  readonly highest: number;
}

/**
 * How often a series reaches a score, learnt from its own past peaks: these come at some rate, and their excesses over a
 * threshold are exponential with an unknown mean, for which there is a prior. What is predicted of the next is then a
 * Lomax distribution; where peaks are alike, one that begins where these lie, and is as wide as they scatter. A series whose counts scatter more than its model knows has many high peaks, and needs a higher
 * one to be conspicuous; a single anomaly hardly changes what is believed.
 */
export class Peaks {
  readonly #belief: PeakBelief;
  #count: number;
  #excess: number;
  #squares: number;
  #blocks: number;
  #position: number;
  #highest: number;

  constructor(belief: PeakBelief, saved?: SavedPeaks) {
    this.#belief = belief;
    this.#count = saved?.count ?? 0;
    this.#excess = saved?.excess ?? 0;
    this.#squares = saved?.squares ?? 0;
    this.#blocks = saved?.blocks ?? 0;
    this.#position = saved?.position ?? 0;
    this.#highest = saved?.highest ?? 0;
  }

  /** -log10 of how many peaks as high as `score` are expected a block; 0 for what is expected once or more. */
  rarity(score: number): number {
    const { from, excess, worth, rate, blocks } = this.#belief;
    const over = score - from;
    if (over <= 0) return 0;
    const perBlock = (this.#count + rate * blocks) / (this.#blocks + blocks);
    const peaks = worth + this.#count;
    const mean = (worth * excess + this.#excess) / peaks;
    const scale = this.#belief.alike ? this.#width(mean) : mean;
    const beyond = Math.max(0, over - (mean - scale));
    return Math.max(0, peaks * Math.log10(1 + beyond / (scale * peaks)) - Math.log10(perBlock));
  }

  /** The standard deviation of excesses, which is the mean of exponential ones. */
  #width(mean: number): number {
    const { excess, worth } = this.#belief;
    const squares = (2 * worth * excess * excess + this.#squares) / (worth + this.#count);
    return Math.max(LEAST_WIDTH * excess, Math.min(mean, Math.sqrt(Math.max(0, squares - mean * mean))));
  }

  /** How many times further than believed the peaks of this series reach, as far as is known. */
  get stretch(): number {
    const { excess, worth } = this.#belief;
    return (worth * excess + this.#excess) / ((worth + this.#count) * excess);
  }

  learn(score: number): void {
    if (score > this.#highest) this.#highest = score;
    if (++this.#position === BLOCK) this.#endBlock();
  }

  /** The same as learning 0 so many times. */
  learnZeros(count: number): void {
    for (let left = count; left > 0; ) {
      const step = Math.min(left, BLOCK - this.#position);
      this.#position += step;
      left -= step;
      if (this.#position === BLOCK) this.#endBlock();
    }
  }

  #endBlock(): void {
    const { from, most, worth, excess } = this.#belief;
    this.#count *= RETENTION;
    this.#excess *= RETENTION;
    this.#squares *= RETENTION;
    this.#blocks = this.#blocks * RETENTION + 1;
    if (this.#highest > from) {
      const mean = (worth * excess + this.#excess) / (worth + this.#count);
      this.#count++;
      const over = Math.min(this.#highest - from, most * mean);
      this.#excess += over;
      this.#squares += over * over;
    }
    this.#position = 0;
    this.#highest = 0;
  }

  save(): SavedPeaks {
    return {
      count: this.#count,
      excess: this.#excess,
      squares: this.#squares,
      blocks: this.#blocks,
      position: this.#position,
      highest: this.#highest,
    };
  }
}
