import { expect, test } from "@jest/globals";
import type { Incident } from "#core/domain/incident.ts";
import { scoreSize } from "../../../bench/evaluation/score-size.ts";
import { sizeSection } from "../../../bench/evaluation/size-tables.ts";
import { incident, story, truth } from "./made.ts";

const made = (id: string, day: string, one: Incident, usd = 1000): Incident => ({
  ...one,
  id,
  openedAt: Date.parse(`2026-${day}T12:00:00Z`),
  expectedLoss: { usd, because: [] },
  mute: null,
  label: null,
});

// Weeks begin on 26 October, 2 and 9 November; the story is in the last.
const world = truth(story("theft", ["t1"]));
const span = { start: Date.parse(world.start), end: Date.parse(world.end) };
const medium = { severity: "medium" } as const;
const incidents = [
  made("a", "10-27", incident(["a"], medium)),
  made("b", "10-28", incident(["b"], medium)),
  made("c", "10-29", incident(["c"], { ...medium, expected: true })),
  made("t", "11-10", incident(["t1"])),
];

test("pages are counted by week, planted ones and others, anew under each budget", () => {
  const [none, one] = scoreSize(world, { incidents, span }, [null, { pages: 1, per: "week" }]);
  expect(none).toMatchObject({ budget: null, accounts: 12, found: 1, planted: 1, held: 0, severe: 1, benignPaged: 0 });
  expect(none?.weeks).toEqual([
    { planted: false, pages: 2, unplanted: 2 },
    { planted: false, pages: 0, unplanted: 0 },
    { planted: true, pages: 1, unplanted: 0 },
  ]);
  expect(one?.weeks.map(({ pages }) => pages)).toEqual([1, 0, 1]);
});

test("the table marks weeks in which something was planted", () => {
  const scores = scoreSize(world, { incidents, span }, [null]);
  const taken = { cpuSeconds: 12.3, peakMiB: 2048 };
  const section = sizeSection([{ events: 1000, days: 21, scores, taken }]);
  expect(section).toContain("| 12 | none | 1.0 | 0.7 | 2 (2), 0 (0), 1 (0)* | 1 of 1 | 0 of 1 | 0 |");
  expect(section).toContain("| 12 | 21 | 1000 | 12 s of CPU | 2.0 GiB |");
});
