import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { BUCKET, bucketStart, DAY, type EpochMs, HOUR, type TimeWindow } from "#core/domain/time.ts";
import type { PricedUsageEvent } from "#core/domain/usage-event.ts";
import { type Arrivals, EVERYTHING } from "#core/ports/arrivals.ts";
import type { FirstSeenRow } from "#core/ports/event-store.ts";
import { MemoryEventStore } from "../fakes/memory-event-store.ts";
import { type GeneratedEvent, generatedEvents, sampleEvent } from "../fakes/usage-events.ts";
import { whileTimeLasts } from "../fakes/while-time-lasts.ts";

export interface OpenedArrivals {
  readonly arrivals: Arrivals;
  /** Events of which there is nothing to settle, written at a time by the clock of whoever writes. */
  readonly add: (entries: readonly GeneratedEvent[], at: EpochMs) => Promise<void>;
}

export type OpenArrivals = (riskyAction: RiskyAction) => Promise<OpenedArrivals>;

type RiskyAction = (service: string, action: string) => boolean;

const START = Date.UTC(2026, 10, 2, 23, 30);
/** Events come long after they happened, so that the two times cannot be taken for each other. */
const WRITTEN = START + 100 * DAY;
const EVER: TimeWindow = { start: 0, end: WRITTEN + DAY };
const riskyAction: RiskyAction = (_, action) => /^(Run|Create|Delete)/.test(action);

const at = (id: string, time: EpochMs): GeneratedEvent => ({ event: sampleEvent({ id, time }), counted: true });

const settled = (event: PricedUsageEvent): PricedUsageEvent => ({
  ...event,
  sharedEventId: null,
  quantities: event.quantities.map((quantity) => ({ ...quantity, resourceIds: [] })),
});

/** Up to three batches, an hour apart. */
const batches = generatedEvents.chain((entries) =>
  fc
    .array(fc.nat(2), { minLength: entries.length, maxLength: entries.length })
    .map((places) =>
      [0, 1, 2].map((batch) =>
        entries
          .filter((_, index) => places[index] === batch)
          .map(({ event, counted }): GeneratedEvent => ({ event: settled(event), counted })),
      ),
    ),
);

const wholeBuckets = fc
  .record({ first: fc.integer({ min: -2, max: 40 }), buckets: fc.nat(120) })
  .map(({ first, buckets }) => ({ start: START + first * BUCKET, end: START + (first + buckets) * BUCKET }));

const isIn = ({ start, end }: TimeWindow, { event }: GeneratedEvent): boolean =>
  event.time >= start && event.time < end;

export const bucketsOf = async (
  arrivals: Arrivals,
  since: EpochMs,
  window: TimeWindow,
): Promise<readonly EpochMs[]> => {
  const { buckets, until } = await arrivals.arrived(since, window, EVERYTHING);
  expect(until).toBe(window.end);
  return buckets;
};

async function all<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const row of rows) list.push(row);
  return list;
}

const asUse = ({ events: _, lastTime: __, ...use }: FirstSeenRow) => use;

/** What whoever knows of arrivals answers, of events that need no settling. */
export function arrivalsContract(name: string, open: OpenArrivals): void {
  describe(`arrivals: ${name}`, () => {
    test("before anything came there is nothing", async () => {
      const { arrivals } = await open(riskyAction);
      expect(await bucketsOf(arrivals, 0, EVER)).toEqual([]);
      expect(await all(arrivals.deliveries(EVER))).toEqual([]);
      expect(await all(arrivals.firstUses(EVER))).toEqual([]);
    });

    test("names the buckets that events came into since a time, each once, in order, those of the window", async () => {
      const { arrivals, add } = await open(riskyAction);
      const next = START + BUCKET;
      await add([at("a", START), at("b", START + 1), at("c", next)], WRITTEN);
      await add([at("late", START - DAY), at("d", next + BUCKET), at("e", next + 1)], WRITTEN + HOUR);
      expect(await bucketsOf(arrivals, WRITTEN, EVER)).toEqual([START - DAY, START, next, next + BUCKET]);
      expect(await bucketsOf(arrivals, WRITTEN + HOUR, EVER)).toEqual([START - DAY, next, next + BUCKET]);
      expect(await bucketsOf(arrivals, WRITTEN + HOUR, { start: START, end: next + BUCKET })).toEqual([next]);
      expect(await bucketsOf(arrivals, WRITTEN + 2 * HOUR, EVER)).toEqual([]);
    });

    test("names the earliest of many, and the others to whoever asks on from there", async () => {
      const { arrivals, add } = await open(riskyAction);
      const times = [START, START + 1, START + BUCKET, START + 3 * BUCKET, START + 4 * BUCKET, START + 9 * DAY];
      await add(
        times.map((time, index) => at(`e${index}`, time)),
        WRITTEN,
      );
      const portion = { events: 3, span: DAY };
      const parts: EpochMs[][] = [];
      for (let start = 0; start < EVER.end; ) {
        const { buckets, until } = await arrivals.arrived(WRITTEN, { start, end: EVER.end }, portion);
        parts.push([...buckets]);
        start = until;
      }
      expect(parts).toEqual([[START, START + BUCKET], [START + 3 * BUCKET, START + 4 * BUCKET], [START + 9 * DAY]]);
      // A bucket is never divided.
      const { buckets, until } = await arrivals.arrived(WRITTEN, EVER, { events: 1, span: DAY });
      expect({ buckets, until }).toEqual({ buckets: [START], until: START + BUCKET });
      const short = await arrivals.arrived(WRITTEN, EVER, { events: 100, span: 2 * BUCKET });
      expect(short).toEqual({ buckets: [START, START + BUCKET], until: START + 2 * BUCKET });
    });

    test("answers what a store would that held the events of the window alone", async () => {
      await fc.assert(
        fc.asyncProperty(
          batches,
          fc.array(wholeBuckets, { minLength: 1, maxLength: 3 }),
          whileTimeLasts(20_000, async (written, windows) => {
            const { arrivals, add } = await open(riskyAction);
            for (const [index, batch] of written.entries()) await add(batch, WRITTEN + index * HOUR);
            for (const window of [EVER, ...windows]) {
              const within = written.map((batch) => batch.filter((entry) => isIn(window, entry)));
              const buckets = within.slice(1).flatMap((batch) => batch.map(({ event }) => bucketStart(event.time)));
              // Asked first: what came by then is in the other answers.
              expect(await bucketsOf(arrivals, WRITTEN + HOUR, window)).toEqual(
                [...new Set(buckets)].sort((a, b) => a - b),
              );
              const memory = new MemoryEventStore(within.flat(), riskyAction);
              expect(await all(arrivals.deliveries(window))).toEqual(await all(memory.deliveries(BUCKET)));
              expect(await all(arrivals.firstUses(window))).toEqual((await all(memory.firstSeen())).map(asUse));
            }
          }),
        ),
        { numRuns: 25 },
      );
    }, 60_000);
  });
}
