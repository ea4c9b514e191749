import { describe, expect, test } from "@jest/globals";
import { parseConfig } from "#core/config/index.ts";
import { watchedSignals } from "#core/config/opensearch.ts";
import { resolveSignals } from "#core/signals/config.ts";

const watched = (input: unknown) => {
  const config = parseConfig(input);
  return watchedSignals(config.opensearch, resolveSignals(config.signals)).map(
    ({ signal, by }) => `${signal.id} ${by}`,
  );
};

test("by default six signals are watched by account and region, and some by account type and unit, in nine detectors", () => {
  const all = watched({});
  for (const signal of [
    "instances-launched",
    "volumes-created",
    "function-invocations",
    "usd-per-hour-added",
    "denied-calls",
    "identity-changes",
  ]) {
    expect(all).toContain(`${signal} entity`);
  }
  expect(all).toContain("instances-launched account-type");
  expect(all).toContain("usd-per-hour-added ou");
  expect(all).toHaveLength(9);
});

test("a detector of a signal that is turned off is left out", () => {
  expect(watched({ signals: { disabled: ["denied-calls"] } }).join()).not.toContain("denied-calls");
});

test("a signal of one's own can be watched", () => {
  const config = {
    signals: { custom: [{ id: "buckets-deleted", title: "Buckets deleted", unit: "buckets deleted" }] },
    opensearch: { forest: { detectors: [{ signal: "buckets-deleted" }] } },
  };
  expect(watched(config)).toEqual(["buckets-deleted entity"]);
});

describe("what cannot be is refused", () => {
  test.each([
    [{ forest: { detectors: [{ signal: "instances-lunched" }] } }, /"instances-lunched", which is no signal/],
    [
      { forest: { detectors: [{ signal: "denied-calls" }, { signal: "denied-calls" }] } },
      /denied-calls by entity twice/,
    ],
    [{ alerts: { webhook: "ftp://example.com" } }, /alerts\.webhook/],
    [
      { alerts: { webhook: "https://example.com/in", snsTopicArn: "arn:aws:sns:us-east-1:111111111111:bell" } },
      /not both/,
    ],
    [{ eventDays: 0 }, /eventDays is 0/],
  ])("%j", (opensearch, message) => expect(() => parseConfig({ opensearch })).toThrow(message));
});
