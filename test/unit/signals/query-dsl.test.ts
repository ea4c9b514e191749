import { expect, test } from "@jest/globals";
import fc from "fast-check";
import type { EventFilter, Signal } from "#core/domain/signal.ts";
import { BUCKET } from "#core/domain/time.ts";
import { BUILT_IN_SIGNALS } from "#core/signals/definitions.ts";
import { countsOf, filterQuery, rollupScans } from "#core/signals/query-dsl.ts";

const signalOf = (id: string): Signal => {
  const found = BUILT_IN_SIGNALS.find((signal) => signal.id === id);
  if (!found) throw new Error(`no signal ${id}`);
  return found;
};

test("a filter is its conditions, and none of them is everything", () => {
  expect(filterQuery({})).toEqual({ match_all: {} });
  expect(filterQuery({ actions: [] })).toEqual({ match_none: {} });
  expect(filterQuery({ outcomes: ["denied"], readOnly: false })).toEqual({
    bool: { filter: [{ terms: { outcome: ["denied"] } }, { term: { read_only: false } }] },
  });
  expect(filterQuery({ quantities: ["instances"], quantityChange: "added" })).toEqual({
    exists: { field: "amounts.instances.added" },
  });
});

test("what is asked for stands in the request as values only", () => {
  const keysOf = (value: unknown): readonly string[] =>
    typeof value === "object" && value !== null
      ? Object.entries(value).flatMap(([key, inner]) => [...(Array.isArray(value) ? [] : [key]), ...keysOf(inner)])
      : [];
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 9 }), { minLength: 1 }), (texts) => {
      const filter: EventFilter = { actions: texts, services: texts };
      const signals: readonly Signal[] = texts.map((id) => ({ ...signalOf("instances-launched"), id, filter }));
      const rendered = rollupScans(signals, BUCKET);
      expect(JSON.parse(JSON.stringify(filterQuery(filter)))).toEqual({
        bool: { filter: [{ terms: { call: texts } }, { terms: { service: texts } }] },
      });
      for (const { query, sources, aggregations } of rendered) {
        const keys = new Set(keysOf({ query, sources, aggregations }));
        expect(texts.filter((text) => keys.has(text))).toEqual([]);
      }
    }),
  );
});

test("signals counted per the same thing are one scan, whose buckets tell each signal's count", () => {
  const scans = rollupScans(BUILT_IN_SIGNALS, BUCKET);
  expect(scans.map(({ signals }) => new Set(signals.map(({ per }) => per)).size)).toEqual([1, 1, 1]);
  expect(scans.flatMap(({ signals }) => signals)).toHaveLength(BUILT_IN_SIGNALS.length);

  const [scan] = rollupScans(["instances-launched", "denied-calls", "usd-per-hour-added"].map(signalOf), BUCKET);
  if (!scan) throw new Error("no scan");
  expect(scan.aggregations).toMatchObject({
    s0: { aggs: { sum: { sum: { field: "amounts.instances.added" } } } },
    s1: { filter: { terms: { outcome: ["denied"] } } },
    s2: { aggs: { sum: { sum: { field: "added_doubled_nanos" } } } },
  });
  const bucket = {
    s0: { doc_count: 2, sum: { value: 7 } },
    s1: { doc_count: 3 },
    s2: { doc_count: 1, sum: { value: 34_032_000_000 } },
  };
  expect(countsOf(scan, bucket)).toEqual([7, 3, 17.016]);
});
