import { expect, test } from "@jest/globals";
import { compareRuns } from "#core/backtest/compare-runs.ts";
import { knownIncidents } from "#core/backtest/known-incidents.ts";
import { summariseReplay } from "#core/backtest/summarise.ts";
import { backtestSummary } from "#core/backtest/summary.ts";
import type { BacktestRun } from "#core/domain/backtest.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import { DAY, HOUR, isoTime, MINUTE } from "#core/domain/time.ts";
import { ORGANIZATION } from "../incidents/world.ts";
import { type Made, replayed, START } from "./made.ts";

const PROD_ID = "111122223333";

function run(
  made: readonly Made[],
  truth?: unknown,
  name = "ours",
  span = { start: START, end: START + 28 * DAY },
): BacktestRun {
  const known = truth === undefined ? null : knownIncidents(truth);
  return summariseReplay(replayed(made), {
    span,
    name,
    alertBudget: { pages: 2, per: "week" },
    directory: ORGANIZATION,
    known,
  });
}

const at = (time: number): string => isoTime(START + time);

test("the first message of an incident is its page, whatever it is called now; later ones are updates", () => {
  const { pages, weeks, accounts } = run([
    { id: "a", opened: 2 * DAY, said: [20 * MINUTE, HOUR, 2 * HOUR], formerIds: ["a before"] },
    { id: "b", opened: 9 * DAY, said: [5 * MINUTE] },
  ]);
  expect(pages).toMatchObject([
    { id: "a", after: 20 * MINUTE, updates: 2, summary: "summary of a" },
    { id: "b", after: 5 * MINUTE, updates: 0 },
  ]);
  expect(weeks.map(({ pages: count }) => count)).toEqual([1, 1, 0, 0]);
  expect(accounts).toEqual([{ id: PROD_ID, alias: PROD_ID, pages: 2 }]);
});

test("what was grave and not said is held, with its reason; what was withdrawn is not", () => {
  const { held, quiet } = run([
    { id: "expected", opened: DAY },
    { id: "withdrawn", opened: DAY, withdrawn: true },
    { id: "small", opened: DAY, severity: "low" },
  ]);
  expect(held).toMatchObject([{ id: "expected", paging: { reason: "not paged: expected" } }]);
  expect(quiet).toBe(1);
});

test("what is outside the counted time is learnt from, not counted", () => {
  const span = { start: START + 7 * DAY, end: START + 14 * DAY };
  const counted = run(
    [3, 9, 16].map((day) => ({ id: `day ${day}`, opened: day * DAY, said: [HOUR] })),
    undefined,
    "ours",
    span,
  );
  expect(counted.pages.map(({ id }) => id)).toEqual(["day 9"]);
  expect(counted.weeks).toHaveLength(1);
});

test("known incidents are found by account and time, or by an event", () => {
  const made: Made[] = [
    { id: "paged", opened: 2 * DAY, said: [20 * MINUTE] },
    { id: "held", opened: 4 * DAY },
    { id: "wrong", opened: 6 * DAY, said: [HOUR] },
  ];
  const { known, ...rest } = run(made, [
    { name: "a theft", start: at(2 * DAY), accounts: [PROD_ID] },
    { start: at(4 * DAY), end: at(4 * DAY + HOUR), accounts: [PROD_ID] },
    { name: "elsewhere", start: at(2 * DAY), accounts: ["999999999999"] },
    { name: "by event", start: at(20 * DAY), accounts: [PROD_ID], eventIds: ["event of paged"] },
    { name: "a load test", kind: "benign", start: at(6 * DAY), accounts: [PROD_ID] },
  ]);
  expect(known?.map(({ outcome, incident }) => [outcome, incident])).toEqual([
    ["paged", "paged"],
    ["held", "held"],
    ["missed", null],
    ["paged", "paged"],
    ["paged", "wrong"],
  ]);
  expect(known?.[0]?.after).toBe(20 * MINUTE);
  expect(backtestSummary({ ...rest, known })).toEqual([
    "2 pages in 4 weeks, 0.5 a week, half of them within 20 minutes of the incident's first event",
    "A budget of 2 pages a week held back nothing",
    "Of 4 known incidents 2 paged, 1 held back, 1 missed; of 1 known to be benign 1 paged",
  ]);
});

test("a simulated world's truth is a list of known incidents", () => {
  const story = {
    name: "47-instances",
    kind: "incident",
    start: at(DAY),
    end: at(DAY + HOUR),
    accounts: [PROD_ID],
    eventIds: ["e"],
    note: "x",
  };
  expect(knownIncidents({ planted: [story], events: 3 })).toEqual([
    {
      name: "47-instances",
      kind: "incident",
      window: { start: START + DAY, end: START + DAY + HOUR },
      accounts: [PROD_ID],
      eventIds: ["e"],
    },
  ]);
});

test.each([
  [[{ start: "yesterday", accounts: [PROD_ID] }], "start"],
  [[{ start: at(0), accounts: ["prod"] }], "twelve digits"],
  [{ incidents: [] }, "planted"],
])("what is no list of known incidents is refused by name: %j", (truth, named) => {
  expect(() => knownIncidents(truth)).toThrow(TrailwatchError);
  expect(() => knownIncidents(truth)).toThrow(named);
});

test("two runs differ by what one pages and the other does not, with the other's reason", () => {
  const grouped = { eventIds: ["shared"] };
  const a = run([
    { id: "both", opened: DAY, said: [HOUR] },
    { id: "otherwise grouped", opened: 2 * DAY, said: [HOUR], more: grouped },
    { id: "only a", opened: 3 * DAY, said: [HOUR] },
  ]);
  const b = run(
    [
      { id: "both", opened: DAY, said: [HOUR] },
      { id: "grouped", opened: 2 * DAY, said: [HOUR], more: grouped },
      { id: "only a", opened: 3 * DAY },
      { id: "only b", opened: 4 * DAY, said: [HOUR] },
    ],
    undefined,
    "theirs",
  );
  expect(compareRuns(a, b).map(({ page, paged, other, reason }) => [page.id, paged, other, reason])).toEqual([
    ["only a", "ours", "theirs", "not paged: expected"],
    ["only b", "theirs", "ours", "no incident of medium or more"],
  ]);
});
