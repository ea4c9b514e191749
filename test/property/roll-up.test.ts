import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { MemoryRollupStore } from "#adapters/memory/rollup-store.ts";
import { BUCKET, HOUR, MINUTE } from "#core/domain/time.ts";
import type { PricedUsageEvent } from "#core/domain/usage-event.ts";
import type { RollUpState } from "#core/use-cases/roll-up.ts";
import { at, heartbeats, launch, MAIN, OTHER, run, START } from "../unit/roll-up/world.ts";

const DAYS = 4;
const END = at(DAYS);

interface Arriving {
  readonly event: PricedUsageEvent;
  readonly arrives: number;
}

/** Events of two accounts with the time at which each is there: most soon, some hours or days late, one account all but cut off for a while. */
const world = fc
  .record({
    launches: fc.array(
      fc.record({
        time: fc.integer({ min: START, max: END - 1 }),
        amount: fc.integer({ min: 1, max: 9 }),
        account: fc.constantFrom(MAIN, OTHER),
        delay: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 60 * 30 })),
      }),
      { maxLength: 20 },
    ),
    outage: fc.record({
      start: fc.integer({ min: 0, max: DAYS * 24 }),
      hours: fc.integer({ min: 0, max: 12 }),
      delayHours: fc.integer({ min: 0, max: 20 }),
    }),
    runs: fc.array(fc.integer({ min: START, max: END }), { maxLength: 5 }),
  })
  .map(({ launches, outage, runs }) => {
    const cut = { start: START + outage.start * HOUR, end: START + (outage.start + outage.hours) * HOUR };
    const prompt = [MAIN, OTHER].flatMap((account) =>
      heartbeats({ start: START, end: END }, account).map((event): Arriving => {
        const held = account === MAIN && event.time >= cut.start && event.time < cut.end;
        return { event, arrives: held ? cut.end + outage.delayHours * HOUR : event.time + 4 * MINUTE };
      }),
    );
    const counted = launches.map(({ time, amount, account, delay }): Arriving => {
      const event = launch(time, amount, account);
      return { event, arrives: time + delay * MINUTE };
    });
    return { arriving: [...prompt, ...counted], runs: [...runs].sort((a, b) => a - b) };
  });

test("however events come and however often it runs, the roll-ups are those of one run over all of them", async () => {
  await fc.assert(
    fc.asyncProperty(world, async ({ arriving, runs }) => {
      const rollups = new MemoryRollupStore();
      let state: RollUpState | null = null;
      let last = Number.NEGATIVE_INFINITY;
      for (const now of [...runs, Number.POSITIVE_INFINITY]) {
        const events = arriving.filter(({ arrives }) => arrives <= now).map(({ event }) => event);
        const arrived = arriving.filter(({ arrives }) => arrives > last && arrives <= now);
        const until = Math.min(now, END);
        ({ state } = await run({
          events,
          rollups,
          now: until,
          state,
          arrived: arrived.map(({ event }) => event.time),
        }));
        last = now;
      }
      const scratch = new MemoryRollupStore();
      const once = await run({ events: arriving.map(({ event }) => event), rollups: scratch, now: END });
      const closed = once.state.accounts;
      const upTo = rollups
        .rows()
        .filter(({ entity, bucket }) => bucket + BUCKET <= (closed[entity.account]?.closed ?? 0));
      expect(upTo).toEqual(scratch.rows());
    }),
    { numRuns: 30 },
  );
}, 60_000);
