import { expect, test } from "@jest/globals";
import { predictSizes } from "#adapters/opensearch/documents/sizes.ts";

const KEEPING = { eventsADay: 1000, eventDays: 10, rollupsADay: 100, rollupDays: 20, replicas: 1 };
const NOTHING = { documents: 0, bytes: 0 };

test("what is kept takes its bytes in every copy, and the disk has room beside it", () => {
  const measured = { events: { documents: 20_000, bytes: 8_000_000 }, rollups: { documents: 10_000, bytes: 500_000 } };
  expect(predictSizes(measured, KEEPING)).toEqual({
    bytesPerEvent: 400,
    bytesPerRollup: 50,
    dayOfEvents: 400_000,
    events: 8_000_000,
    rollups: 200_000,
    disk: 8_200_000 / 0.75,
  });
});

test("few documents say little of many: what is usual holds", () => {
  const few = { documents: 10, bytes: 100_000 };
  const usual = predictSizes({ events: NOTHING, rollups: NOTHING }, KEEPING);
  expect(predictSizes({ events: few, rollups: few }, KEEPING)).toEqual(usual);
  expect(usual.bytesPerEvent).toBeGreaterThan(usual.bytesPerRollup);
});
