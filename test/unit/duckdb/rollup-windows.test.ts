import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { windowsWith } from "#adapters/duckdb/rollup-table.ts";

const WIDTH = 300_000;

test("every bucket with events lies in exactly one window, and no window could have ended a bucket earlier", () => {
  const given = fc.uniqueArray(
    fc.record({ at: fc.integer({ min: -50, max: 5_000 }), events: fc.integer({ min: 1, max: 900 }) }),
    { selector: ({ at }) => at, maxLength: 200 },
  );
  fc.assert(
    fc.property(given, fc.integer({ min: 1, max: 2_000 }), (list, most) => {
      const buckets = list.sort((a, b) => a.at - b.at).map(({ at, events }) => ({ start: at * WIDTH, events }));
      const windows = windowsWith(most, buckets, WIDTH);
      for (const { start } of buckets) {
        expect(windows.filter((window) => start >= window.start && start + WIDTH <= window.end)).toHaveLength(1);
      }
      for (const [index, window] of windows.entries()) {
        const inside = buckets.filter(({ start }) => start >= window.start && start < window.end);
        const sum = (rows: readonly { readonly events: number }[]): number =>
          rows.reduce((all, row) => all + row.events, 0);
        expect(sum(inside.slice(0, -1))).toBeLessThan(most);
        if (index + 1 < windows.length) expect(sum(inside)).toBeGreaterThanOrEqual(most);
      }
    }),
  );
});

test("a store without events has no window", () => {
  expect(windowsWith(10, [], WIDTH)).toEqual([]);
});
