import { describe, expect, test } from "@jest/globals";
import type { Signal } from "#core/domain/signal.ts";
import { resolveSignals, signalsConfigSchema } from "#core/signals/config.ts";
import { BUILT_IN_SIGNALS, METER_SIGNALS, SIGNALS_OF_ACTION } from "#core/signals/definitions.ts";

const resolve = (config: object): readonly Signal[] => resolveSignals(signalsConfigSchema.parse(config));
const find = (signals: readonly Signal[], id: string): Signal | undefined => signals.find((signal) => signal.id === id);

describe("built-in signals", () => {
  test("ids are unique, sentences have a unit, and usage counts successful calls only", () => {
    const ids = [...BUILT_IN_SIGNALS, ...METER_SIGNALS].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, unit, filter, value } of BUILT_IN_SIGNALS) {
      expect(unit).not.toBe("");
      if (value.of !== "events") expect([id, filter.outcomes]).toEqual([id, ["success"]]);
      expect(filter.outcomes ?? []).not.toContain("dry-run");
    }
  });

  test("have the documented thresholds", () => {
    expect(find(BUILT_IN_SIGNALS, "instances-launched")?.thresholds).toEqual({ low: 5, medium: 10, high: 20 });
    expect(find(BUILT_IN_SIGNALS, "volumes-created")?.thresholds).toEqual({ low: 10, medium: 20, high: 50 });
    expect(find(BUILT_IN_SIGNALS, "function-invocations")?.thresholds).toEqual({
      low: 1000,
      medium: 5000,
      high: 10_000,
    });
  });

  test("actions stand for signals that exist", () => {
    for (const ids of Object.values(SIGNALS_OF_ACTION)) {
      for (const id of ids) expect(find(BUILT_IN_SIGNALS, id)).toBeDefined();
    }
  });
});

describe("configuration", () => {
  const thresholds = { low: 1, medium: 2, high: 3 };

  test("an empty one is the built-in signals", () => {
    expect(resolve({})).toEqual(BUILT_IN_SIGNALS);
  });

  test("thresholds by action, with its service or without, and by signal id", () => {
    const signals = resolve({
      thresholds: { RunInstances: thresholds, "lambda:Invoke": thresholds, "usd-per-hour-added": thresholds },
    });
    const changed = signals.filter((signal) => signal.thresholds === thresholds || signal.thresholds?.low === 1);
    expect(changed.map(({ id }) => id)).toEqual([
      "instances-launched",
      "function-invocations",
      "function-invocations-by-function",
      "usd-per-hour-added",
    ]);
  });

  test("thresholds of any other action make it a signal", () => {
    const signal = find(resolve({ thresholds: { "s3:DeleteBucket": thresholds } }), "action-s3-deletebucket");
    expect(signal).toMatchObject({
      unit: "calls of s3:DeleteBucket",
      filter: { actions: ["s3:DeleteBucket"], outcomes: ["success"] },
      thresholds,
    });
  });

  test("floors, disabled signals and signals of one's own", () => {
    const signals = resolve({
      floors: { "denied-calls": 100 },
      disabled: ["console-sign-ins"],
      custom: [
        { id: "snapshots", title: "Snapshots", unit: "snapshots made", filter: { actions: ["ec2:CreateSnapshot"] } },
        { id: "data-shared", title: "Shares", unit: "shares" },
      ],
    });
    expect(find(signals, "denied-calls")?.floor).toBe(100);
    expect(find(signals, "console-sign-ins")).toBeUndefined();
    expect(find(signals, "snapshots")).toMatchObject({
      per: "region",
      floor: 1,
      thresholds: null,
      value: { of: "events" },
    });
    expect(signals.filter(({ id }) => id === "data-shared")).toMatchObject([{ title: "Shares" }]);
    expect(signals).toHaveLength(BUILT_IN_SIGNALS.length);
  });

  test.each([
    [{ thresholds: { RunInstance: thresholds } }, /thresholds names "RunInstance"/],
    [{ floors: { nothing: 1 } }, /floors names "nothing"/],
    [{ disabled: ["nothing"] }, /disabled names "nothing"/],
  ])("a name that means nothing is refused, and what there is is named: %j", (config, message) => {
    expect(() => resolve(config)).toThrow(
      expect.objectContaining({
        code: "CONFIGURATION_INVALID",
        message: expect.stringMatching(message),
        nextStep: expect.stringContaining("instances-launched"),
      }),
    );
  });

  test.each([
    { thresholds: { RunInstances: { low: 20, medium: 10, high: 5 } } },
    { thresholds: { RunInstances: { low: 0, medium: 10, high: 50 } } },
    { thresholds: { RunInstances: { low: 1, medium: 2 } } },
    { custom: [{ id: "A b", title: "x", unit: "x" }] },
    { custom: [{ id: "a", title: "x", unit: "x", filter: { actions: ["RunInstances"] } }] },
    { custom: [{ id: "a", title: "x", unit: "x", filter: { marks: ["made-up"] } }] },
    { unknown: true },
  ])("what cannot be is refused: %j", (config) => {
    expect(signalsConfigSchema.safeParse(config).success).toBe(false);
  });
});
