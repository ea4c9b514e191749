import { describe, expect, test } from "@jest/globals";
import { nanoUsd } from "#core/domain/money.ts";
import { DAY } from "#core/domain/time.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { Allowance, BilledDay, CostHistory } from "#core/ports/cost-history.ts";
import type { BilledService } from "../fakes/memory-cost-history.ts";
import { TestClock } from "../fakes/test-clock.ts";

const START = Date.UTC(2026, 10, 1);

const days = (count: number, usd: (day: number) => string): readonly BilledDay[] =>
  Array.from({ length: count }, (_, day) => ({
    day: new Date(START + day * DAY).toISOString().slice(0, 10),
    usd: usd(day),
    estimated: day >= count - 2,
  }));

const SAMPLE_BILL: readonly BilledService[] = [
  { account: "111111111111", service: "ec2", days: days(40, (day) => `${12 + day}.25`) },
  { account: "111111111111", service: "lambda", days: days(40, () => "0.01") },
];

/** What every bill answers. `open` gives one that has the bill, and `refused` one that may not be asked. */
export function costHistoryContract(
  name: string,
  open: (bill: readonly BilledService[]) => Promise<CostHistory>,
  refused: () => Promise<CostHistory>,
): void {
  describe(`cost history: ${name}`, () => {
    test("has a line a day, in order, of the days asked for", async () => {
      const history = await open(SAMPLE_BILL);
      const window = { start: START + 30 * DAY, end: START + 40 * DAY };
      const answer = await history.daily({ account: "111111111111", service: "ec2", window });
      expect(answer).toEqual({ status: "known", days: SAMPLE_BILL[0]?.days.slice(30) });
    });

    test("says that what is not billed is not known", async () => {
      const history = await open(SAMPLE_BILL);
      const window = { start: START, end: START + DAY };
      for (const [account, service] of [
        ["111111111111", "no-such-service"],
        ["999999999999", "ec2"],
      ] as const) {
        const answer = await history.daily({ account, service, window });
        expect(answer).toEqual({ status: "unavailable", reason: expect.stringMatching(/./) });
      }
    });

    test("one that may not be asked says why, and rejects nothing", async () => {
      const history = await refused();
      const window = { start: START, end: START + DAY };
      const answer = await history.daily({ account: "111111111111", service: "ec2", window });
      expect(answer).toEqual({ status: "unavailable", reason: expect.stringMatching(/./) });
    });
  });
}

/** What every allowance does. `open` gives a new one of a dollar a month, on the clock that it is handed. */
export function allowanceContract(name: string, open: (clock: Clock) => Promise<Allowance>): void {
  describe(`allowance: ${name}`, () => {
    test("allows up to its limit, to the last billionth, every month anew", async () => {
      const clock = new TestClock(Date.UTC(2026, 10, 30, 23, 59));
      const allowance = await open(clock);
      expect(await allowance.take(nanoUsd(0.6))).toBe(true);
      expect(await allowance.take(nanoUsd(0.6))).toBe(false);
      expect(await allowance.take(nanoUsd(0.4))).toBe(true);
      expect(await allowance.take(1n)).toBe(false);
      clock.time += 60_000;
      expect(await allowance.take(nanoUsd(1))).toBe(true);
      expect(await allowance.take(1n)).toBe(false);
    });

    test("of many who take at once, no more get it than it allows", async () => {
      const allowance = await open(new TestClock());
      const taken = await Promise.all(Array.from({ length: 8 }, () => allowance.take(nanoUsd(0.25))));
      expect(taken.filter(Boolean)).toHaveLength(4);
    });
  });
}
