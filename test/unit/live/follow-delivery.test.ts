import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { deliveryHealth } from "#core/detection/delivery-health.ts";
import { BUCKET, DAY, type EpochMs, HOUR, MINUTE } from "#core/domain/time.ts";
import type { AccountCheckpoint } from "#core/live/checkpoint.ts";
import { type FollowedAccount, followDelivery } from "#core/live/follow-delivery.ts";
import type { DeliveryRow } from "#core/ports/event-store.ts";
import { type Closings, closingsOf } from "#core/roll-up/closing.ts";
import { config, START, stream } from "../detection/world.ts";

const DETECTION = config();
const LATENESS = DETECTION.latenessMinutes * MINUTE;
const DAYS = 9;
const END = START + DAYS * DAY;

interface Kept {
  readonly accounts: Readonly<Record<string, AccountCheckpoint>>;
  readonly closings: Closings;
  readonly at: EpochMs;
}

const NOTHING: Kept = { accounts: {}, closings: {}, at: 0 };

/** One run as the watch makes it: of what came since, and of what was open then. */
function follow(
  rows: readonly DeliveryRow[],
  before: Kept,
  now: EpochMs,
): { kept: Kept; followed: readonly FollowedAccount[] } {
  const followed = followDelivery(rows, before.accounts, before.closings, now, DETECTION);
  const deliveries = new Map(followed.map(({ account, delivery }) => [account, delivery]));
  const accounts = followed.map(({ account, watch, open, through, time }): [string, AccountCheckpoint] => [
    account,
    // As it comes back from a store.
    JSON.parse(JSON.stringify({ delivery: watch.save(), open, through, shards: 1, leaksAt: 0, time })),
  ]);
  const closings = closingsOf(deliveries, LATENESS, before.closings);
  return { followed, kept: { accounts: Object.fromEntries(accounts), closings, at: now } };
}

/** Buckets with events of one account: every one but for nights, some gaps, and outages. */
const account = (name: string): fc.Arbitrary<readonly DeliveryRow[]> =>
  fc
    .record({
      sleeps: fc.boolean(),
      every: fc.integer({ min: 1, max: 4 }),
      outages: fc.array(
        fc.record({ start: fc.integer({ min: 0, max: DAYS * 24 }), hours: fc.integer({ min: 1, max: 30 }) }),
        { maxLength: 3 },
      ),
      last: fc.integer({ min: DAYS - 2, max: DAYS }),
    })
    .map(({ sleeps, every, outages, last }) => {
      const rows: DeliveryRow[] = [];
      for (let bucket = START; bucket < START + last * DAY; bucket += every * BUCKET) {
        const hour = (bucket - START) / HOUR;
        const isNight = sleeps && hour % 24 >= 20;
        const isOut = outages.some(({ start, hours }) => hour >= start && hour < start + hours);
        if (!isNight && !isOut) rows.push({ account: name, bucket, events: 1 });
      }
      return rows;
    });

test("followed from run to run, delivery is what all events together show", async () => {
  const runs = fc.array(fc.integer({ min: START, max: END }), { minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(account("a"), account("b"), runs, async (a, b, times) => {
      const rows = [...a, ...b];
      let kept = NOTHING;
      let followed: readonly FollowedAccount[] = [];
      for (const now of [...times, END].sort((left, right) => left - right)) {
        const some = rows.filter(({ bucket }) => bucket > kept.at && bucket <= now);
        ({ kept, followed } = follow(some, kept, now));
      }
      const whole = { start: START, end: END };
      const { accounts } = await deliveryHealth(stream(rows), whole, DETECTION);
      const found = followed.map(({ account: name, delivery }) => [name, delivery] as const);
      expect(new Map(found)).toEqual(accounts);
    }),
    { numRuns: 40 },
  );
});

const delivered = (from: EpochMs, to: EpochMs): DeliveryRow[] =>
  Array.from({ length: (to - from) / BUCKET }, (_, at) => ({ account: "a", bucket: from + at * BUCKET, events: 1 }));

test("events that come after all make known what was unknown, and say from when on", () => {
  const gap = { start: START + 4 * DAY, end: START + 4 * DAY + 6 * HOUR };
  const before = follow([...delivered(START, gap.start), ...delivered(gap.end, END)], NOTHING, END);
  expect(before.followed[0]?.delivery.unknown).toEqual([gap]);
  const part = delivered(gap.start, gap.start + 3 * HOUR);
  const half = follow(part, before.kept, END);
  expect(half.followed[0]).toMatchObject({
    delivery: { unknown: [{ start: gap.start + 3 * HOUR, end: gap.end }] },
    reinterpretedFrom: gap.start,
  });
  const whole = follow(delivered(gap.start + 3 * HOUR, gap.end), half.kept, END);
  expect(whole.followed[0]?.delivery.unknown).toEqual([]);
  expect(follow([], whole.kept, END).followed[0]?.reinterpretedFrom).toBeNull();
});

test("models come as far as the last closed bucket with an event, not into the silence after it", () => {
  const end = START + 4 * DAY;
  const awake = follow(delivered(START, end), NOTHING, end);
  expect(awake.followed[0]).toMatchObject({ through: end - LATENESS, heardUntil: end });
  const silent = follow([], awake.kept, end + 2 * HOUR);
  expect(silent.followed[0]).toMatchObject({ through: end - LATENESS, delivery: { until: end } });
});
