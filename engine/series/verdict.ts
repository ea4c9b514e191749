/** Expected episodes per series-week fall by a factor of ten for so much more of a score, from this score at one a week. */
const ONE_A_WEEK = 1.1;
const TENFOLD = 1.1;
/** Where half of what is said is true, on the validation corpus, and how sharply that changes. */
const EVEN = 1.4;
const SHARPNESS = 0.35;

/** 0..1: the share of episodes with about this score that were true, on the validation corpus. */
export const gradeOf = (score: number): number => (score <= 0 ? 0 : 1 / (1 + Math.exp(-(score - EVEN) / SHARPNESS)));

/** The score that is to be expected so many times per series and week of five-minute points, true or not. */
export const scoreAtRate = (perWeek: number): number => ONE_A_WEEK - TENFOLD * Math.log10(perWeek);

/** The score from which on a point is an anomaly: where half of the episodes are true. */
export const ANOMALY = EVEN;
