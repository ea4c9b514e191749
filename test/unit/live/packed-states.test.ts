import { expect, test } from "@jest/globals";
import { DAY } from "#core/domain/time.ts";
import {
  type EntityState,
  inMoreShards,
  isFull,
  keyOf,
  ShardStates,
  seriesOfKey,
  shardOf,
} from "#core/live/packed-states.ts";
import type { Series } from "#core/signals/order.ts";

const series = (principal: string | null): Series => ({
  signal: "denied-calls-by-principal",
  entity: { account: "111111111111", region: "eu-west-1", principal, resource: null },
});

const state = (next: number, last = next): EntityState => ({
  model: { version: 1, state: { next } },
  next,
  last: [last, 3],
});

const HOSTILE = ["tab\there", "line\nbreak", "🚨", '"', "\\t", "", null];

test("what was packed is unpacked, whatever the names", () => {
  const states = new ShardStates(null);
  for (const [at, name] of HOSTILE.entries()) states.set(keyOf(series(name)), state(at));
  const again = new ShardStates(states.pack());
  expect(again.changed).toBe(false);
  expect(again.keys.map((key) => seriesOfKey("111111111111", key).entity.principal).sort()).toEqual(
    [...HOSTILE].sort(),
  );
  for (const [at, name] of HOSTILE.entries()) expect(again.get(keyOf(series(name)))).toEqual(state(at));
  expect(again.get(keyOf(series("nobody")))).toBeNull();
  expect(again.pack()).toEqual(states.pack());
});

test("the order in which states came does not show", () => {
  const [one, other] = [new ShardStates(null), new ShardStates(null)];
  for (const [at, name] of HOSTILE.entries()) one.set(keyOf(series(name)), state(at));
  for (const [at, name] of [...HOSTILE.entries()].reverse()) other.set(keyOf(series(name)), state(at));
  expect(one.pack()).toEqual(other.pack());
  const [grown, whole] = [new ShardStates(one.pack()), new ShardStates(null)];
  for (const states of [grown, whole]) states.set(keyOf(series("a new one")), state(7));
  for (const [at, name] of HOSTILE.entries()) whole.set(keyOf(series(name)), state(at));
  expect(grown.pack()).toEqual(whole.pack());
});

test("what another version packed is not read", () => {
  const states = new ShardStates(null);
  states.set(keyOf(series("a")), state(1));
  expect(new ShardStates({ ...states.pack(), version: 0 }).keys).toEqual([]);
});

test("who counted nothing for long is forgotten", () => {
  const states = new ShardStates(null);
  states.set(keyOf(series("old")), state(40 * DAY, 9 * DAY));
  states.set(keyOf(series("young")), state(40 * DAY, 11 * DAY));
  states.retire(10 * DAY);
  expect(states.keys).toEqual([keyOf(series("young"))]);
});

test("an account that outgrows its shards has all its states in twice as many", () => {
  const shards = [new ShardStates(null), new ShardStates(null)];
  const keys = Array.from({ length: 200 }, (_, at) => keyOf(series(`principal ${at}`)));
  for (const [at, key] of keys.entries()) shards[shardOf(key, 2)]?.set(key, state(at));
  const grown = inMoreShards("111111111111", shards, 2);
  expect(grown.map(({ shard }) => shard)).toEqual(
    [0, 1, 2, 3].map((shard) => ({ account: "111111111111", of: 4, shard })),
  );
  for (const [at, key] of keys.entries()) {
    const packed = grown[shardOf(key, 4)]?.states ?? null;
    expect(new ShardStates(packed).get(key)).toEqual(state(at));
  }
  // About as many in each.
  for (const { states } of grown) expect(states.text.split("\n").length).toBeGreaterThan(30);
  expect(isFull({ version: 1, text: "x".repeat(2_000_001) }, 2)).toBe(true);
  expect(isFull({ version: 1, text: "x".repeat(2_000_001) }, 1024)).toBe(false);
  expect(isFull({ version: 1, text: "x" }, 2)).toBe(false);
});
