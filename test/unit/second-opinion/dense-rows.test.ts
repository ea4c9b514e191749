import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { MemoryRollupStore } from "#adapters/memory/rollup-store.ts";
import { BUCKET, DAY, type EpochMs } from "#core/domain/time.ts";
import { denseRows } from "#core/roll-up/compare-rollups.ts";
import { at, heartbeats, launch, MAIN, run } from "../roll-up/world.ts";

const DAYS = 17;
const bucketOf = (hours: number): EpochMs => at(0) + hours * 12 * BUCKET;

test("rows of an entity are those that a run of the roll-up writes, from wherever one begins", async () => {
  const launches = fc.uniqueArray(fc.integer({ min: 0, max: DAYS * 24 - 1 }), { minLength: 1, maxLength: 6 });
  const outage = fc.option(fc.integer({ min: 13 * 24, max: (DAYS - 1) * 24 }));
  await fc.assert(
    fc.asyncProperty(launches, outage, fc.integer({ min: 0, max: DAYS * 24 - 1 }), async (hours, silent, begin) => {
      const silences = silent === null ? [] : [{ start: bucketOf(silent), end: bucketOf(silent + 6) }];
      const times = hours
        .map(bucketOf)
        .filter((time) => !silences.some(({ start, end }) => time >= start && time < end));
      const events = [
        ...heartbeats({ start: at(0), end: at(DAYS) }, MAIN, silences),
        ...times.map((time, i) => launch(time + 7, i + 1)),
      ];
      const rollups = new MemoryRollupStore();
      const { state } = await run({ events, rollups });
      const window = { start: bucketOf(begin), end: at(DAYS) };
      const counts = new Map(times.map((time, i): [EpochMs, number] => [time, i + 1]));
      const last = times.filter((time) => time < window.start && time >= window.start - 14 * DAY);
      const entity = { account: MAIN, region: "eu-west-1", principal: null, resource: null };
      const before = last.length === 0 ? null : Math.max(...last);
      const rows = [...denseRows(entity, counts, before, window, state.accounts)];
      const written = rollups.rows().filter(({ bucket }) => bucket >= window.start);
      expect(rows).toEqual(written.map(({ bucket, value }) => [bucket, value]));
    }),
    { numRuns: 12 },
  );
}, 60_000);
