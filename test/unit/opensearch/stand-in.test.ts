import { expect, test } from "@jest/globals";
import { afterRules, robustDeviation, type Verdict } from "../../opensearch/stand-in/anomaly-detection/decide.ts";
import { modelId, type Series, type Window } from "../../opensearch/stand-in/anomaly-detection/series.ts";
import { type Json, NeverRecorded } from "../../opensearch/stand-in/exchange.ts";
import { normalQuery } from "../../opensearch/stand-in/normal-query.ts";
import { exchanges } from "../../opensearch/stand-in/recordings.ts";

const window = (value: number, place: number): Window => ({
  start: place * 300_000,
  end: (place + 1) * 300_000,
  values: [value],
  imputed: false,
});

const seriesOf = (values: readonly number[]): Series => ({
  detector: "d",
  mode: "historical",
  entity: [],
  features: ["root_sum"],
  windows: values.map(window),
});

test("the plain rule grades what lies far outside of what came before, and nothing in a quiet series", () => {
  const quiet = Array.from({ length: 100 }, (_, place) => 2 + (place % 3) / 2);
  expect(robustDeviation(seriesOf(quiet)).every(({ grade }) => grade === 0)).toBe(true);
  const spiked = robustDeviation(seriesOf([...quiet, 20, 2]));
  expect(spiked.map(({ grade }) => grade).filter((grade) => grade > 0)).toEqual([1]);
  expect(spiked[100]).toMatchObject({ grade: 1, expected: [2.5], attribution: [1] });
  expect(spiked.slice(0, 32).every(({ confidence }) => confidence === 0)).toBe(true);
  expect(spiked[100]?.confidence).toBeGreaterThan(0.5);
});

test.each([
  ["within the ratio, above", "ACTUAL_OVER_EXPECTED_RATIO", 0.3, 13, 0],
  ["beyond the ratio", "ACTUAL_OVER_EXPECTED_RATIO", 0.3, 13.1, 1],
  ["in the other direction", "ACTUAL_OVER_EXPECTED_RATIO", 0.3, 9, 1],
  ["within the ratio, below", "EXPECTED_OVER_ACTUAL_RATIO", 0.3, 8, 0],
  ["within the margin", "ACTUAL_OVER_EXPECTED_MARGIN", 5, 15, 0],
  ["beyond the margin", "ACTUAL_OVER_EXPECTED_MARGIN", 5, 15.1, 1],
])("a rule: %s", (_, threshold_type, value, actual, grade) => {
  const rules = [
    { action: "IGNORE_ANOMALY", conditions: [{ feature_name: "f", threshold_type, operator: "LTE", value }] },
  ];
  const verdict: Verdict = { grade: 1, confidence: 1, score: 2, threshold: 1, expected: [10], attribution: [1] };
  expect(afterRules(verdict, window(actual, 0), ["f"], rules).grade).toBe(grade);
});

test("models are named after their entities as on the node", () => {
  const named = new Map<string, Json>();
  for (const { response } of [...exchanges("realtime"), ...exchanges("results")]) {
    for (const model of response.body?.models ?? []) named.set(model.model_id, model.entity ?? []);
    for (const { _source } of response.body?.hits?.hits ?? []) {
      if (_source.model_id && _source.entity) named.set(_source.model_id, _source.entity);
    }
  }
  expect(named.size).toBeGreaterThan(20);
  for (const [id, entity] of named)
    expect(modelId(id.split("_entity_")[0]?.replace(/_model_rcf_0$/, "") ?? "", entity)).toBe(id);
});

test("queries come back as the node gave them back, and others are not guessed", () => {
  let compared = 0;
  for (const { name, request, response } of [...exchanges("detectors"), ...exchanges("alerting")]) {
    if (response.status !== 201) continue;
    const detector = response.body.anomaly_detector;
    const sent = detector ? request.body.filter_query : request.body.inputs[0].search.query.query;
    const kept = detector ? detector.filter_query : response.body.monitor.inputs[0].search.query.query;
    expect({ name, query: normalQuery(sent) }).toEqual({ name, query: kept });
    compared++;
  }
  expect(compared).toBeGreaterThan(20);
  expect(() => normalQuery({ bool: { must_not: [{ term: { a: 1 } }] } })).toThrow(NeverRecorded);
  expect(() => normalQuery({ prefix: { a: "b" } })).toThrow(NeverRecorded);
});
