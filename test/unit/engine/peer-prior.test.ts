import { expect, test } from "@jest/globals";
import { BUCKET, DAY, HOUR } from "#core/domain/time.ts";
import type { EntityModel, ModelOptions, PeerRates } from "#core/ports/detector-engine.ts";
import { createCountEngine } from "#engine/count-engine.ts";

/** A Monday. */
const START = Date.UTC(2026, 9, 26);
const HOURS = DAY / BUCKET / (HOUR / BUCKET);
const OPTIONS: ModelOptions = { bucket: BUCKET, direction: "rise", floor: 3 };
const engine = createCountEngine();

/** Ten an hour from nine to five, one an hour else. */
const PEERS: PeerRates = {
  hourly: Array.from({ length: 24 }, (_, hour) => (hour >= 9 && hour < 17 ? 10 : 1)),
  scatter: 0.5,
};

const expectedAt = (model: EntityModel, time: number): number => model.expect(time, HOUR / BUCKET).expected;

test("on day one a model expects what its peers had, by the hour of the day", () => {
  const model = engine.open({ ...OPTIONS, peers: PEERS });
  model.observe(START, 0);
  expect(expectedAt(model, START + 10 * HOUR)).toBeGreaterThan(7);
  expect(expectedAt(model, START + 10 * HOUR)).toBeLessThan(11);
  expect(expectedAt(model, START + 2 * HOUR)).toBeLessThan(2);
});

test("without peers, or with peers that never do it, little is expected", () => {
  const nothing = { hourly: Array.from({ length: 24 }, () => 0), scatter: 1 };
  for (const options of [OPTIONS, { ...OPTIONS, peers: nothing }]) {
    const model = engine.open(options);
    model.observe(START, 0);
    expect(expectedAt(model, START + 10 * HOUR)).toBeLessThan(0.05);
  }
});

test("its own history takes over within two days", () => {
  const model = engine.open({ ...OPTIONS, peers: PEERS });
  model.observeZeros(START, (2 * DAY) / BUCKET);
  expect(expectedAt(model, START + 2 * DAY + 10 * HOUR)).toBeLessThan(2);
});

test("the less peers are alike, the wider is what counts as usual", () => {
  const [alike, different] = [0.1, 4].map((scatter) => {
    const model = engine.open({ ...OPTIONS, peers: { ...PEERS, scatter } });
    model.observe(START, 0);
    return model.expect(START + 10 * HOUR, HOUR / BUCKET).upper;
  });
  expect(different).toBeGreaterThan((alike ?? 0) * 1.5);
});

test("amounts are scaled like counts", () => {
  const model = engine.open({ ...OPTIONS, unit: 100, peers: PEERS });
  model.observe(START, 0);
  expect(expectedAt(model, START + 10 * HOUR)).toBeGreaterThan(7);
});

test("what peers had is kept in the saved model, whatever it is opened with again", () => {
  const model = engine.open({ ...OPTIONS, peers: PEERS });
  model.observeZeros(START, HOURS);
  const saved = JSON.parse(JSON.stringify(model.save()));
  const other = { ...PEERS, hourly: PEERS.hourly.map((rate) => rate * 100) };
  for (const options of [OPTIONS, { ...OPTIONS, peers: other }]) {
    const resumed = engine.open(options, saved);
    expect(expectedAt(resumed, START + 10 * HOUR)).toBe(expectedAt(model, START + 10 * HOUR));
    expect(resumed.save()).toEqual(model.save());
  }
});
