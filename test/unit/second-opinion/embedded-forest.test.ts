import { describe, expect, test } from "@jest/globals";
import { parseConfig } from "#core/config/index.ts";
import type { AccountType } from "#core/domain/account.ts";
import { BUCKET, bucketStart, DAY, type EpochMs, HOUR, MINUTE, type TimeWindow } from "#core/domain/time.ts";
import type { AccountDirectory } from "#core/ports/account-directory.ts";
import type { RollupRow } from "#core/ports/event-store.ts";
import type { AskedWindow, DetectorResult } from "#core/ports/second-opinion.ts";
import { EmbeddedForest } from "../../../cli/second-opinion/embedded-forest.ts";
import { specsOf } from "../../../cli/second-opinion/index.ts";

const START = Date.UTC(2026, 9, 26);
const PROD = "111111111111";
const DEV = "222222222222";
const REGION = "eu-west-1";
const SIGNAL = "instances-launched";
const SPIKE = START + 10 * DAY + 4 * HOUR;
const END = START + 12 * DAY;
/** The bucket's own length, the lateness of delivery, the time that writing takes. */
const DELAY = 25 * MINUTE;

const directory = {
  organizationId: null,
  accounts: () => [],
  account: (id: string) => ({
    id,
    type: (id === PROD ? "production" : "development") satisfies AccountType,
    ouPath: id === PROD ? "/Production" : null,
  }),
} as unknown as AccountDirectory;

const entity = (account: string) => ({ account, region: REGION, principal: null, resource: null });
const row = (account: string, bucket: EpochMs, value: number): RollupRow => ({
  signal: SIGNAL,
  entity: entity(account),
  bucket,
  value,
});

/** A few instances in most buckets, and a fleet in one of production's. */
const ROWS: readonly RollupRow[] = [PROD, DEV].flatMap((account) =>
  Array.from({ length: (END - START) / BUCKET }, (_, at) => row(account, START + at * BUCKET, (at * 7) % 5))
    .map((one) => (account === PROD && one.bucket === SPIKE ? { ...one, value: 200 } : one))
    .filter(({ value }) => value > 0),
);

const askedAt = (start: EpochMs, account = PROD, length = BUCKET): AskedWindow => ({
  signal: SIGNAL,
  account,
  region: REGION,
  window: { start, end: start + length },
});

interface Given {
  readonly rows?: readonly RollupRow[];
  readonly windowsPerDay?: number;
  readonly closed?: EpochMs;
}

const open = ({ rows = ROWS, windowsPerDay = 20_000, closed = END }: Given = {}): EmbeddedForest =>
  new EmbeddedForest({
    specs: specsOf(parseConfig({})),
    directory,
    source: {
      async *counts(signals, { start, end }) {
        for (const one of rows) {
          if (signals.some(({ id }) => id === one.signal) && one.bucket >= start && one.bucket < end) yield one;
        }
      },
      closings: async () => ({ [PROD]: { closed, unknown: [] }, [DEV]: { closed, unknown: [] } }),
    },
    begin: START,
    historyDays: 14,
    windowsPerDay,
  });

const SPAN: TimeWindow = { start: START, end: END };

async function heard(forest: EmbeddedForest, about: readonly AskedWindow[], now = END): Promise<DetectorResult[]> {
  await forest.detectors(now);
  const results: DetectorResult[] = [];
  for await (const result of forest.results({ ...SPAN, end: now }, about)) results.push(result);
  return results;
}

test("finds what departs where it is asked, in the signal's unit, and nothing where nothing does", async () => {
  const forest = open();
  const usual = askedAt(SPIKE - DAY);
  const results = await heard(forest, [askedAt(SPIKE), usual]);
  const own = results.filter((result) => result.entity.of === "region");
  expect(own).toMatchObject([
    {
      signal: SIGNAL,
      entity: { of: "region", account: PROD, region: REGION },
      window: { start: SPIKE, end: SPIKE + BUCKET },
      grade: 1,
      actual: 200,
    },
  ]);
  expect(own[0]?.expected).toBeLessThan(5);
  expect(own[0]?.confidence).toBeGreaterThan(0.5);
  expect(await forest.judged([askedAt(SPIKE), usual])).toEqual([true, true]);
});

test("all accounts of a type are a model of their own, without a number of things", async () => {
  const results = await heard(open(), [askedAt(SPIKE)]);
  expect(results.filter((result) => result.entity.of === "account-type")).toMatchObject([
    { entity: { type: "production" }, window: { start: SPIKE }, actual: null, expected: null },
  ]);
});

test("what nobody asks about is not judged", async () => {
  const forest = open();
  expect(await heard(forest, [askedAt(SPIKE - DAY)])).toEqual([]);
  expect(await heard(forest, [askedAt(SPIKE, DEV)])).toEqual([]);
  expect(await heard(forest, [{ ...askedAt(SPIKE), signal: "secrets-read" }])).toEqual([]);
});

test("a rise below the signal's floor is no finding, as by the detector's rules", async () => {
  const rows = ROWS.map((one) => (one.bucket === SPIKE && one.entity.account === PROD ? { ...one, value: 6 } : one));
  const forest = open({ rows });
  expect(await heard(forest, [askedAt(SPIKE)])).toEqual([]);
  expect(await forest.judged([askedAt(SPIKE)])).toEqual([true]);
});

describe("when it is asked", () => {
  test("before a detector would have judged the window, it has not yet", async () => {
    const forest = open();
    const ready = SPIKE + BUCKET + DELAY;
    expect(await heard(forest, [askedAt(SPIKE)], ready - 1)).toEqual([]);
    expect(await forest.judged([askedAt(SPIKE)])).toEqual([false]);
    expect((await forest.detectors(ready - 1)).every(({ until }) => (until ?? 0) <= SPIKE)).toBe(true);
    expect(await heard(forest, [askedAt(SPIKE)], ready)).not.toEqual([]);
    expect(await forest.judged([askedAt(SPIKE)])).toEqual([true]);
  });

  test("it depends on nothing later", async () => {
    const before = ROWS.filter(({ bucket }) => bucket <= SPIKE);
    const early = open({ rows: before, closed: SPIKE + BUCKET });
    expect(await heard(early, [askedAt(SPIKE)])).toEqual(await heard(open(), [askedAt(SPIKE)]));
  });

  test("again and again, it says the same as when it is asked once", async () => {
    const window = { start: SPIKE, end: SPIKE + 6 * HOUR };
    const asked = [{ ...askedAt(SPIKE), window }];
    const forest = open();
    for (let now = SPIKE; now < END; now += 35 * MINUTE) await heard(forest, asked, bucketStart(now));
    expect(await heard(forest, asked)).toEqual(await heard(open(), asked));
  });

  test("of a series that is too young, it is still learning", async () => {
    const first = ROWS.filter(({ bucket }) => bucket >= SPIKE - HOUR);
    const forest = open({ rows: first });
    expect(await heard(forest, [askedAt(SPIKE)])).toEqual([]);
    expect(await forest.judged([askedAt(SPIKE)])).toEqual([{ why: "learning" }]);
  });
});

test("beyond its bound it is not asked, the most important first, and says so", async () => {
  // Ten days of one series and its type, in twelve days of history.
  const forest = open({ windowsPerDay: 2 * 288 * (10.5 / 12) });
  const asked = [askedAt(SPIKE), askedAt(SPIKE, DEV)];
  expect((await heard(forest, asked)).length).toBeGreaterThan(0);
  expect(await forest.judged(asked)).toEqual([true, { why: "beyond-bound" }]);
});
