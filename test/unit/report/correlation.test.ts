import { expect, test } from "@jest/globals";
import { accountCorrelations } from "#core/report/correlation.ts";

const HOURS = 24 * 14;
/** Day and night for everybody, and a disturbance of the account's own. */
const series = (disturbance: (hour: number) => number): number[] =>
  Array.from({ length: HOURS }, (_, hour) => 100 + (hour % 24 > 8 ? 200 : 0) + disturbance(hour));
const noise = (salt: number) => (hour: number) => (((hour + 1) * 2654435761 * (salt * 2 + 1)) % 997) / 10;

const correlation = (rows: ReturnType<typeof accountCorrelations>, a: string, b: string): number =>
  rows.find((row) => row.a === a && row.b === b)?.correlation ?? Number.NaN;

test("accounts that share a disturbance correlate, accounts that share only the daylight do not", () => {
  const rows = accountCorrelations(
    new Map([
      ["one", series(noise(1))],
      ["same", series((hour) => 3 * noise(1)(hour) + 7)],
      ["against", series((hour) => -noise(1)(hour))],
      ["other", series(noise(5))],
    ]),
  );
  expect(correlation(rows, "one", "one")).toBeNaN();
  expect(correlation(rows, "one", "same")).toBeCloseTo(1);
  expect(correlation(rows, "one", "against")).toBeCloseTo(-1);
  expect(Math.abs(correlation(rows, "one", "other"))).toBeLessThan(0.3);
});

test("constant accounts and pairs with too few known hours are left out", () => {
  const known = series(noise(1));
  const rows = accountCorrelations(
    new Map<string, readonly (number | null)[]>([
      ["one", known],
      ["constant", series(() => 0)],
      ["mostly unknown", known.map((count, hour) => (hour < 24 * 12 ? null : count))],
    ]),
  );
  expect(rows.map(({ a, b }) => `${a}/${b}`)).toEqual([]);
});
