import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { MemoryRollupStore } from "#adapters/memory/rollup-store.ts";
import type { AccountDelivery } from "#core/detection/delivery-watch.ts";
import { DeliveryWatch } from "#core/detection/delivery-watch.ts";
import { isConspicuous } from "#core/detection/episodes.ts";
import { judgeEntity } from "#core/detection/judge-entity.ts";
import { modelOptionsOf } from "#core/detection/model-options.ts";
import { crossingsOf } from "#core/detection/occasions.ts";
import { type EntitySeries, ModelWalk } from "#core/detection/series.ts";
import { BUCKET, DAY, type EpochMs } from "#core/domain/time.ts";
import type { FollowedAccount } from "#core/live/follow-delivery.ts";
import { type GateContext, observeAccount } from "#core/live/gate.ts";
import { keyOf, ShardStates, shardOf, shardsOf } from "#core/live/packed-states.ts";
import type { RollupRow } from "#core/ports/event-store.ts";
import { createCountEngine } from "#engine/count-engine.ts";
import { MemoryModelStates } from "../fakes/memory-model-states.ts";
import { ACCOUNT, config, SIGNAL, START } from "../unit/detection/world.ts";

const DAYS = 18;
const BUCKETS = (DAYS * DAY) / BUCKET;
const END = START + BUCKETS * BUCKET;
const engine = createCountEngine();
const DETECTION = config({ historyDays: 6 });
const FENCE = { name: "watch", token: 1 };

const entity = (region: string) => ({ account: ACCOUNT, region, principal: null, resource: null });

/** Counts of an entity: some habit, some noise, some bursts; and whether it falls silent for long. */
const counts = fc
  .record({
    daily: fc.integer({ min: 0, max: 6 }),
    noise: fc.array(fc.tuple(fc.integer({ min: 0, max: BUCKETS - 1 }), fc.integer({ min: 1, max: 4 })), {
      maxLength: 60,
    }),
    bursts: fc.array(
      fc.record({
        start: fc.integer({ min: 0, max: BUCKETS - 1 }),
        length: fc.integer({ min: 1, max: 40 }),
        size: fc.integer({ min: 3, max: 60 }),
      }),
      { maxLength: 3 },
    ),
    silentFrom: fc.integer({ min: BUCKETS / 3, max: 2 * BUCKETS }),
  })
  .map(({ daily, noise, bursts, silentFrom }) => {
    const values = new Map<number, number>();
    const add = (at: number, value: number): void => {
      if (at < BUCKETS && (at < silentFrom || at > BUCKETS - 300)) values.set(at, (values.get(at) ?? 0) + value);
    };
    for (let day = 0; day < DAYS && daily > 0; day++) add(day * 288 + 120, daily);
    for (const [at, value] of noise) add(at, value);
    for (const { start, length, size } of bursts) for (let at = 0; at < length; at++) add(start + at, size);
    return [...values].sort(([a], [b]) => a - b);
  });

const seriesOf = (region: string, values: readonly (readonly [number, number])[]): EntitySeries => ({
  entity: entity(region),
  buckets: values.map(([at]) => START + at * BUCKET),
  values: values.map(([, value]) => value),
});

/** An account that nobody is like. */
const expectationOf: GateContext["expectationOf"] = async () => null;

const rowsOf = ({ entity: of, buckets, values }: EntitySeries): RollupRow[] =>
  buckets.map((bucket, at) => ({ signal: SIGNAL.id, entity: of, bucket, value: values[at] as number }));

/** An account that is heard in every bucket. */
function followed(through: EpochMs): FollowedAccount {
  const watch = DeliveryWatch.resume({ since: START, next: through, unknown: [], seen: [], empty: [] }, DETECTION);
  const delivery: AccountDelivery = { since: START, unknown: [], until: through };
  return {
    account: ACCOUNT,
    delivery,
    watch,
    open: [],
    through,
    heardUntil: through,
    reinterpretedFrom: null,
    time: through,
  };
}

test("whatever the pieces in which counts come, nobody departs in the examination who did not in the gate, and models end up the same", async () => {
  const pieces = fc.array(fc.integer({ min: 1, max: BUCKETS }), { maxLength: 25 });
  const world = fc.record({
    counts: fc.tuple(counts, counts, counts),
    pieces,
    repeats: fc.array(fc.boolean(), { minLength: 26, maxLength: 26 }),
    retireDays: fc.constantFrom(2, 5, 30),
  });
  await fc.assert(
    fc.asyncProperty(world, async ({ counts: all, pieces: ends, repeats, retireDays }) => {
      const series = all.map((values, at) => seriesOf(`region-${at}`, values));
      const rollups = new MemoryRollupStore();
      const states = new MemoryModelStates();
      const signals = new Map([[SIGNAL.id, SIGNAL]]);
      const context: GateContext = {
        engine,
        config: DETECTION,
        states,
        rollups,
        signals,
        retireDays,
        learntUntil: 0,
        expectationOf,
      };
      const suspected = new Map<string, Set<EpochMs>>(series.map((one) => [one.entity.region, new Set()]));
      let [from, shards] = [START, null as number | null];
      for (const [at, piece] of [...new Set([...ends, BUCKETS])].sort((a, b) => a - b).entries()) {
        const end = START + piece * BUCKET;
        const rows = series.flatMap(rowsOf).filter(({ bucket }) => bucket >= from && bucket < end);
        await rollups.write(rows.map((row) => ({ ...row, accountType: "production" as const, ouPath: null })));
        const window = { start: from, end };
        const input = { followed: followed(end), window, rows, closed: end, closedBefore: from, shards };
        // A run that dies before its checkpoint is made again, whether its states were saved or not.
        for (const again of repeats[at] ? [false, true] : [false]) {
          const result = await observeAccount(input, context);
          for (const suspect of result.suspects) suspected.get(suspect.series.entity.region)?.add(suspect.from);
          for (const { shard, states: packed } of result.saves) await states.save(shard, packed, FENCE);
          if (again || !repeats[at]) shards = result.shards;
        }
        from = end;
      }
      const delivery = { since: START, unknown: [], until: END };
      for (const one of series) {
        const seen = suspected.get(one.entity.region) as Set<EpochMs>;
        const walk = new ModelWalk(engine.open(modelOptionsOf(SIGNAL)), one, delivery);
        const departures = walk.departuresTo(END).filter((departure) => isConspicuous(departure, DETECTION));
        const crossings = crossingsOf(
          one,
          SIGNAL.thresholds ?? { low: 0, medium: 0, high: 0 },
          START + DETECTION.historyDays * DAY,
          DETECTION.habit,
        );
        const judged = judgeEntity(SIGNAL, one, [], delivery, {
          engine,
          config: DETECTION,
          span: { start: START, end: END },
        });
        expect(judged.length > 0).toBe(departures.length + crossings.length > 0);
        if (departures.length + crossings.length > 0) expect(seen.size).toBeGreaterThan(0);
        // One of a piece is named; what else departs in it is examined with it.
        const edges = [START, ...ends.map((end) => START + end * BUCKET), END].sort((a, b) => a - b);
        for (const window of [...departures.map((departure) => departure.window), ...crossings]) {
          const bucket = window.end - BUCKET;
          const piece = { start: edges.findLast((edge) => edge <= bucket), end: edges.find((edge) => edge > bucket) };
          expect([...seen].some((time) => time >= (piece.start ?? 0) && time < (piece.end ?? 0))).toBe(true);
        }
        const key = keyOf({ signal: SIGNAL.id, entity: one.entity });
        const of = shards ?? 1;
        const [packed] = await states.load(shardsOf(ACCOUNT, of).filter(({ shard }) => shard === shardOf(key, of)));
        const kept = new ShardStates(packed ?? null).get(key);
        const last = one.buckets.at(-1);
        if (!kept || last === undefined) continue;
        const model = engine.open(modelOptionsOf(SIGNAL));
        const alone = new ModelWalk(model, one, delivery);
        alone.to(last + BUCKET);
        expect(kept.next).toBe(last + BUCKET);
        expect(kept.model).toEqual(JSON.parse(JSON.stringify(model.save())));
      }
    }),
    { numRuns: 20 },
  );
}, 300_000);

test("two buckets that reach a threshold together do so across the end of a run", async () => {
  const low = SIGNAL.thresholds?.low as number;
  const half = Math.ceil(low / 2);
  const series = seriesOf("region-0", [
    [10, half],
    [11, half],
  ]);
  const rollups = new MemoryRollupStore();
  const states = new MemoryModelStates();
  const signals = new Map([[SIGNAL.id, SIGNAL]]);
  const context: GateContext = {
    engine,
    config: DETECTION,
    states,
    rollups,
    signals,
    retireDays: 30,
    learntUntil: 0,
    expectationOf,
  };
  const froms: EpochMs[] = [];
  let shards: number | null = null;
  for (const [from, end] of [
    [START, START + 11 * BUCKET],
    [START + 11 * BUCKET, START + 12 * BUCKET],
  ] as const) {
    const rows = rowsOf(series).filter(({ bucket }) => bucket >= from && bucket < end);
    const window = { start: from, end };
    const input = { followed: followed(end), window, rows, closed: end, closedBefore: from, shards };
    const result = await observeAccount(input, context);
    froms.push(...result.suspects.map((suspect) => suspect.from));
    for (const { shard, states: packed } of result.saves) await states.save(shard, packed, FENCE);
    shards = result.shards;
  }
  expect(froms).toContain(START + 11 * BUCKET);
});

test("a state of another version is learnt anew from the roll-ups, as if it had always been of this one", async () => {
  const series = seriesOf("region-0", [
    [10, 2],
    [300, 3],
    [5000, 9],
  ]);
  const [rollups, states, kept] = [new MemoryRollupStore(), new MemoryModelStates(), new ShardStates(null)];
  await rollups.write(rowsOf(series).map((row) => ({ ...row, accountType: "production" as const, ouPath: null })));
  const key = keyOf({ signal: SIGNAL.id, entity: entity("region-0") });
  const old = { version: 1, state: {} };
  kept.set(key, { model: old, next: START + 301 * BUCKET, last: [START + 300 * BUCKET, 3] });
  await states.save({ account: ACCOUNT, of: 1, shard: 0 }, kept.pack(), FENCE);
  const signals = new Map([[SIGNAL.id, SIGNAL]]);
  const shared = { engine, config: DETECTION, states, rollups, signals, retireDays: 30, learntUntil: 0 };
  const [from, end] = [START + 5000 * BUCKET, START + 5001 * BUCKET];
  const rows = rowsOf(series).filter(({ bucket }) => bucket >= from);
  const window = { start: from, end };
  const input = { followed: followed(end), window, rows, closed: end, closedBefore: from, shards: 1 };
  const { saves } = await observeAccount(input, { ...shared, expectationOf });
  const model = engine.open(modelOptionsOf(SIGNAL));
  new ModelWalk(model, series, { since: START, unknown: [] }).to(end);
  expect(new ShardStates(saves[0]?.states ?? null).get(key)?.model).toEqual(JSON.parse(JSON.stringify(model.save())));
});

test("an account whose states fill their shard has all of them in two", async () => {
  const states = new MemoryModelStates();
  const before = new ShardStates(null);
  const model = { version: 0, state: "x".repeat(1000) };
  for (let at = 0; at < 2000; at++) {
    before.set(`["other",${at}]`, { model, next: START, last: [START, 1] });
  }
  await states.save({ account: ACCOUNT, of: 1, shard: 0 }, before.pack(), FENCE);
  const context: GateContext = {
    engine,
    config: DETECTION,
    states,
    rollups: new MemoryRollupStore(),
    signals: new Map([[SIGNAL.id, SIGNAL]]),
    retireDays: 30,
    learntUntil: 0,
    expectationOf,
  };
  const [row] = rowsOf(seriesOf("region-0", [[10, 1]]));
  const end = START + 11 * BUCKET;
  const window = { start: START + 10 * BUCKET, end };
  const input = {
    followed: followed(end),
    window,
    rows: row ? [row] : [],
    closed: end,
    closedBefore: START,
    shards: 1,
  };
  const { shards, saves } = await observeAccount(input, context);
  expect(shards).toBe(2);
  expect(saves.map(({ shard }) => shard)).toEqual([0, 1].map((shard) => ({ account: ACCOUNT, of: 2, shard })));
  const keys = saves.flatMap((save) => new ShardStates(save.states).keys);
  expect(keys).toHaveLength(2001);
  expect(keys).toContain(keyOf({ signal: SIGNAL.id, entity: entity("region-0") }));
});
