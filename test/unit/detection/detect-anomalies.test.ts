import { expect, test } from "@jest/globals";
import { detectAnomalies } from "#core/detection/detect-anomalies.ts";
import { evidenceQuery } from "#core/detection/evidence-query.ts";
import type { AnomalyDraft } from "#core/detection/judge-entity.ts";
import type { Signal } from "#core/domain/signal.ts";
import { BUCKET, DAY, HOUR, MINUTE } from "#core/domain/time.ts";
import { createCountEngine } from "#engine/count-engine.ts";
import {
  ACCOUNT,
  at,
  type Counts,
  config,
  detect,
  ENTITY,
  healthOf,
  NOBODY,
  rowsOf,
  SIGNAL,
  START,
  stream,
} from "./world.ts";

const minutes = (days: number, after: number): number => days + (after * MINUTE) / DAY;
/** Three instances every working day at ten. */
const usual: Counts = Array.from({ length: 21 }, (_, day) => day)
  .filter((day) => day % 7 < 5)
  .map((day) => [minutes(day, 600), 3] as const);
const sorted = (counts: Counts): Counts => [...counts].sort((a, b) => a[0] - b[0]);

test("47 instances in ten minutes, where three are usual", async () => {
  const counts = sorted([...usual, [minutes(15, 1070), 20], [minutes(15, 1075), 27]]);
  const drafts = await detect(rowsOf(counts));
  expect(drafts).toHaveLength(1);
  const draft = drafts[0] as AnomalyDraft;
  expect(draft).toMatchObject({
    kind: "anomaly",
    signal: SIGNAL.id,
    account: ACCOUNT,
    region: "eu-west-1",
    window: { start: at(minutes(15, 1070)), end: at(minutes(15, 1080)) },
    actual: 47,
    peak: { value: 47, window: { start: at(minutes(15, 1070)), end: at(minutes(15, 1080)) } },
    severity: "high",
    direction: "rise",
  });
  expect(draft.expected as number).toBeLessThan(1);
  expect(draft.actual).toBeGreaterThan(draft.upper as number);
  expect(draft.grade).toBeGreaterThan(0.5);
  expect(draft.countModel?.tail).toBeGreaterThan(9);
  expect(draft.countModel?.falsePerWeek).toBeLessThan(config().falseAlarms);
  expect(draft.historyDays).toBeCloseTo(15.74, 1);
  expect(draft.severityReasons.join(" ")).toContain(
    "at least 20 instances launched in ten minutes, where fewer than one was expected, which counts as high",
  );
});

test("what was never seen has no expectation", async () => {
  const [draft] = await detect(rowsOf([[16, 47]]));
  expect(draft).toMatchObject({ expected: null, lower: null, upper: null, severity: "high" });
});

test("with little history a threshold counts by itself; with more, a busy account is not paged for being busy", async () => {
  // Twelve to fifteen instances every hour, from the first day to the last.
  const busy: Counts = Array.from({ length: 21 * 24 }, (_, hour) => [hour / 24, 12 + (hour % 4)] as const);
  const drafts = await detect(rowsOf(busy));
  expect(drafts.length).toBeGreaterThan(0);
  expect(drafts.length).toBeLessThanOrEqual(3);
  for (const { historyDays, severity, severityReasons } of drafts) {
    expect(historyDays).toBeLessThan(1);
    expect(severity).toBe("medium");
    expect(severityReasons.join(" ")).toContain("of history the count alone decides");
  }
});

test("history that a threshold counts alone with is configurable", async () => {
  const counts: Counts = [[2, 6]];
  expect(await detect(rowsOf(counts))).toMatchObject([{ severity: "low" }]);
  expect(await detect(rowsOf(counts), { changes: { historyDays: 0, falseAlarms: 1e-9 } })).toEqual([]);
});

test("below the lowest threshold a departure is at most low", async () => {
  for (const { severity } of await detect(rowsOf([[16, 4]]))) expect(["low", "info"]).toContain(severity);
});

test("what reaches the low threshold only, but goes on and on, is medium", async () => {
  const invocations: Signal = {
    ...SIGNAL,
    id: "function-invocations-by-function",
    floor: 100,
    thresholds: { low: 1000, medium: 5000, high: 10_000 },
  };
  const loop = (buckets: number): Counts =>
    Array.from({ length: buckets }, (_, i) => [minutes(16, 5 * i), 1500] as const);
  const quiet: Counts = [[1, 3]];
  const severity = async (buckets: number) =>
    (await detect(rowsOf([...quiet, ...loop(buckets)], ENTITY, invocations), { signals: [invocations] })).at(-1)
      ?.severity;
  expect(await severity(2)).toBe("low");
  expect(await severity(4)).toBe("medium");
});

test("a leak of one every three hours is one anomaly, graver than its moments", async () => {
  const nat: Signal = { ...SIGNAL, id: "nat-gateways-created", floor: 2, thresholds: null };
  const daily: Counts = usual.map(([days]) => [days, 1] as const);
  const leak: Counts = Array.from({ length: 28 }, (_, i) => [minutes(15.3, i * 185), 1] as const);
  const drafts = await detect(rowsOf(sorted([...daily, ...leak]), ENTITY, nat), { signals: [nat] });
  expect(drafts).toHaveLength(1);
  expect(drafts[0]).toMatchObject({ severity: "medium" });
  expect((drafts[0] as AnomalyDraft).actual).toBeGreaterThan(20);
  expect((drafts[0] as AnomalyDraft).expected as number).toBeLessThan(8);
});

test("signals without thresholds are graded by certainty, ratio and amount", async () => {
  const signal: Signal = { ...SIGNAL, id: "secrets-read", unit: "secrets read", floor: 5, thresholds: null };
  const severityAt = async (value: number, day = 16) =>
    (
      await detect(
        rowsOf(
          [
            [1, 1],
            [day, value],
          ],
          ENTITY,
          signal,
        ),
        { signals: [signal] },
      )
    ).at(-1)?.severity;
  expect(await severityAt(8)).toBe("low");
  expect(await severityAt(40)).toBe("medium");
  expect(await severityAt(400)).toBe("high");
  expect(await severityAt(400, 2)).toBe("low");
  expect(await severityAt(3)).toBeUndefined();
});

test("a young principal that does what its colleagues do is context only", async () => {
  const signal: Signal = { ...SIGNAL, id: "secrets-read", per: "principal", floor: 5, thresholds: null };
  const one = (name: string, counts: Counts) => rowsOf(counts, { ...ENTITY, principal: name }, signal);
  const colleagues = [
    one("a", [
      [3, 60],
      [5, 70],
    ]),
    one("b", [
      [4, 65],
      [8, 60],
    ]),
  ];
  const newcomer = one("c", [[16, 62]]);
  const severity = async (rows: ReturnType<typeof rowsOf>) =>
    (await detect(rows, { signals: [signal] })).find(({ entity }) => entity.principal === "c")?.severity;
  expect(await severity([...colleagues.flat(), ...newcomer])).toBe("info");
  expect(await severity(newcomer)).toBe("medium");
});

test("nothing is judged, and nothing is history, where delivery was not healthy", async () => {
  const silence = { start: at(15), end: at(15) + 8 * HOUR };
  const both: Signal = { ...SIGNAL, direction: "both", thresholds: null };
  const counts: Counts = Array.from({ length: 21 * 288 }, (_, i) => [i / 288, 20 + (i % 5)] as const);
  const rows = rowsOf(counts, ENTITY, both).filter(({ bucket }) => bucket < silence.start || bucket >= silence.end);
  const span = { start: START, end: at(21) };
  const input = { signals: [both], engine: createCountEngine(), config: config(), span, directory: NOBODY };
  const known = await detectAnomalies({ ...input, rollup: stream(rows), health: await healthOf(21) });
  expect(known.map(({ direction, severity }) => [direction, severity])).toContainEqual(["drop", "low"]);
  const unknown = await detectAnomalies({ ...input, rollup: stream(rows), health: await healthOf(21, [silence]) });
  expect(unknown.filter(({ historyDays }) => historyDays > 1)).toEqual([]);
});

test("silence in the last minutes, in which events may still arrive, is no drop", async () => {
  const both: Signal = { ...SIGNAL, direction: "both", thresholds: null };
  const counts: Counts = Array.from({ length: 21 * 288 - 3 }, (_, i) => [i / 288, 400 + (i % 5)] as const);
  const drops = async (changes: object) =>
    (await detect(rowsOf(counts, ENTITY, both), { signals: [both], changes })).filter(
      ({ direction }) => direction === "drop",
    );
  expect(await drops({ latenessMinutes: 0 })).toHaveLength(1);
  expect(await drops({})).toEqual([]);
});

test("ids are stable, unique, and independent of what else was counted", async () => {
  const spike: Counts = [[16, 47]];
  const other = { ...ENTITY, region: "us-east-1" };
  const alone = await detect(rowsOf(spike));
  const both = await detect([...rowsOf(spike), ...rowsOf(spike, other)]);
  expect(both).toHaveLength(2);
  expect(new Set(both.map(({ id }) => id)).size).toBe(2);
  expect(both.map(({ id }) => id)).toContain(alone[0]?.id);
});

test("the evidence is asked for as it was counted", async () => {
  const signal: Signal = { ...SIGNAL, per: "principal" };
  const entity = { ...ENTITY, principal: "arn:aws:iam::111122223333:role/x" };
  const [draft] = await detect(rowsOf([[16, 47]], entity, signal), { signals: [signal] });
  expect(evidenceQuery(draft as AnomalyDraft, [signal])).toEqual({
    window: { start: at(16), end: at(16) + BUCKET },
    accounts: [ACCOUNT],
    regions: ["eu-west-1"],
    principals: [entity.principal],
    filter: { outcomes: ["success"], quantities: ["instances"], quantityChange: "added" },
  });
  expect(() => evidenceQuery(draft as AnomalyDraft, [])).toThrow(RangeError);
});
