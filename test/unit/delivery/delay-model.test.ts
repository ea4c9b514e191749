import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { modelledDelivery } from "#core/delivery/delay-model.ts";
import { type EpochMs, MINUTE } from "#core/domain/time.ts";

const START = Date.UTC(2026, 10, 2);

function delays(): readonly EpochMs[] {
  const some: EpochMs[] = [];
  for (let account = 0; account < 20; account++) {
    for (let at = 0; at < 2000; at++) {
      const time = START + at * 37_777;
      some.push(modelledDelivery(`1111111111${account + 10}`, "eu-west-1", time) - time);
    }
  }
  return some.sort((a, b) => a - b);
}

test("events come after five minutes on the average, hardly any after more than a quarter of an hour", () => {
  const all = delays();
  const at = (share: number): number => (all[Math.floor(share * all.length)] as number) / MINUTE;
  const mean = all.reduce((sum, delay) => sum + delay, 0) / all.length / MINUTE;
  expect(mean).toBeGreaterThan(4.8);
  expect(mean).toBeLessThan(5.2);
  expect(at(0.5)).toBeLessThan(5);
  expect(at(0.95)).toBeLessThan(10);
  expect(at(0.99)).toBeGreaterThan(11);
  expect(at(0.99)).toBeLessThan(15);
});

test("what happened in one minute comes together, after it happened, and at the same time whenever it is asked", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 0, max: MINUTE - 1 }), (minute, within) => {
      const time = START + minute * MINUTE;
      const delivered = modelledDelivery("111111111111", "eu-west-1", time + within);
      expect(delivered).toBe(modelledDelivery("111111111111", "eu-west-1", time));
      expect(delivered).toBeGreaterThan(time + MINUTE - 1);
    }),
  );
  // As it was when this was written: a replay is the same on every machine.
  expect(modelledDelivery("111111111111", "eu-west-1", START)).toBe(PINNED);
});

const PINNED = Date.UTC(2026, 10, 2, 0, 5, 12, 972);
