import { expect, test } from "@jest/globals";
import type { Incident, PagingDecision } from "#core/domain/incident.ts";
import { budgetLimits, budgetSection } from "../../../bench/evaluation/budget-tables.ts";
import { scoreBudget } from "../../../bench/evaluation/score-budget.ts";
import { incident, story, truth } from "./made.ts";

const at = (day: string, one: Incident, heldBackBy?: PagingDecision["heldBackBy"]): Incident => ({
  ...one,
  openedAt: Date.parse(`2026-${day}T12:00:00Z`),
  paging: heldBackBy === undefined ? one.paging : { paged: false, reason: "", heldBackBy },
});

// Weeks begin on 26 October, 2 and 9 November; the story is in the last.
const planted = story("theft", ["t1"]);

test("in weeks without anything planted, what was above the threshold is counted, held back by the cap or not", () => {
  const score = scoreBudget(truth(planted), [
    at("10-27", incident(["a"])),
    at("10-28", incident(["b"]), "cap"),
    at("10-29", incident(["c"]), "calibration"),
    at("10-30", incident(["d"], { severity: "low" })),
    at("11-10", incident(["t1"])),
  ]);
  expect(score).toMatchObject({ calm: [2, 0], stormy: [1], severe: 1, held: [], below: [] });
});

test("a severe planted incident is held when the cap kept every one of it", () => {
  const one = (heldBackBy: PagingDecision["heldBackBy"]) => at("11-10", incident(["t1"]), heldBackBy);
  expect(scoreBudget(truth(planted), [one("cap")])).toMatchObject({ severe: 1, held: ["theft"], below: [] });
  expect(scoreBudget(truth(planted), [one("cap"), at("11-10", incident(["t1"]))])).toMatchObject({ held: [] });
  expect(scoreBudget(truth(planted), [one("calibration")])).toMatchObject({ held: [], below: ["theft"] });
  const medium = at("11-10", incident(["t1"], { severity: "medium" }), "cap");
  expect(scoreBudget(truth(planted), [medium])).toMatchObject({ severe: 0, held: [] });
});

test("the limits are of all worlds together", () => {
  const score = { seed: 1, calm: [0, 2, 1], stormy: [9], severe: 60, held: ["theft"], below: [] };
  const kept = (changes: Partial<typeof score>) =>
    budgetLimits([score, { ...score, ...changes }], 2).map((one) => one.kept);
  expect(kept({})).toEqual([true, true]);
  expect(kept({ calm: [3] })).toEqual([false, true]);
  expect(kept({ held: ["a", "b"] })).toEqual([true, false]);
  expect(budgetLimits([{ ...score, calm: [], severe: 0 }], 2).map((one) => one.kept)).toEqual([false, false]);
  expect(budgetSection([score], 2)).toContain("| 1 | 0, 2, 1 | 9 | 60 | theft | - |");
});
