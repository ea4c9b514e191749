import { expect, test } from "@jest/globals";
import { MemoryRollupStore } from "#adapters/memory/rollup-store.ts";
import { BUCKET, DAY, HOUR } from "#core/domain/time.ts";
import { BUILT_IN_SIGNALS } from "#core/signals/definitions.ts";
import { MemoryEventStore } from "../../fakes/memory-event-store.ts";
import { at, heartbeats, LATENESS, launch, MAIN, OTHER, run } from "./world.ts";

const values = (rollups: MemoryRollupStore, account = MAIN) =>
  rollups
    .rows()
    .filter(({ entity }) => entity.account === account)
    .map(({ bucket, value }) => [(bucket - at(0)) / BUCKET, value]);

test("a bucket closes when delivery has passed its end plus the lateness; zeros are explicit from the first count on", async () => {
  const rollups = new MemoryRollupStore();
  const events = [...heartbeats({ start: at(0), end: at(0) + 8 * BUCKET }), launch(at(0) + 2 * BUCKET + 7, 4)];
  const { written, window } = await run({ events, rollups });
  expect(window).toEqual({ start: at(0), end: at(0) + 8 * BUCKET - LATENESS });
  expect(values(rollups)).toEqual([
    [2, 4],
    [3, 0],
    [4, 0],
  ]);
  expect(written).toBe(3);
  expect(rollups.rows()[0]).toMatchObject({
    signal: "instances-launched",
    entity: { account: MAIN, region: "eu-west-1", principal: null, resource: null },
    accountType: "production",
    ouPath: "/Production",
  });
});

test("where the clock has gone on and silence is nothing unusual, its buckets are zeros", async () => {
  const rollups = new MemoryRollupStore();
  await run({ events: [launch(at(0), 1)], rollups, now: at(0) + 6 * BUCKET });
  expect(values(rollups)).toEqual([
    [0, 1],
    [1, 0],
    [2, 0],
  ]);
});

test("the next run goes on where the last one stopped, and to repeat either changes nothing", async () => {
  const rollups = new MemoryRollupStore();
  const events = [launch(at(0), 1), ...heartbeats({ start: at(0), end: at(3) })];
  const first = await run({ events: events.filter(({ time }) => time < at(1)), rollups });
  const second = await run({ events, rollups, state: first.state });
  expect(second.window).toEqual({ start: at(1) - LATENESS, end: at(3) - LATENESS });
  const rows = rollups.rows();
  expect(rows).toHaveLength(3 * 288 - 3);
  // as after a run that died before its state was kept
  expect(await run({ events, rollups, state: first.state })).toEqual({ ...second, written: 0 });
  expect(await run({ events, rollups, state: second.state })).toEqual({ ...second, window: null, written: 0 });
  expect(await run({ events, rollups })).toMatchObject({ written: 0, removed: 0 });
  expect(rollups.rows()).toEqual(rows);
});

test("zeros end fourteen days after the last count", async () => {
  const rollups = new MemoryRollupStore();
  const events = [launch(at(1), 1), ...heartbeats({ start: at(0), end: at(17) })];
  const { state } = await run({ events: events.filter(({ time }) => time < at(10)), rollups });
  await run({ events, rollups, state });
  expect(values(rollups)).toHaveLength(14 * 288 + 1);
  expect(values(rollups).at(-1)).toEqual([15 * 288, 0]);
});

test("a late event amends its bucket and brings the zeros after it", async () => {
  const rollups = new MemoryRollupStore();
  const beats = heartbeats({ start: at(0), end: at(2) });
  const before = [...beats, launch(at(1), 2)];
  const { state } = await run({ events: before, rollups });
  const late = [launch(at(1), 3), launch(at(1.5), 1, OTHER), launch(at(1.25), 7)];
  const { written } = await run({
    events: [...before, ...late],
    rollups,
    state,
    arrived: late.map(({ time }) => time),
  });
  const scratch = new MemoryRollupStore();
  await run({ events: [...before, ...late], rollups: scratch });
  expect(rollups.rows()).toEqual(scratch.rows());
  expect(values(rollups).filter(([, value]) => value !== 0)).toEqual([
    [288, 5],
    [360, 7],
  ]);
  // two buckets of the one account, and all since the first count of the other
  expect(written).toBe(2 + values(rollups, OTHER).length);
});

test("a count that is taken back becomes zero again", async () => {
  const rollups = new MemoryRollupStore();
  const beats = heartbeats({ start: at(0), end: at(1) });
  const copy = launch(at(0.75), 3);
  const { state } = await run({ events: [...beats, launch(at(0.5), 1), copy], rollups });
  await run({ events: [...beats, launch(at(0.5), 1)], rollups, state, arrived: [copy.time] });
  expect(values(rollups).filter(([, value]) => value !== 0)).toEqual([[144, 1]]);
});

test("nothing is written where delivery was not healthy, and what was written before that was known is taken back", async () => {
  const rollups = new MemoryRollupStore();
  const seldom = heartbeats({ start: at(0), end: at(4) }).filter((_, index) => index % 2 === 0);
  const events = [launch(at(0.1), 1), ...seldom];
  // half its buckets are empty anyway: forty minutes say nothing
  const early = await run({ events, rollups, now: at(4) + 8 * BUCKET });
  expect(values(rollups).at(-1)).toEqual([4 * 288 + 4, 0]);
  const later = await run({ events, rollups, now: at(5), state: early.state });
  expect(later.state.accounts[MAIN]?.unknown).toEqual([{ start: at(4) - BUCKET, end: at(5) }]);
  expect(later.removed).toBe(6);
  expect(values(rollups).at(-1)).toEqual([4 * 288 - 2, 0]);
  // the lost hours arrive after all
  const caughtUp = [...events, ...heartbeats({ start: at(4), end: at(5) + HOUR })];
  await run({
    events: caughtUp,
    rollups,
    state: later.state,
    arrived: caughtUp.slice(events.length).map(({ time }) => time),
  });
  const scratch = new MemoryRollupStore();
  await run({ events: caughtUp, rollups: scratch });
  expect(rollups.rows()).toEqual(scratch.rows());
  expect(values(rollups).at(-1)).toEqual([5 * 288 + 8, 0]);
});

test("an account that has fallen silent for good costs later runs nothing", async () => {
  const rollups = new MemoryRollupStore();
  const other = heartbeats({ start: at(0), end: at(6) }, OTHER);
  const events = [...heartbeats({ start: at(0), end: at(4) }), ...other];
  const { state } = await run({ events: events.filter(({ time }) => time < at(5)), rollups });
  const { window } = await run({ events, rollups, state });
  expect(window).toEqual({ start: at(5) - LATENESS, end: at(6) - LATENESS });
});

test("an account whose delivery lags stays open, the others go on", async () => {
  const rollups = new MemoryRollupStore();
  const end = at(4);
  const events = [
    ...heartbeats({ start: at(0), end: end - 8 * BUCKET }),
    ...heartbeats({ start: at(0), end }, OTHER),
    launch(at(0), 1),
    launch(at(0), 1, OTHER),
  ];
  const { state } = await run({ events, rollups });
  expect(state.accounts[MAIN]?.closed).toBe(end - 8 * BUCKET - LATENESS);
  expect(state.accounts[OTHER]?.closed).toBe(end - LATENESS);
  expect(values(rollups).at(-1)).toEqual([4 * 288 - 12, 0]);
  expect(values(rollups, OTHER).at(-1)).toEqual([4 * 288 - 4, 0]);
});

test("of signals that only charts read, counts alone are kept, and amended like the others", async () => {
  const rollups = new MemoryRollupStore();
  const beats = heartbeats({ start: at(0), end: at(1) });
  const dense = ["denied-calls-by-principal"];
  const before = [launch(at(0.25), 1), launch(at(0.5), 2), ...beats];
  const { state } = await run({ events: before, rollups, dense });
  expect(values(rollups)).toEqual([
    [72, 1],
    [144, 2],
  ]);
  const after = [...before.slice(1), launch(at(0.75), 3)];
  await run({ events: after, rollups, dense, state, arrived: [at(0.25), at(0.75)] });
  expect(values(rollups)).toEqual([
    [144, 2],
    [216, 3],
  ]);
});

test("a signal that is defined anew is counted anew, from the beginning", async () => {
  const rollups = new MemoryRollupStore();
  const events = [launch(at(0.5), 1), ...heartbeats({ start: at(0), end: at(1) })];
  const { state } = await run({ events, rollups });
  const calls = BUILT_IN_SIGNALS.filter(({ id }) => id === "instances-launched").map((signal) => ({
    ...signal,
    value: { of: "events" } as const,
    filter: {},
  }));
  await run({ events, rollups, state, signals: calls });
  expect(values(rollups)).toHaveLength(288 - 3);
  expect(values(rollups)[0]).toEqual([0, 1]);
});

test("counts are those of the event store, and an empty store is nothing to roll up", async () => {
  const rollups = new MemoryRollupStore();
  expect(await run({ events: [], rollups })).toMatchObject({ window: null, written: 0 });
  const events = Array.from({ length: 50 }, (_, i) => launch(at(0) + i * i * 30_000, 1 + (i % 7)));
  await run({ events, rollups, now: at(3) + DAY });
  const counted = [];
  const store = new MemoryEventStore(events.map((event) => ({ event, counted: true })));
  for await (const row of store.rollup(BUILT_IN_SIGNALS.slice(0, 1), BUCKET)) counted.push(row);
  expect(rollups.rows().filter(({ value }) => value !== 0)).toEqual(
    counted.map((row) => ({ ...row, accountType: "production", ouPath: "/Production" })),
  );
});

test("a late event in an entity that is active costs its bucket and the next, not all the time since", async () => {
  const rollups = new MemoryRollupStore();
  const beats = heartbeats({ start: at(0), end: at(8) });
  const before = [...beats, launch(at(1), 2), launch(at(7), 2)];
  const { state } = await run({ events: before, rollups });
  const late = launch(at(3), 5);
  const { window, written } = await run({ events: [...before, late], rollups, state, arrived: [late.time] });
  expect(window).toEqual({ start: at(3), end: at(3) + 2 * BUCKET });
  expect(written).toBe(1);
});

test("a late event keeps an entity active for longer: its zeros are written to the end", async () => {
  for (const day of [12, 13.9, 14.5]) {
    const rollups = new MemoryRollupStore();
    const before = [...heartbeats({ start: at(0), end: at(20) }), launch(at(1), 2)];
    const { state } = await run({ events: before, rollups });
    const late = launch(at(day), 5);
    await run({ events: [...before, late], rollups, state, arrived: [late.time] });
    const scratch = new MemoryRollupStore();
    await run({ events: [...before, late], rollups: scratch });
    expect(rollups.rows()).toEqual(scratch.rows());
  }
});

test("who writes is told before it is written", async () => {
  const rollups = new MemoryRollupStore();
  const told: string[] = [];
  await run({
    events: [...heartbeats({ start: at(0), end: at(0) + HOUR }), launch(at(0), 2)],
    rollups,
    onChanges: async (rows) => {
      told.push(`${rows.length} rows, ${rollups.rows().length} there`);
    },
  });
  expect(told).toEqual(["9 rows, 0 there"]);
});
