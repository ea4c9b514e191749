import { expect, test } from "@jest/globals";
import { BUCKET, DAY, HOUR } from "#core/domain/time.ts";
import type { Departure, DetectorEngine, EntityModel, ModelOptions } from "#core/ports/detector-engine.ts";

const START = Date.UTC(2026, 0, 5);
const RISE: ModelOptions = { bucket: BUCKET, direction: "rise", floor: 1 };

/** A steady, mildly uneven count; the same in every run. */
const steady = (i: number): number => 20 + ((i * 7919) % 11) - 5;

function feed(model: EntityModel, from: number, count: number, value: (i: number) => number | null): Departure[] {
  const departures: Departure[] = [];
  for (let i = from; i < from + count; i++) {
    const departure = model.observe(START + i * BUCKET, value(i));
    if (departure) departures.push(departure);
  }
  return departures;
}

const WEEK = (7 * DAY) / BUCKET;

/** What every implementation of {@link DetectorEngine} must do. */
export function detectorEngineContract(name: string, create: () => DetectorEngine): void {
  test(`${name}: says nothing of what is as always`, () => {
    expect(feed(create().open(RISE), 0, 2 * WEEK, steady)).toEqual([]);
  });

  test(`${name}: reports a spike at once, with what was usual, and nothing before it`, () => {
    const model = create().open(RISE);
    feed(model, 0, 2 * WEEK, steady);
    const [departure, ...more] = feed(model, 2 * WEEK, 1, () => 400);
    expect(more).toEqual([]);
    expect(departure).toMatchObject({ direction: "rise" });
    const { window, actual, expected, lower, upper, grade, confidence, score } = departure as Departure;
    expect(window.end).toBe(START + (2 * WEEK + 1) * BUCKET);
    expect(actual).toBeGreaterThanOrEqual(400);
    const buckets = (window.end - window.start) / BUCKET;
    expect((expected as number) / buckets).toBeGreaterThan(15);
    expect((expected as number) / buckets).toBeLessThan(25);
    expect(lower as number).toBeLessThanOrEqual(expected as number);
    expect(upper as number).toBeGreaterThanOrEqual(expected as number);
    expect(upper as number).toBeLessThan(actual);
    expect(score).toBeGreaterThan(6);
    expect(grade).toBeGreaterThan(0);
    expect(grade).toBeLessThanOrEqual(1);
    expect(confidence).toBeGreaterThan(0.5);
    expect(confidence).toBeLessThanOrEqual(1);
  });

  test(`${name}: has no expectation where nothing was ever seen`, () => {
    const model = create().open(RISE);
    model.observeZeros(START, WEEK);
    const departure = model.observe(START + WEEK * BUCKET, 47);
    expect(departure).toMatchObject({ expected: null, lower: null, upper: null });
    expect((departure as Departure).actual).toBe(47);
  });

  test(`${name}: reports nothing smaller than the floor`, () => {
    const model = create().open({ ...RISE, floor: 50 });
    model.observeZeros(START, WEEK);
    expect(model.observe(START + WEEK * BUCKET, 47)).toBeNull();
    expect(model.observe(START + (WEEK + 1) * BUCKET, 47)).not.toBeNull();
  });

  test(`${name}: learns a level shift instead of reporting it for ever`, () => {
    const model = create().open(RISE);
    feed(model, 0, 2 * WEEK, steady);
    const first = feed(model, 2 * WEEK, DAY / BUCKET, (i) => 3 * steady(i));
    expect(first.length).toBeGreaterThan(0);
    expect(feed(model, 2 * WEEK + DAY / BUCKET, WEEK, (i) => 3 * steady(i)).length).toBeLessThan((2 * HOUR) / BUCKET);
  });

  test(`${name}: is not blown up by one spike`, () => {
    const calm = create().open(RISE);
    const shaken = create().open(RISE);
    feed(calm, 0, 2 * WEEK, steady);
    feed(shaken, 0, 2 * WEEK, (i) => (i === WEEK + 100 ? 5000 : steady(i)));
    const at = START + 2 * WEEK * BUCKET;
    expect(shaken.expect(at).expected).toBeLessThan(calm.expect(at).expected * 1.5);
    expect(shaken.observe(at, 300)).not.toBeNull();
  });

  test(`${name}: neither judges nor learns what is unknown`, () => {
    const model = create().open({ ...RISE, direction: "both" });
    feed(model, 0, 2 * WEEK, steady);
    const before = model.expect(START + (2 * WEEK + 288) * BUCKET);
    expect(feed(model, 2 * WEEK, 288, () => null)).toEqual([]);
    const after = model.expect(START + (2 * WEEK + 288) * BUCKET);
    expect(Math.abs(after.expected - before.expected)).toBeLessThan(before.expected * 0.1);
    expect(feed(model, 2 * WEEK + 288, 288, steady)).toEqual([]);
  });

  test(`${name}: reports drops only where asked to, and only where the expectation is large enough`, () => {
    const zeros = (direction: "rise" | "both", value: (i: number) => number): number => {
      const model = create().open({ ...RISE, direction });
      feed(model, 0, 2 * WEEK, value);
      return model.observeZeros(START + 2 * WEEK * BUCKET, 36).length;
    };
    expect(zeros("rise", steady)).toBe(0);
    expect(zeros("both", steady)).toBeGreaterThan(0);
    expect(zeros("both", (i) => (i % 50 === 0 ? 1 : 0))).toBe(0);
  });

  test(`${name}: finds what leaks slowly, one at a time`, () => {
    const model = create().open({ ...RISE, floor: 2 });
    model.observeZeros(START, 2 * WEEK);
    const every = (4 * HOUR) / BUCKET;
    const departures = feed(model, 2 * WEEK, (3 * DAY) / BUCKET, (i) => (i % every === 0 ? 1 : 0));
    expect(departures.length).toBeGreaterThan(0);
  });

  test(`${name}: refuses a state that it cannot read, and buckets out of order`, () => {
    const engine = create();
    const saved = engine.open(RISE).save();
    expect(() => engine.open(RISE, { ...saved, version: saved.version + 1000 })).toThrow(
      expect.objectContaining({ code: "STORE_VERSION" }),
    );
    const model = engine.open(RISE);
    model.observe(START, 1);
    expect(() => model.observe(START + 2 * BUCKET, 1)).toThrow(expect.objectContaining({ code: "INTERNAL" }));
  });
}
