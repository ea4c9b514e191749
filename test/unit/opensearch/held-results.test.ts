import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { HeldResults, type WrittenResult } from "#adapters/opensearch/forest/held-results.ts";
import { HOUR, MINUTE, type TimeWindow } from "#core/domain/time.ts";
import type { DetectorResult } from "#core/ports/second-opinion.ts";

const START = Date.UTC(2026, 10, 2);

const written = (id: string, judgedUntil: number, writtenAt: number): WrittenResult => {
  const judged = { start: START + judgedUntil - 5 * MINUTE, end: START + judgedUntil };
  const result: DetectorResult = {
    signal: "denied-calls",
    entity: { of: "region", account: id, region: "eu-west-1" },
    window: judged,
    grade: 0.5,
    confidence: 0.9,
    actual: 1,
    expected: 1,
  };
  return { id, writtenAt: START + writtenAt, judged, result };
};

/** An index that results are written to, and what was read of it. */
class Written {
  readonly results: WrittenResult[] = [];
  read = 0;

  async *since(time: number): AsyncGenerator<WrittenResult> {
    for (const one of [...this.results].sort((a, b) => a.writtenAt - b.writtenAt)) {
      if (one.writtenAt < time) continue;
      this.read += 1;
      yield one;
    }
  }
}

async function asked(held: HeldResults, index: Written, window: TimeWindow, detectors = ["d"]): Promise<string[]> {
  const ids: string[] = [];
  for await (const { entity } of held.in(window, detectors, (time) => index.since(time))) {
    ids.push(entity.of === "region" ? entity.account : "");
  }
  return ids.sort();
}

test("what was read is not read again, but for the last minutes", async () => {
  const index = new Written();
  const held = new HeldResults();
  const window = { start: START, end: START + 9 * HOUR };
  index.results.push(written("a", HOUR, HOUR + MINUTE), written("b", 2 * HOUR, 2 * HOUR + MINUTE));
  expect(await asked(held, index, window)).toEqual(["a", "b"]);
  expect(index.read).toBe(2);
  // Seen later than it was written.
  index.results.push(written("c", HOUR, 2 * HOUR - 8 * MINUTE), written("d", 3 * HOUR, 3 * HOUR));
  expect(await asked(held, index, window)).toEqual(["a", "b", "c", "d"]);
  expect(index.read).toBe(2 + 3);
});

test("of other detectors, and of times before, all is read anew", async () => {
  const index = new Written();
  const held = new HeldResults();
  index.results.push(written("a", HOUR, HOUR), written("b", 5 * HOUR, 5 * HOUR));
  const late = { start: START + 4 * HOUR, end: START + 9 * HOUR };
  expect(await asked(held, index, late)).toEqual(["b"]);
  expect(await asked(held, index, { ...late, start: START })).toEqual(["a", "b"]);
  index.results.shift();
  expect(await asked(held, index, { ...late, start: START })).toEqual(["a", "b"]);
  expect(await asked(held, index, { ...late, start: START }, ["e"])).toEqual(["b"]);
});

test("whoever asks again and again is answered as one that asks for the first time", async () => {
  const steps = fc.array(
    fc.record({
      results: fc.array(fc.record({ judged: fc.nat(40), delay: fc.nat(30) }), { maxLength: 4 }),
      window: fc.record({ start: fc.nat(30), length: fc.integer({ min: 1, max: 30 }) }),
    }),
    { maxLength: 8 },
  );
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const index = new Written();
      const held = new HeldResults();
      let clock = 0;
      for (const [step, { results, window }] of all.entries()) {
        for (const [place, { judged, delay }] of results.entries()) {
          clock = Math.max(clock, judged * MINUTE) + delay * MINUTE;
          index.results.push(written(`${step}-${place}`, judged * MINUTE, clock));
        }
        const span = { start: START + window.start * MINUTE, end: START + (window.start + window.length) * MINUTE };
        expect(await asked(held, index, span)).toEqual(await asked(new HeldResults(), index, span));
      }
    }),
  );
});
