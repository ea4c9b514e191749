import { expect, test } from "@jest/globals";
import type { EventStore } from "#core/ports/event-store.ts";
import { FalseRates } from "../../../bench/detection/false-rates.ts";
import { ACCOUNT, type Counts, delivered, ENTITY, rowsOf, stream } from "../detection/world.ts";
import { story, truth } from "./made.ts";

/** Three a day, and forty-seven once. */
const counts: Counts = Array.from({ length: 21 }, (_, day) => [day + 0.4, day === 14 ? 47 : 3] as const);
const regions = ["eu-west-1", "us-east-1"];

const store = {
  deliveries: () => stream(delivered(21)),
  rollup: () => stream(regions.flatMap((region) => rowsOf(counts, { ...ENTITY, region }))),
} as unknown as EventStore;

const cellsOf = (table: string, name: string): readonly string[] =>
  (table.split("\n").find((line) => line.startsWith(`| ${name} `)) ?? "").split(" | ").map((cell) => cell.trim());

test("what departs though nothing was planted is counted per week of an entity's life", async () => {
  const rates = new FalseRates();
  await rates.add(truth(), store);
  const [, entities, weeks, ...often] = cellsOf(rates.bySignal(), "instances-launched");
  expect([entities, weeks]).toEqual(["2", "6"]);
  // One in each, in 20.6 days each.
  expect(often.at(-1)?.replace(" |", "")).toBe("0.340");
  expect(cellsOf(rates.byGrade(), "0.9 to 1").slice(1, 3)).toEqual(["0", "2"]);
});

test("what departs in the account and the time of something planted is about it", async () => {
  const rates = new FalseRates();
  const planted = { accounts: [ACCOUNT], start: "2026-11-09T10:00:00Z", end: "2026-11-09T11:00:00Z" };
  await rates.add(truth(story("instances", ["1"], planted)), store);
  expect(cellsOf(rates.bySignal(), "instances-launched").at(-1)).toMatch(/^0\.000/);
  expect(cellsOf(rates.byGrade(), "0.9 to 1").slice(1, 3)).toEqual(["2", "0"]);

  const elsewhere = new FalseRates();
  await elsewhere.add(truth(story("instances", ["1"], { ...planted, accounts: ["444455556666"] })), store);
  expect(cellsOf(elsewhere.byGrade(), "0.9 to 1").slice(1, 3)).toEqual(["0", "2"]);
});
