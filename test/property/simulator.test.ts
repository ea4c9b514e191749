import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { simulate } from "#simulator/index.ts";

test("whatever its size and seed, a world's files hold exactly what its truth counts, within its span", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 2 }),
      fc.integer(),
      (accounts, days, seed) => {
        const world = simulate({ accounts, days, seed });
        const ids = new Set<string>();
        const paths = new Set<string>();
        let records = 0;
        for (let next = world.next(); ; next = world.next()) {
          if (next.done) {
            const truth = next.value;
            expect(ids.size).toBe(truth.events);
            expect(records).toBe(truth.events + truth.duplicates);
            for (const story of truth.planted) expect(story.eventIds.filter((id) => !ids.has(id))).toEqual([]);
            expect(truth.planted.length + truth.leftOut.length).toBeGreaterThanOrEqual(16);
            return;
          }
          const { path, text } = next.value;
          expect(paths.has(path)).toBe(false);
          paths.add(path);
          if (!path.includes("/CloudTrail/")) continue;
          for (const record of JSON.parse(text).Records) {
            records++;
            ids.add(record.eventID);
            const day = Date.parse(record.eventTime);
            if (day < Date.UTC(2026, 9, 26) || day >= Date.UTC(2026, 9, 26 + days))
              throw new Error(`${record.eventTime} is outside the span`);
          }
        }
      },
    ),
    { numRuns: 6, seed: 20261121 },
  );
});
