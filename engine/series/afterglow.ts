/** Per point: after a hundred of them, eight hours of five-minute points, half is forgotten. */
const RETENTION = 0.5 ** (1 / 100);
/** What is said again must be so much more than what was said. */
const AGAIN = 1.3;

/**
 * Says a thing once: a score counts only where it stands out from what was said before, which fades. The first points
 * of an anomaly are said, and again when it grows; its other points, and what follows soon and is no more, are not.
 */
export class Afterglow {
  #said: number;

  constructor(saved = 0) {
    this.#said = saved;
  }

  /** The score, or 0 where it was said. */
  say(score: number): number {
    this.#said *= RETENTION;
    if (!(score > this.#said * AGAIN)) return 0;
    this.#said = score;
    return score;
  }

  save(): number {
    return this.#said;
  }
}
