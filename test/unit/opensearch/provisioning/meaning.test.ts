import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { covers, type Json } from "#adapters/opensearch/provisioning/meaning.ts";

const recorded = (file: string): Json[] =>
  JSON.parse(readFileSync(`test/fixtures/opensearch-exchanges/${file}.json`, "utf8"));

/** What was sent and what came back of it, wherever the node took it. */
const accepted = [
  ...recorded("detectors").map((one) => [one.name, one.request, one.response.body?.anomaly_detector]),
  ...recorded("alerting").map((one) => [one.name, one.request, one.response.body?.monitor]),
]
  .filter(([, request]) => request.body?.monitor_type !== "query_level_monitor")
  .filter(([, request, there]) => there && /POST|PUT/.test(request.method) && typeof request.body?.name === "string")
  .map(([name, request, there]): [string, Json, Json] => [name, request.body, there]);

test("there are recordings to compare", () => expect(accepted.length).toBeGreaterThan(20));

describe("what a node gives back of what it was sent means the same", () => {
  // Members that do not fit are dropped silently, which is a difference; `rules: []` becomes one of the node's own.
  const DIFFERENT = ["create-unknown-member", "flatten-without-custom-index", "create-hc-two-categories-rules-empty"];
  test.each(accepted)("%s", (name, sent, there) => expect(covers(sent, there)).toBe(!DIFFERENT.includes(name)));
});

describe("a change is a difference", () => {
  const [, sent, there] = accepted.find(([name]) => name === "create-hc-entity") as [string, Json, Json];
  test.each([
    ["another delay", { window_delay: { period: { interval: 2, unit: "Minutes" } } }],
    ["another signal", { filter_query: { bool: { filter: [{ term: { signal: "other" } }] } } }],
    ["another feature", { feature_attributes: [{ ...sent.feature_attributes[0], feature_name: "root_max" }] }],
    ["a rule fewer", { rules: sent.rules.slice(1) }],
    ["another margin", { rules: [sent.rules[0], { ...sent.rules[1], conditions: [{ value: 0.31 }] }] }],
    ["not flattened", { flatten_custom_result_index: false }],
  ])("%s", (_, change) => expect(covers({ ...sent, ...change }, there)).toBe(false));
});

describe("ranges mean the same however they are written", () => {
  const range = (ends: object) => ({ range: { at: ends } });
  test.each([
    [{ gte: 1 }, { from: 1, to: null, include_lower: true, include_upper: true, boost: 1 }, true],
    [{ gt: 1 }, { from: 1, to: null, include_lower: false, include_upper: true }, true],
    [{ gt: 1 }, { from: 1, to: null, include_lower: true, include_upper: true }, false],
    [{ gte: 1, lt: 2 }, { from: 1, to: 2, include_lower: true, include_upper: false }, true],
    [{ gte: 1, lte: 2 }, { from: 1, to: 2, include_lower: true, include_upper: false }, false],
    [{ gte: 1 }, { from: 2, to: null, include_lower: true, include_upper: true }, false],
  ])("%j and %j: %s", (sent, there, same) => expect(covers(range(sent), range(there))).toBe(same));
});

test("numbers of settings come back as texts", () => {
  expect(covers({ shards: 1, big: true }, { shards: "1", big: "true", more: "x" })).toBe(true);
  expect(covers({ shards: 1 }, { shards: "2" })).toBe(false);
});
