/** The score that is reached falsely once a series-week on the validation corpus, and how much more is a tenth as often. */
const ONE_A_WEEK = 1;
const TENFOLD = 0.8;
/** Grades are a logistic function of the score. */
const EVEN = 1.4;
const SHARPNESS = 0.4;

/** The score from which on a point is an anomaly: a grade of 0.5. */
export const ANOMALY = EVEN;

/**
 * 0..1: at most the share of true ones among episodes that reach this score on the validation corpus (0.5 of those
 * above 1.33, 0.7 above 1.6, 0.91 above 2.5), where one series in three has an anomaly a week.
 */
export const gradeOf = (score: number): number => (score <= 0 ? 0 : 1 / (1 + Math.exp(-(score - EVEN) / SHARPNESS)));

/** The score that is reached falsely so many times per series and week of five-minute points. */
export const scoreAtRate = (perWeek: number): number => ONE_A_WEEK - TENFOLD * Math.log10(perWeek);
