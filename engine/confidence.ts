/** A week of history is worth a half, two weeks three quarters. */
export const confidenceOf = (days: number): number => 1 - 0.5 ** (days / 7);
