import { expect, test } from "@jest/globals";
import fc from "fast-check";
import type { OpenSearchConnection } from "#adapters/opensearch/connection.ts";
import { deleteExpiredWithoutPolicy, expiredIndices, oldestKeptDay } from "#adapters/opensearch/documents/retention.ts";
import { indexNames } from "#adapters/opensearch/index-names.ts";
import { DAY, HOUR } from "#core/domain/time.ts";

const NOW = Date.UTC(2026, 10, 3, 15);
const NAMES = indexNames("t-");
const expired = (existing: readonly string[], days: { eventDays?: number; rollupDays?: number } = {}) =>
  expiredIndices(NAMES, existing, { eventDays: 3, rollupDays: 40, ...days }, NOW);

test("today and the days before it are kept, as many as were said", () => {
  expect(expired(["t-usage-events-2026.11.03", "t-usage-events-2026.11.01", "t-usage-events-2026.10.31"])).toEqual([
    "t-usage-events-2026.10.31",
  ]);
  expect(expired(["t-usage-events-2026.11.03", "t-usage-events-2026.11.02"], { eventDays: 1 })).toEqual([
    "t-usage-events-2026.11.02",
  ]);
});

test("a month of roll-ups goes when its last day is not kept any more", () => {
  const months = [
    "t-usage-rollups-2026.11",
    "t-usage-rollups-2026.10",
    "t-usage-rollups-2026.09",
    "t-usage-rollups-2025.12",
  ];
  expect(expired(months)).toEqual(["t-usage-rollups-2025.12"]);
  expect(expired(months, { rollupDays: 34 })).toEqual(["t-usage-rollups-2026.09", "t-usage-rollups-2025.12"]);
});

test("a month of Insights goes when its last day's events are not kept any more", () => {
  const months = ["t-usage-insights-2026.11", "t-usage-insights-2026.10", "t-usage-insights-2026.09"];
  expect(expired(months, { eventDays: 4 })).toEqual(["t-usage-insights-2026.09"]);
  expect(expired(months)).toEqual(["t-usage-insights-2026.10", "t-usage-insights-2026.09"]);
});

test.each([
  "usage-events-2020.01.01",
  "x-t-usage-events-2020.01.01",
  "t-usage-events-2020.01.01-restored",
  "restored-t-usage-events-2020.01.01",
  "t-usage-events-2020.13.01",
  "t-usage-events-2020.02.31",
  "t-usage-events-2020.01",
  "t-usage-rollups-2020.01.01",
  "t-usage-insights-2020.01.01",
  "usage-insights-2020.01",
  "t-usage-events-",
  "t-trailwatch-incidents",
])("%s is not ours to delete", (index) => {
  expect(expired([index])).toEqual([]);
});

test("what is kept is written, what is deleted is not written again, and today is never deleted", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4000 }), fc.nat(5000), fc.nat(23), (eventDays, age, hour) => {
      const now = NOW - (NOW % DAY) + hour * HOUR;
      const day = now - age * DAY;
      const gone = expiredIndices(NAMES, [NAMES.eventsAt(day)], { eventDays, rollupDays: 1 }, now).length === 1;
      expect(gone).toBe(day < oldestKeptDay(now, eventDays));
      if (age === 0) expect(gone).toBe(false);
    }),
  );
});

test.each([0, -1, 1.5, Number.NaN])("%p days are refused", (days) => {
  expect(() => oldestKeptDay(NOW, days)).toThrow(RangeError);
});

function clusterWith(plugins: readonly string[]) {
  const deleted: string[] = [];
  const connection: OpenSearchConnection = {
    url: "http://cluster",
    close: async () => {},
    send: async (method, path) => {
      if (method === "DELETE") deleted.push(path);
      const body =
        path === "/"
          ? { version: { number: "2.19.0", distribution: "opensearch" } }
          : path === "/_cat/plugins"
            ? plugins.map((component) => ({ name: "node-1", component }))
            : [{ index: "t-usage-events-2026.10.31" }, { index: "t-usage-events-2026.11.03" }];
      return { status: 200, body };
    },
  };
  return { connection, deleted };
}

test("where a policy of the cluster deletes, nobody else does", async () => {
  const days = { eventDays: 3, rollupDays: 40 };
  const alone = clusterWith([]);
  expect(await deleteExpiredWithoutPolicy(alone.connection, NAMES, days, NOW)).toEqual({
    deleted: ["t-usage-events-2026.10.31"],
    left: [],
  });
  expect(alone.deleted).toEqual(["/t-usage-events-2026.10.31"]);
  const managed = clusterWith(["opensearch-index-management"]);
  expect(await deleteExpiredWithoutPolicy(managed.connection, NAMES, days, NOW)).toBeNull();
  expect(managed.deleted).toEqual([]);
});
