import { expect, test } from "@jest/globals";
import { readCorpus } from "../../../bench/detection/count-corpus.ts";
import {
  atBudget,
  averagePrecision,
  precisionOf,
  recallOf,
  seriesWeeks,
} from "../../../bench/detection/count-scoring.ts";
import { scoreCounts } from "../../../bench/detection/count-tables.ts";
import { FUSED } from "../../../bench/detection/methods.ts";

/** Below what docs/detection.md says of the validation split: a change that costs more than that should be meant. */
test("the detector finds in the validation split what it is said to find", () => {
  const corpus = readCorpus("validation");
  const { curve } = scoreCounts(corpus, FUSED);
  expect(averagePrecision(curve)).toBeGreaterThan(0.82);
  const half = atBudget(curve, 0.5, seriesWeeks(corpus));
  expect(half && recallOf(half)).toBeGreaterThan(0.85);
  const quarter = atBudget(curve, 0.25, seriesWeeks(corpus));
  expect(quarter && precisionOf(quarter)).toBeGreaterThan(0.85);
}, 120_000);
