import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { indexNames } from "#adapters/opensearch/index-names.ts";
import { desiredState } from "#adapters/opensearch/provisioning/desired.ts";
import { detectorMark, readDetectorMark } from "#adapters/opensearch/provisioning/detector-names.ts";
import { type DetectorSpec, detectorBody } from "#adapters/opensearch/provisioning/detectors.ts";
import type { Json } from "#adapters/opensearch/provisioning/meaning.ts";
import { parseConfig } from "#core/config/index.ts";

const desired = (config: object = {}, namespace = "") => desiredState({ config: parseConfig(config), namespace });
const names = indexNames();

const specNamed = (name: string, config: object = {}): DetectorSpec => {
  const spec = desired(config).detectors.find((one) => one.name === name);
  if (!spec) throw new Error(`no detector ${name}`);
  return spec;
};
const body = (name: string, version: string, config: object = {}): Json =>
  detectorBody(specNamed(name, config), version, names, false);

describe("a detector's body is what the engine's version knows", () => {
  const SINCE_2_9 = [
    "category_field",
    "description",
    "detection_interval",
    "feature_attributes",
    "filter_query",
    "indices",
    "name",
    "result_index",
    "shingle_size",
    "time_field",
    "window_delay",
  ];
  const LIFECYCLE = ["result_index_min_age", "result_index_min_size", "result_index_ttl"];
  test.each([
    ["2.9.0", SINCE_2_9],
    ["2.11.1", SINCE_2_9],
    ["2.15.0", [...SINCE_2_9, ...LIFECYCLE]],
    ["2.17.0", [...SINCE_2_9, ...LIFECYCLE, "rules"]],
    ["2.18.0", [...SINCE_2_9, ...LIFECYCLE, "rules"]],
    ["2.19.1", [...SINCE_2_9, ...LIFECYCLE, "rules", "flatten_custom_result_index"]],
    ["3.0.0", [...SINCE_2_9, ...LIFECYCLE, "rules", "flatten_custom_result_index"]],
    ["3.7.0", [...SINCE_2_9, ...LIFECYCLE, "rules", "flatten_custom_result_index"]],
  ])("%s", (version, members) => {
    for (const { name } of desired().detectors)
      expect(Object.keys(body(name, version)).sort()).toEqual([...members].sort());
  });

  test("nothing is imputed on any", () => {
    for (const version of ["2.9.0", "2.19.0", "3.7.0"]) {
      expect(body("trailwatch-denied-calls", version)).not.toHaveProperty("imputation_option");
    }
  });

  test("every member is one that a node took when it was recorded", () => {
    const recorded: Json[] = JSON.parse(readFileSync("test/fixtures/opensearch-exchanges/detectors.json", "utf8"));
    const taken = recorded
      .filter(({ response }) => response.status === 201)
      .flatMap(({ request }) => Object.keys(request.body));
    for (const member of Object.keys(body("trailwatch-denied-calls", "3.4.0"))) expect(taken).toContain(member);
  });
});

describe("what a detector looks at", () => {
  test("an entity's largest root in five minutes, eight in a row, of one signal", () => {
    expect(body("trailwatch-instances-launched", "3.7.0")).toMatchObject({
      time_field: "@timestamp",
      indices: ["usage-rollups-*"],
      filter_query: { bool: { filter: [{ term: { signal: "instances-launched" } }] } },
      feature_attributes: [
        {
          feature_name: "root_max",
          feature_enabled: true,
          aggregation_query: { root_max: { max: { field: "root" } } },
        },
      ],
      detection_interval: { period: { interval: 5, unit: "Minutes" } },
      shingle_size: 8,
      category_field: ["entity"],
      result_index: "opensearch-ad-plugin-result-trailwatch",
    });
  });

  test.each([
    ["trailwatch-instances-launched-by-type", ["account_type"]],
    ["trailwatch-usd-per-hour-added-by-ou", ["ou_path"]],
  ])("%s adds up the roots of %j", (name, category_field) =>
    expect(body(name, "3.7.0")).toMatchObject({
      category_field,
      feature_attributes: [{ aggregation_query: { root_sum: { sum: { field: "root" } } } }],
    }),
  );

  test("a window is judged after its own length, the lateness and the time that writing takes", () => {
    const delay = (config: object) => body("trailwatch-denied-calls", "3.7.0", config).window_delay.period.interval;
    expect(delay({})).toBe(5 + 15 + 5);
    expect(delay({ detection: { latenessMinutes: 30 }, opensearch: { forest: { writingMinutes: 2 } } })).toBe(37);
  });

  test("entities that do not fit are left out by a list of our own, of groups none", () => {
    const narrowed = (name: string): Json => detectorBody(specNamed(name), "3.7.0", names, true);
    expect(narrowed("trailwatch-denied-calls").filter_query.bool.must_not).toEqual([
      { terms: { entity: { index: "trailwatch-state", id: "forest-coverage", path: "value.excluded" } } },
    ]);
    expect(narrowed("trailwatch-denied-calls-by-type").filter_query.bool).not.toHaveProperty("must_not");
  });
});

describe("what is no anomaly however unlikely", () => {
  const margins = (name: string, config: object = {}): Record<string, number> =>
    Object.fromEntries(
      body(name, "3.7.0", config).rules.map(({ conditions: [{ threshold_type, value }] }: Json) => [
        threshold_type,
        value,
      ]),
    );

  test("rises below the floor and near the expectation, and every fall of a signal that only rises", () => {
    expect(margins("trailwatch-instances-launched")).toEqual({
      ACTUAL_OVER_EXPECTED_MARGIN: 1.733,
      ACTUAL_OVER_EXPECTED_RATIO: 0.2,
      EXPECTED_OVER_ACTUAL_MARGIN: 1_000_000,
    });
  });

  test("both ways where a drop is a finding too", () => {
    const custom = [{ id: "object-writes", title: "Writes", unit: "writes", direction: "both", floor: 16 }];
    const config = { signals: { custom }, opensearch: { forest: { detectors: [{ signal: "object-writes" }] } } };
    expect(margins("trailwatch-object-writes", config)).toEqual({
      ACTUAL_OVER_EXPECTED_MARGIN: 4,
      ACTUAL_OVER_EXPECTED_RATIO: 0.2,
      EXPECTED_OVER_ACTUAL_MARGIN: 4,
      EXPECTED_OVER_ACTUAL_RATIO: 0.2,
    });
  });

  test("a margin of nothing is refused by the node, and so left out", () => {
    const config = { signals: { floors: { "denied-calls": 0 } } };
    expect(margins("trailwatch-denied-calls", config)).not.toHaveProperty("ACTUAL_OVER_EXPECTED_MARGIN");
  });

  test("a rise smaller than the floor is within the margin, from whatever level", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        fc.double({ min: 0.01, max: 1e4, noNaN: true }),
        (level, floor) => {
          const config = { signals: { floors: { "denied-calls": floor } } };
          const margin = margins("trailwatch-denied-calls", config)["ACTUAL_OVER_EXPECTED_MARGIN"] as number;
          return Math.sqrt(level + floor) - Math.sqrt(level) <= margin + 1e-9;
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe("which detector it is stands in its description", () => {
  test("the name says signal and group, with the namespace before", () => {
    expect(desired({}, "test-").detectors.map(({ name }) => name)).toEqual([
      "test-trailwatch-instances-launched",
      "test-trailwatch-usd-per-hour-added",
      "test-trailwatch-instances-launched-by-type",
      "test-trailwatch-denied-calls",
      "test-trailwatch-identity-changes",
      "test-trailwatch-function-invocations",
      "test-trailwatch-volumes-created",
      "test-trailwatch-denied-calls-by-type",
      "test-trailwatch-usd-per-hour-added-by-ou",
    ]);
  });

  test("and is read from there again", () => {
    for (const { mark, name } of desired({}, "a-b-").detectors) {
      const spec = desired({}, "a-b-").detectors.find((one) => one.name === name) as DetectorSpec;
      expect(readDetectorMark(detectorBody(spec, "3.7.0", names, false).description)).toEqual(mark);
    }
    const mark = { namespace: "", signal: "denied-calls", by: "entity", fingerprint: "0123456789ab" } as const;
    expect(readDetectorMark(`text ${detectorMark(mark)}`)).toEqual(mark);
    expect(readDetectorMark("somebody's own")).toBeNull();
    expect(readDetectorMark(undefined)).toBeNull();
  });

  test("its fingerprint changes with what it learns from, and with nothing else", () => {
    const print = (config: object) => specNamed("trailwatch-denied-calls", config).mark.fingerprint;
    expect(print({ opensearch: { forest: { shingle: 12 } } })).not.toBe(print({}));
    expect(print({ signals: { floors: { "denied-calls": 50 } }, opensearch: { resultDays: 30 } })).toBe(print({}));
    expect(print({ detection: { latenessMinutes: 30 } })).toBe(print({}));
  });
});
