import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseConfig } from "#core/config/index.ts";
import { nearestName } from "#core/config/nearest-name.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import { resolvePolicies } from "#core/policies/index.ts";

function errorOf(input: unknown): TrailwatchError {
  try {
    parseConfig(input);
  } catch (error) {
    if (error instanceof TrailwatchError) return error;
    throw error;
  }
  throw new Error(`accepted: ${JSON.stringify(input)}`);
}

test("nothing, an empty file and an empty object are the defaults", () => {
  const defaults = parseConfig({});
  expect(parseConfig(undefined)).toEqual(defaults);
  expect(parseConfig(null)).toEqual(defaults);
  expect(defaults.context.costCenterTags).toContain("cost-center");
  expect(resolvePolicies(defaults.policies).map(({ id }) => id)).toContain("public-sharing");
});

test("what is written replaces the default, the rest stays", () => {
  const config = parseConfig({ signals: { thresholds: { RunInstances: { low: 50, medium: 100, high: 200 } } } });
  expect(config.signals.thresholds["RunInstances"]).toEqual({ low: 50, medium: 100, high: 200 });
  expect(config.detection).toEqual(parseConfig({}).detection);
});

describe("errors name the path, the value and what was meant", () => {
  test.each([
    [{ signalz: {} }, /signalz is no known key/, /Did you mean signals\?/],
    [
      { incidents: { joinGapHour: 3 } },
      /incidents\.joinGapHour is no known key/,
      /Did you mean incidents\.joinGapHours\?/,
    ],
    [{ detection: { historyDays: "x" } }, /detection\.historyDays is "x": .*number/, /docs\/configuration\.md/],
    [
      { signals: { thresholds: { RunInstances: { low: 5, medium: -1, high: 9 } } } },
      /signals\.thresholds\.RunInstances\.medium is -1/,
      /docs/,
    ],
    [
      { signals: { thresholds: { RunInstances: { low: 5, medum: 10, high: 20 } } } },
      /RunInstances\.medum is no known key/,
      /Did you mean signals\.thresholds\.RunInstances\.medium\?/,
    ],
    [
      { context: { accountTypes: [{ type: "produktion", names: ["a"] }] } },
      /context\.accountTypes\[0\]\.type is "produktion": expected .*"production"/,
      /docs/,
    ],
    [{ context: { accountTypes: [{ type: "production" }] } }, /accountTypes\[0\].*at least one of accounts/, /docs/],
    [{ policies: { rules: { "root-usage": {} } } }, /"root-usage"/, /Did you mean root-use\?/],
    [{ policies: { custom: [{ id: "root-use", title: "x", filter: {} }] } }, /"root-use"/, /policies\.rules/],
    [{ signals: { disabled: ["nothing-like-it"] } }, /signals\.disabled names "nothing-like-it"/, /./],
    ["text", /the file is "text"/, /docs/],
    [[], /the file is \[\]/, /docs/],
  ])("%j", (input, message, nextStep) => {
    const error = errorOf(input);
    expect(error.code).toBe("CONFIGURATION_INVALID");
    expect(error.message).toMatch(message);
    expect(error.nextStep).toMatch(nextStep);
  });

  test("several at once, the longest lists cut", () => {
    const error = errorOf({ a: 1, detection: { historyDays: -1, learningDays: -1 } });
    expect(error.message).toMatch(/a is no known key/);
    expect(error.message).toMatch(/detection\.historyDays is -1/);
  });
});

test("any value is a configuration or refused with our own error", () => {
  const keys = fc.constantFrom("signals", "detection", "novelty", "incidents", "policies", "context", "x");
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.dictionary(keys, fc.jsonValue())), (input) => {
      try {
        parseConfig(input);
      } catch (error) {
        expect(error).toBeInstanceOf(TrailwatchError);
      }
    }),
    { numRuns: 150 },
  );
});

test.each([
  ["histroyDays", "historyDays"],
  ["HISTORY_DAYS", "historyDays"],
  ["zebra", null],
  ["", null],
])("nearest to %s is %s", (name, near) => expect(nearestName(name, ["historyDays", "falseAlarms"])).toBe(near));

test("a configuration comes back from JSON as it was: functions have it from there and do not check it again", () => {
  const config = parseConfig({ deployment: { mode: "single-account", size: "large" }, detection: { learningDays: 3 } });
  for (const one of [config, parseConfig({})]) {
    const kept: unknown = JSON.parse(JSON.stringify(one));
    expect(kept).toEqual(one);
    expect(parseConfig(kept)).toEqual(one);
  }
});
