/** The score that is reached falsely once a series-week on the validation corpus, and how much more is a tenth as often. */
const ONE_A_WEEK = 1;
const TENFOLD = 0.8;
/** What is as rare as this grows rarer more slowly: there it is up to series that no model fits well. */
const SELDOM = 0.05;
const TENFOLD_SELDOM = 1.5;
const SELDOM_SCORE = ONE_A_WEEK - TENFOLD * Math.log10(SELDOM);
/** Grades are a logistic function of the score. */
const SHARPNESS = 0.4;

/** The score from which on a point of a single series is an anomaly. */
export const ANOMALY = 1.4;

/**
 * 0..1: 0.5 at the score `even`. Of a single series at most the share of true ones among episodes that reach this score
 * on the validation corpus (0.5 of those above 1.33, 0.7 above 1.6, 0.91 above 2.5), where one series in three has an
 * anomaly a week; where true ones are rarer, as many are believed only at a higher score.
 */
export const gradeOf = (score: number, even = ANOMALY): number =>
  score <= 0 ? 0 : 1 / (1 + Math.exp(-(score - even) / SHARPNESS));

/** The score that is reached falsely so many times per series and week of five-minute points. */
export const scoreAtRate = (perWeek: number): number =>
  perWeek >= SELDOM
    ? ONE_A_WEEK - TENFOLD * Math.log10(perWeek)
    : SELDOM_SCORE + TENFOLD_SELDOM * Math.log10(SELDOM / perWeek);

/** The inverse of {@link scoreAtRate}. */
export const rateAtScore = (score: number): number =>
  score <= SELDOM_SCORE
    ? 10 ** ((ONE_A_WEEK - score) / TENFOLD)
    : SELDOM * 10 ** ((SELDOM_SCORE - score) / TENFOLD_SELDOM);
