import { expect, test } from "@jest/globals";
import { BUCKET, DAY, HOUR } from "#core/domain/time.ts";
import type { Departure } from "#core/ports/detector-engine.ts";
import { slotOfHour, visitsOfSlots } from "#engine/calendar.ts";
import { createCountEngine } from "#engine/count-engine.ts";

/** A Monday. */
const START = Date.UTC(2026, 0, 5);
const PER_DAY = DAY / BUCKET;

function run(days: number, value: (bucket: number) => number, floor = 0): Departure[] {
  const model = createCountEngine().open({ bucket: BUCKET, direction: "rise", floor });
  const departures: Departure[] = [];
  for (let i = 0; i < days * PER_DAY; i++) {
    const departure = model.observe(START + i * BUCKET, value(i));
    if (departure) departures.push(departure);
  }
  return departures;
}

test("visits in closed form are visits one by one", () => {
  const from = START / HOUR + 17;
  for (const hours of [0, 1, 30, 168, 1000]) {
    const visits = new Array(48).fill(0);
    for (let hour = from; hour < from + hours; hour++) visits[slotOfHour(hour)]++;
    expect([...visitsOfSlots(from, from + hours)]).toEqual(visits);
  }
});

test("weekdays and weekends are apart", () => {
  const hour = START / HOUR;
  expect(slotOfHour(hour)).toBe(0);
  expect(slotOfHour(hour + 4 * 24 + 23)).toBe(23);
  expect(slotOfHour(hour + 5 * 24)).toBe(24);
  expect(slotOfHour(hour + 7 * 24 - 1)).toBe(47);
  expect(slotOfHour(hour + 7 * 24)).toBe(0);
});

test("a nightly batch is reported when it first comes, and not once it is a habit", () => {
  const departures = run(21, (i) => (i % PER_DAY === 26 ? 60 : 0));
  const days = new Set(departures.map(({ window }) => Math.floor((window.end - START - 1) / DAY)));
  expect(days.has(1) || days.has(2)).toBe(true);
  expect([...days].every((day) => day < 7)).toBe(true);
});

test("the same count at another time of day departs", () => {
  const departures = run(21, (i) => (i % PER_DAY === 26 || i === 20 * PER_DAY + 150 ? 60 : 0));
  expect(departures.at(-1)).toMatchObject({
    window: { end: START + (20 * PER_DAY + 151) * BUCKET },
    direction: "rise",
  });
});

test("a slow leak is found as a whole, against what whole days had", () => {
  const usual = (i: number): number => (i % PER_DAY === 120 ? 1 : 0);
  const departures = run(18, (i) => (i >= 15 * PER_DAY && i % 36 === 5 ? 1 : usual(i)));
  expect(departures.length).toBeGreaterThan(0);
  const last = departures.at(-1) as Departure;
  expect(last.window.end - last.window.start).toBeGreaterThan(12 * HOUR);
  expect(last.actual).toBeGreaterThan(15);
  expect(last.expected as number).toBeLessThan(5);
});

test("a spike that was reported is not reported again as a day", () => {
  const departures = run(21, (i) => (i % 288 === 100 ? 1 : i === 15 * PER_DAY + 10 ? 200 : 0));
  expect(departures.map(({ window }) => window.end)).toEqual([START + (15 * PER_DAY + 11) * BUCKET]);
});

test("amounts are judged in their unit", () => {
  const model = createCountEngine().open({ bucket: BUCKET, direction: "rise", floor: 500, unit: 100 });
  model.observeZeros(START, 14 * PER_DAY);
  const departure = model.observe(START + 14 * DAY, 76_000) as Departure;
  expect(departure.actual).toBe(76_000);
});

test("a state of a silent entity is small, of a busy one a few kB", () => {
  const size = (value: (i: number) => number): number => {
    const model = createCountEngine().open({ bucket: BUCKET, direction: "rise", floor: 0 });
    for (let i = 0; i < 21 * PER_DAY; i++) model.observe(START + i * BUCKET, value(i));
    return JSON.stringify(model.save()).length;
  };
  expect(size((i) => (i === 500 ? 3 : 0))).toBeLessThan(6_000);
  expect(size((i) => 50 + (i % 37))).toBeLessThan(14_000);
});
