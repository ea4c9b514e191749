import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { BUCKET } from "#core/domain/time.ts";
import type { Departure, EntityModel, ModelOptions } from "#core/ports/detector-engine.ts";
import { createCountEngine } from "#engine/count-engine.ts";

const START = Date.UTC(2026, 0, 5, 7, 35);
const engine = createCountEngine();

/** Stretches of an entity's life: silence, activity, the unknown. */
const stretch = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("zeros" as const), length: fc.integer({ min: 1, max: 1500 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("values" as const),
      values: fc.array(fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 5000 })), {
        minLength: 1,
        maxLength: 40,
      }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("unknown" as const), length: fc.integer({ min: 1, max: 40 }) }),
  },
);
const life = fc.array(stretch, { minLength: 1, maxLength: 8 });
const options = fc.record({
  bucket: fc.constant(BUCKET),
  direction: fc.constantFrom("rise" as const, "both" as const),
  floor: fc.constantFrom(0, 3),
});

type Life = readonly (typeof stretch extends fc.Arbitrary<infer T> ? T : never)[];

function dense(life: Life): (number | null)[] {
  return life.flatMap((part): (number | null)[] =>
    part.kind === "values" ? part.values : new Array(part.length).fill(part.kind === "zeros" ? 0 : null),
  );
}

function observeAll(model: EntityModel, values: readonly (number | null)[], from = 0): Departure[] {
  const departures: Departure[] = [];
  for (const [i, value] of values.entries()) {
    const departure = model.observe(START + (from + i) * BUCKET, value);
    if (departure) departures.push(departure);
  }
  return departures;
}

test("zeros in one call are zeros one by one: same departures, same state", () => {
  fc.assert(
    fc.property(life, options, (life, options: ModelOptions) => {
      const one = engine.open(options);
      const oneByOne = observeAll(one, dense(life));
      const other = engine.open(options);
      const inRuns: Departure[] = [];
      let at = START;
      for (const part of life) {
        if (part.kind === "zeros") {
          inRuns.push(...other.observeZeros(at, part.length));
          at += part.length * BUCKET;
          continue;
        }
        for (const value of dense([part])) {
          const departure = other.observe(at, value);
          if (departure) inRuns.push(departure);
          at += BUCKET;
        }
      }
      expect(inRuns).toEqual(oneByOne);
      expect(JSON.stringify(other.save())).toBe(JSON.stringify(one.save()));
    }),
    { numRuns: 30 },
  );
});

test("a model saved at any point, through JSON, goes on exactly as if it had not been", () => {
  fc.assert(
    fc.property(life, options, fc.double({ min: 0, max: 1, noNaN: true }), (life, options: ModelOptions, share) => {
      const values = dense(life);
      const cut = Math.floor(share * values.length);
      const whole = engine.open(options);
      const expected = observeAll(whole, values);
      const first = engine.open(options);
      const before = observeAll(first, values.slice(0, cut));
      const second = engine.open(options, JSON.parse(JSON.stringify(first.save())));
      const after = observeAll(second, values.slice(cut), cut);
      expect([...before, ...after]).toEqual(expected);
      expect(JSON.stringify(second.save())).toBe(JSON.stringify(whole.save()));
    }),
    { numRuns: 30 },
  );
});

test("a judgement depends on no later bucket, and asking for an expectation changes nothing", () => {
  fc.assert(
    fc.property(life, life, options, (past, future, options: ModelOptions) => {
      const values = dense(past);
      const alone = engine.open(options);
      const asked = engine.open(options);
      const departures = observeAll(alone, values);
      const askedDepartures: Departure[] = [];
      for (const [i, value] of [...values, ...dense(future).slice(0, 50)].entries()) {
        if (i % 17 === 0) asked.expect(START + i * BUCKET, 1 + (i % 40));
        const departure = asked.observe(START + i * BUCKET, value);
        if (departure && i < values.length) askedDepartures.push(departure);
      }
      expect(askedDepartures).toEqual(departures);
    }),
    { numRuns: 30 },
  );
});

test("what it says is in range", () => {
  fc.assert(
    fc.property(life, options, (life, options: ModelOptions) => {
      for (const departure of observeAll(engine.open(options), dense(life))) {
        expect(departure.score).toBeGreaterThanOrEqual(1);
        expect(Number.isFinite(departure.score)).toBe(true);
        expect(departure.grade).toBeGreaterThan(0);
        expect(departure.grade).toBeLessThanOrEqual(1);
        expect(departure.confidence).toBeGreaterThanOrEqual(0);
        expect(departure.confidence).toBeLessThanOrEqual(1);
        if (departure.expected === null) continue;
        expect(departure.lower as number).toBeLessThanOrEqual(departure.expected);
        expect(departure.upper as number).toBeGreaterThanOrEqual(departure.expected);
        expect(Math.sign(departure.actual - departure.expected)).toBe(departure.direction === "rise" ? 1 : -1);
      }
    }),
    { numRuns: 30 },
  );
});
