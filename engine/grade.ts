/**
 * From a tail score to a grade in 0..1: on the validation corpus, the share of episodes whose best score was about
 * this that were true. A logistic fit; see docs/detection.md.
 */
export const gradeOf = (score: number): number => 1 / (1 + Math.exp(-(score - 9.4) / 2.5));

/** A week of history is worth a half, two weeks three quarters. */
export const confidenceOf = (days: number): number => 1 - 0.5 ** (days / 7);
