import { expect, test } from "@jest/globals";
import { parseConfig } from "#core/config/index.ts";
import { parseOrganization } from "#core/context/index.ts";
import { BUCKET, DAY, type EpochMs, HOUR } from "#core/domain/time.ts";
import type { EventStore } from "#core/ports/event-store.ts";
import { renderPrediction } from "../../../cli/render/prediction.ts";
import { specsOf } from "../../../cli/second-opinion/index.ts";
import { type Prediction, predict } from "../../../cli/second-opinion/predict.ts";

const START = Date.UTC(2026, 9, 26);
const END = START + 5 * DAY;
const SPIKE = START + 3 * DAY + 4 * HOUR;
const LATE = END - 2 * BUCKET;
const ACCOUNT = "111111111111";

const config = parseConfig({ opensearch: { forest: { detectors: [{ signal: "denied-calls" }] } } });
const specs = specsOf(config);
const directory = parseOrganization({ accounts: [] }, config.context);

const valueAt = (bucket: EpochMs, at: number): number =>
  bucket === SPIKE || bucket === LATE ? 400 : bucket === SPIKE + 2 * BUCKET ? 300 : (at * 7) % 5;

const store = {
  async *rollup() {
    const entity = { account: ACCOUNT, region: "eu-west-1", principal: null, resource: null };
    for (let bucket = START, at = 0; bucket < END; bucket += BUCKET, at++) {
      const value = valueAt(bucket, at);
      if (value > 0) yield { signal: "denied-calls", entity, bucket, value };
    }
  },
} as unknown as EventStore;

const predicted = (changes: { runs?: number; mode?: Prediction["mode"]; historyDays?: number } = {}) =>
  predict(store, {
    specs,
    directory,
    closings: { [ACCOUNT]: { closed: END, unknown: [] } },
    mode: "realtime",
    historyDays: 14,
    runs: 3,
    span: { start: START, end: END },
    ...changes,
  });

test("what lies close together is one episode, found by each run; the last minutes are not judged yet", async () => {
  const { episodes, models, agreement } = await predicted();
  expect(models).toBe(1);
  expect(agreement).toBeGreaterThan(0.5);
  const certain = episodes.filter(({ runs }) => runs === 3);
  expect(certain).toMatchObject([
    { signal: "denied-calls", by: "region", window: { start: SPIKE }, grade: 1, actual: 400 },
  ]);
  expect(certain[0]?.window.end).toBeLessThanOrEqual(SPIKE + HOUR);
  expect(episodes.some(({ window }) => window.end > LATE)).toBe(false);
});

test("the same again is the same; a run over the past looks back no further than it is configured to", async () => {
  expect(await predicted()).toEqual(await predicted());
  const whole = await predicted({ mode: "historical", runs: 1 });
  const short = await predicted({ mode: "historical", runs: 1, historyDays: 1 });
  expect(whole.episodes.some(({ window }) => window.start === SPIKE)).toBe(true);
  expect(short.episodes.some(({ window }) => window.start <= SPIKE)).toBe(false);
  expect(short.windows).toBeLessThan(whole.windows / 4);
});

test("the text names each detector, also one without anything, and an empty store", async () => {
  const text = renderPrediction(await predicted(), { specs, directory }, { width: 200, colour: false });
  expect(text).toContain("with 1 model, as they run in real time");
  expect(text).toMatch(/One run finds \d+ % of what another finds/);
  expect(text).toContain("-- Denied calls by account and region");
  expect(text.replace(/\s+/g, " ")).toMatch(
    /2026-10-29 04:00 UTC account 111111111111, eu-west-1: 400 denied calls where .* was expected, grade 1, .* in 3 of 3 runs/,
  );
  const nothing = { ...(await predicted({ runs: 1 })), episodes: [], agreement: null };
  expect(renderPrediction(nothing, { specs, directory }, { width: 80, colour: false })).toContain("  nothing");
  expect(renderPrediction(null, { specs, directory }, { width: 80, colour: false })).toContain("no event in the store");
});
