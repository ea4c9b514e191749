/** Per point: after a hundred of them, eight hours of five-minute points, half is forgotten. */
const RETENTION = 0.5 ** (1 / 100);
/** What is said again must be so much more than what was said. */
const AGAIN = 1.3;
/** Points that still have so much of the score that was said go on with it; of the last 23 or so more than half. */
const STILL = 0.3;
const GOES_ON = 0.5;
const ATTENTION = 0.97;
/** Per point that goes on: fades half as fast. */
const SLOWLY = RETENTION ** 0.5;

/** What was said, as it is after fading, and the discounted share of points that went on with it. */
export type SavedAfterglow = readonly [said: number, lasting: number];

/**
 * Says a thing once: a score counts only where it stands out from what was said before, which fades. The first points
 * of an anomaly are said, and again when it grows; its other points, and what follows soon and is no more, are not.
 * While a thing goes on, as a level shift does until it is learnt, it fades more slowly.
 */
export class Afterglow {
  #said: number;
  #lasting: number;

  constructor([said, lasting]: SavedAfterglow = [0, 0]) {
    this.#said = said;
    this.#lasting = lasting;
  }

  /** The score, or 0 where it was said. */
  say(score: number): number {
    const goesOn = score > 0 && score >= STILL * this.#said;
    this.#lasting = this.#lasting * ATTENTION + (goesOn ? 1 - ATTENTION : 0);
    this.#said *= this.#lasting < GOES_ON ? RETENTION : SLOWLY;
    if (!(score > this.#said * AGAIN)) return 0;
    this.#said = score;
    return score;
  }

  save(): SavedAfterglow {
    return [this.#said, this.#lasting];
  }
}
