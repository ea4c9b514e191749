import { describe, expect, test } from "@jest/globals";
import { parseUsdText } from "#core/domain/money.ts";
import { DAY, HOUR, MINUTE, SECOND } from "#core/domain/time.ts";
import { comparison } from "#core/explain/statements.ts";
import { amount, counted, duration, listed, times, utc, utcWindow } from "#core/messages/format.ts";
import { dollarRange, dollars } from "#core/messages/money.ts";
import { unitAfter } from "#core/messages/phrases.ts";
import { named, shorten, visible } from "#core/messages/visible.ts";
import { BUILT_IN_SIGNALS } from "#core/signals/definitions.ts";

test.each([
  [0, "0"],
  [1, "1"],
  [47, "47"],
  [999.6, "1,000"],
  [1234567, "1,234,567"],
  [3.44, "3.4"],
  [2.96, "3"],
  [0.25, "0.25"],
  [0.04, "0.04"],
  [0.0004, "less than 0.001"],
  [-2, "-2"],
  [Number.NaN, "an unknown number"],
])("amount of %d is %s", (value, text) => expect(amount(value)).toBe(text));

test("singular and plural", () => {
  expect([counted(0, "event"), counted(1, "event"), counted(2, "event"), counted(1, "success", "successes")]).toEqual([
    "0 events",
    "1 event",
    "2 events",
    "1 success",
  ]);
});

test("every built-in unit has a singular that reads", () => {
  const one = Object.fromEntries(BUILT_IN_SIGNALS.map(({ unit }) => [unit, unitAfter(1, unit)]));
  expect(one).toMatchObject({
    "instances launched": "instance launched",
    "accelerated (GPU, Inferentia, Trainium, FPGA) instances launched": "accelerated instance launched",
    "GiB of volumes created": "GiB of volumes created",
    "function invocations": "function invocation",
    "NAT gateways created": "NAT gateway created",
    "machine-learning instances started": "machine-learning instance started",
    "USD/hour added": "USD/hour added",
    "failed launches": "failed launch",
    "denied calls": "denied call",
    "IAM and key changes": "IAM or key change",
    "changes to logging and guardrails": "change to logging or guardrails",
    "secrets read": "secret read",
    "S3 objects deleted": "S3 object deleted",
    "console sign-ins": "console sign-in",
    "failed console sign-ins": "failed console sign-in",
  });
});

test("lists end with and, and say how many were left out", () => {
  expect(listed([])).toBe("");
  expect(listed(["a"])).toBe("a");
  expect(listed(["a", "b"])).toBe("a and b");
  expect(listed(["a", "b", "c", "d", "e", "f"], 3)).toBe("a, b, c and 3 more");
});

test.each([
  [0, "0 seconds"],
  [SECOND, "1 second"],
  [10 * MINUTE, "10 minutes"],
  [HOUR, "1 hour"],
  [90 * MINUTE, "1 hour 30 minutes"],
  [26 * HOUR, "26 hours"],
  [3 * DAY + HOUR, "3 days 1 hour"],
  [21 * DAY, "21 days"],
])("%d ms last %s", (span, text) => expect(duration(span)).toBe(text));

test("times are UTC and say so", () => {
  const at = Date.UTC(2026, 10, 3, 2, 14, 59);
  expect(utc(at)).toBe("2026-11-03 02:14 UTC");
  expect(utcWindow({ start: at, end: at + 10 * MINUTE })).toBe("2026-11-03 02:14 to 02:24 UTC");
  expect(utcWindow({ start: at, end: at + DAY })).toBe("2026-11-03 02:14 to 2026-11-04 02:14 UTC");
});

describe("comparison with the usual", () => {
  test.each([
    [47, 3, "15 times the usual 3"],
    [47, 3.13, "15 times the usual 3"],
    [100, 30, "3.3 times the usual 30"],
    [60, 30, "2 times the usual 30"],
    [45, 30, "50% more than the usual 30"],
    [33, 30, "the usual is 30"],
    [10, 30, "down from the usual 30"],
    [9, 0.3, "where fewer than one is usual"],
    [9, 0.01, "where none is usual"],
    [250000, 17, "14,000 times the usual 17"],
  ])("%d against %d: %s", (actual, expected, text) => expect(comparison(actual, expected)).toBe(text));
  test("never before", () => expect(comparison(47, null)).toBe("never before seen there"));
  test("never overstated", () => expect(times(15.99)).toBe("15 times"));
});

test.each([
  ["0", "$0"],
  ["0.000001", "less than $0.01"],
  ["0.004", "less than $0.01"],
  ["0.42", "$0.42"],
  ["12.3", "$12.30"],
  ["99.994", "$99.99"],
  ["99.996", "$100"],
  ["1234.5", "$1,235"],
  ["-3.5", "-$3.50"],
])("%s USD read %s", (usd, text) => expect(dollars(parseUsdText(usd))).toBe(text));

test("a range of one amount is one amount", () => {
  expect(dollarRange({ low: "120", high: "180" })).toBe("$120 to $180");
  expect(dollarRange({ low: "120.1", high: "120.4" })).toBe("$120");
});

describe("what logs say, made visible", () => {
  test.each([
    ["a\u001b[31mb", "a\\x1b[31mb"],
    ["a\r\nb", "a\\r\\nb"],
    ["a\u202eb", "a\\u{202e}b"],
    ["a\u200bb", "a\\u{200b}b"],
    ["a\u00a0b", "a b"],
    ["\ud800", "\\u{d800}"],
    ["e\u0301\u0301\u0301\u0301\u0301", "e\u0301\u0301\u0301"],
  ])("%j is shown as %j", (raw, shown) => expect(visible(raw)).toBe(shown));
  test("cut with an ellipsis, by characters and not by halves of them", () => {
    expect(shorten("🚨🚨🚨🚨", 3)).toBe("🚨🚨…");
    expect(named("   ")).toBe("(empty)");
    expect([...named("x".repeat(500))]).toHaveLength(120);
  });
});
