/** What the count model can be tuned by. The defaults were chosen on a validation corpus, see docs/detection.md. */
export interface CountModelParameters {
  /** Share of a slot's past that each new visit to it leaves. */
  readonly seasonRetention: number;
  /** Visits' worth of the coarser level (hour of day, both kinds of day; then all hours) in a slot's rate. */
  readonly dayKindPrior: number;
  readonly hourPrior: number;
  /** Events and hours of belief before anything was seen. */
  readonly priorEvents: number;
  readonly priorHours: number;
  /** Half-life of the recent level relative to the season, in hours, and the weight of "no change". */
  readonly levelHalfLife: number;
  readonly levelPrior: number;
  /** Share of the dispersion's past that a day leaves; the prior's weight in windows; the prior itself. */
  readonly dispersionRetention: number;
  readonly dispersionPriorWeight: number;
  readonly dispersionPrior: number;
  readonly leastDispersion: number;
  /** What is learnt of one bucket is at most expectation + `learnSigmas` standard deviations + `learnMargin`. */
  readonly learnSigmas: number;
  readonly learnMargin: number;
  /** The same for the residuals of which dispersion is learnt. */
  readonly residualSigmas: number;
  readonly residualMargin: number;
  /** Scores are scaled by h / (h + trustHours) after h hours of history. */
  readonly trustHours: number;
  /** Tail beyond either end of the band. */
  readonly bandTail: number;
}

export const DEFAULT_PARAMETERS: CountModelParameters = {
  seasonRetention: 0.95,
  dayKindPrior: 0.5,
  hourPrior: 1,
  priorEvents: 0.3,
  priorHours: 24,
  levelHalfLife: 18,
  levelPrior: 6,
  dispersionRetention: 0.96,
  dispersionPriorWeight: 8,
  dispersionPrior: 0.2,
  leastDispersion: 0.003,
  learnSigmas: 5,
  learnMargin: 3,
  residualSigmas: 5,
  residualMargin: 2,
  trustHours: 24,
  bandTail: 0.005,
};
