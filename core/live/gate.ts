import type { PeerExpectation } from "../detection/peer-expectation.ts";
import type { Signal } from "../domain/signal.ts";
import { DAY, type EpochMs, type TimeWindow } from "../domain/time.ts";
import type { RollupRow } from "../ports/event-store.ts";
import type { ModelStates, PackedStates, StateShard } from "../ports/model-states.ts";
import type { RollupStore } from "../ports/rollup-store.ts";
import type { Series } from "../signals/order.ts";
import type { FollowedAccount } from "./follow-delivery.ts";
import {
  type Counts,
  type ObserveContext,
  observeCounts,
  reopened,
  type Suspicion,
  silenceDeparts,
} from "./observe.ts";
import { inMoreShards, isFull, keyOf, ShardStates, seriesOfKey, shardOf, shardsOf } from "./packed-states.ts";

export interface GateContext extends ObserveContext {
  readonly states: ModelStates;
  readonly rollups: RollupStore;
  /** By id. */
  readonly signals: ReadonlyMap<string, Signal>;
  readonly retireDays: number;
  /** What departed before is only learnt. */
  readonly learntUntil: EpochMs;
  /** What peers had before the entity's account began, for a model that begins with it. */
  readonly expectationOf: (signal: Signal, series: Series, since: EpochMs) => Promise<PeerExpectation | null>;
}

export interface GateInput {
  readonly followed: FollowedAccount;
  /** What closed since the models last observed; the rows are of this account and in it. */
  readonly window: TimeWindow;
  readonly rows: readonly RollupRow[];
  /** How far the account is closed: silence reaches further than {@link window}. */
  readonly closed: EpochMs;
  readonly closedBefore: EpochMs;
  /** Shards that hold the account's models; `null` where all is learnt anew. */
  readonly shards: number | null;
}

export interface Suspect extends Suspicion {
  readonly series: Series;
}

/** What one account's models have to say of newly closed buckets. */
export interface GateResult {
  readonly suspects: readonly Suspect[];
  /** To be saved once the suspects were examined. */
  readonly saves: readonly ShardSave[];
  /** Shards that the account has then. */
  readonly shards: number;
}

interface ShardSave {
  readonly shard: StateShard;
  readonly states: PackedStates | null;
}

/**
 * Lets the models of an account observe what closed. Shards that hold nobody who counted are not even read, unless the
 * silence of an entity can be a finding.
 */
export async function observeAccount(input: GateInput, context: GateContext): Promise<GateResult> {
  const { followed, rows } = input;
  const { account } = followed;
  const of = input.shards ?? 1;
  const counted = countsByKey(rows, context.signals);
  const watchesSilence = [...context.signals.values()].some(({ direction }) => direction === "both");
  const touched = new Set([...counted.keys()].map((key) => shardOf(key, of)));
  const needed = shardsOf(account, of).filter(({ shard }) => watchesSilence || touched.has(shard));
  const loaded = input.shards === null ? [] : await context.states.load(needed);
  const shards = new Map(needed.map(({ shard }, at) => [shard, new ShardStates(loaded[at] ?? null)]));
  const suspects: Suspect[] = [];
  for (const [key, counts] of counted) {
    const states = shards.get(shardOf(key, of)) as ShardStates;
    suspects.push(...(await observeEntity(seriesOfKey(account, key), key, counts, states, input, context)));
  }
  if (watchesSilence) suspects.push(...silentSuspects([...shards.values()], input, context));
  return { suspects, ...(await savesOf(account, of, shards, input, context)) };
}

async function observeEntity(
  series: Series,
  key: string,
  counts: Counts,
  states: ShardStates,
  { followed, window }: GateInput,
  context: GateContext,
): Promise<readonly Suspect[]> {
  const signal = context.signals.get(series.signal) as Signal;
  const kept = states.get(key);
  const before = kept && reopened(signal, kept, context.engine);
  // After a run that died these were observed already.
  const fresh = before ? countsFrom(counts, before.state.next) : counts;
  const first = fresh.buckets[0];
  if (first === undefined) return [];
  const isKnown = before !== null || window.start <= followed.watch.since;
  const whole = isKnown ? fresh : await withEarlier(series, fresh, first, followed, context);
  const expectation = before ? null : await context.expectationOf(signal, series, followed.watch.since);
  const newFrom = Math.max(first, context.learntUntil);
  const { state, suspicion } = observeCounts(signal, whole, newFrom, before, followed, context, expectation);
  states.set(key, state);
  return suspicion ? [{ ...suspicion, series }] : [];
}

function countsByKey(rows: readonly RollupRow[], signals: ReadonlyMap<string, Signal>): ReadonlyMap<string, Counts> {
  const counts = new Map<string, { buckets: EpochMs[]; values: number[] }>();
  for (const row of rows) {
    if (!(row.value > 0) || !signals.has(row.signal)) continue;
    const key = keyOf(row);
    const known = counts.get(key) ?? { buckets: [], values: [] };
    counts.set(key, known);
    known.buckets.push(row.bucket);
    known.values.push(row.value);
  }
  return counts;
}

function countsFrom({ buckets, values }: Counts, time: EpochMs): Counts {
  const at = buckets.findIndex((bucket) => bucket >= time);
  return at < 0 ? { buckets: [], values: [] } : { buckets: buckets.slice(at), values: values.slice(at) };
}

/** An entity that is new, or comes back after it was forgotten: which of both it is the roll-ups know. */
async function withEarlier(
  { signal, entity }: Series,
  { buckets, values }: Counts,
  first: EpochMs,
  { watch }: FollowedAccount,
  { rollups }: GateContext,
): Promise<Counts> {
  const earlier: { buckets: EpochMs[]; values: number[] } = { buckets: [], values: [] };
  for await (const { bucket, value } of rollups.counts({ start: watch.since, end: first }, [signal], entity)) {
    earlier.buckets.push(bucket);
    earlier.values.push(value);
  }
  return { buckets: [...earlier.buckets, ...buckets], values: [...earlier.values, ...values] };
}

function silentSuspects(
  shards: readonly ShardStates[],
  { followed, closed, closedBefore }: GateInput,
  context: GateContext,
): readonly Suspect[] {
  if (closed <= context.learntUntil) return [];
  return shards.flatMap((states) =>
    states.keys.flatMap((key) => {
      const series = seriesOfKey(followed.account, key);
      const signal = context.signals.get(series.signal);
      if (signal?.direction !== "both") return [];
      const state = states.get(key);
      const before = state && reopened(signal, state, context.engine);
      if (!before) return [];
      const departed = silenceDeparts(before, { start: closedBefore, end: closed }, followed, context);
      return departed ? [{ series, why: "its silence departs", from: before.state.next }] : [];
    }),
  );
}

async function savesOf(
  account: string,
  of: number,
  shards: ReadonlyMap<number, ShardStates>,
  { window, shards: known }: GateInput,
  { states, retireDays }: GateContext,
): Promise<Pick<GateResult, "saves" | "shards">> {
  const before = window.end - retireDays * DAY;
  const saves: ShardSave[] = [];
  for (const [shard, packing] of shards) {
    if (!packing.changed) continue;
    packing.retire(before);
    saves.push({ shard: { account, of, shard }, states: packing.pack() });
  }
  const full = saves.some((save) => save.states !== null && isFull(save.states, of));
  if (full) {
    const others = shardsOf(account, of).filter(({ shard }) => !shards.has(shard));
    const loaded = await states.load(others);
    const all = [...shards.values(), ...loaded.map((kept) => new ShardStates(kept))];
    return { saves: inMoreShards(account, all, of), shards: of * 2 };
  }
  // What stands there of an earlier life of the account must not be taken for its states.
  const left = known === null && saves.length === 0 ? [{ shard: { account, of, shard: 0 }, states: null }] : [];
  return { saves: [...saves, ...left], shards: of };
}
