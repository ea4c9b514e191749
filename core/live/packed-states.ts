import type { EpochMs } from "../domain/time.ts";
import type { SavedModel } from "../ports/detector-engine.ts";
import type { PackedStates, StateShard } from "../ports/model-states.ts";
import type { Series } from "../signals/order.ts";

/** What is kept of one signal of one entity. */
export interface EntityState {
  readonly model: SavedModel;
  /** The first bucket that the model has not observed. Zeros since are observed when they matter. */
  readonly next: EpochMs;
  /** The last bucket with a count, and the count. */
  readonly last: readonly [bucket: EpochMs, value: number];
}

const VERSION = 1;

/** Characters of a shard from which an account gets twice as many: some hundred kilobytes compressed. */
const FULL = 2_000_000;
const MOST_SHARDS = 1024;

/** In a shard of one account; without line breaks and tabulators, which JSON writes in other characters. */
export const keyOf = ({ signal, entity: { region, principal, resource } }: Series): string =>
  JSON.stringify([signal, region, principal, resource]);

export function seriesOfKey(account: string, key: string): Series {
  const [signal, region, principal, resource] = JSON.parse(key) as [string, string, string | null, string | null];
  return { signal, entity: { account, region, principal, resource } };
}

/** A line: when something was last counted, which is asked of all, and the state, which is asked of few. */
interface Line {
  readonly lastBucket: EpochMs;
  readonly json: string;
}

/**
 * The states of one shard: a line each, of which only those that are asked for are parsed, because of the entities of an
 * account few count anything in five minutes.
 */
export class ShardStates {
  readonly #lines = new Map<string, Line>();
  /** Whether lines are in the order in which they are packed: they are until a key is new. */
  #inOrder = true;
  #changed = false;

  /** What was packed in another form is as if it were not there. */
  constructor(packed: PackedStates | null) {
    if (packed?.version !== VERSION || packed.text === "") return;
    for (const line of packed.text.split("\n")) {
      const [key = "", lastBucket = "", json = ""] = line.split("\t");
      this.#lines.set(key, { lastBucket: Number(lastBucket), json });
    }
  }

  get changed(): boolean {
    return this.#changed;
  }

  get keys(): readonly string[] {
    return [...this.#lines.keys()];
  }

  get(key: string): EntityState | null {
    const line = this.#lines.get(key);
    return line ? (JSON.parse(line.json) as EntityState) : null;
  }

  set(key: string, state: EntityState): void {
    if (!this.#lines.has(key)) this.#inOrder = false;
    this.#lines.set(key, { lastBucket: state.last[0], json: JSON.stringify(state) });
    this.#changed = true;
  }

  /** Takes over what another shard has of a key. */
  copy(key: string, from: ShardStates): void {
    const line = from.#lines.get(key);
    if (!line) return;
    this.#inOrder = false;
    this.#lines.set(key, line);
  }

  /** Forgets who counted nothing since. */
  retire(before: EpochMs): void {
    for (const [key, { lastBucket }] of this.#lines) if (lastBucket < before) this.#lines.delete(key);
  }

  /** The same for the same states, in whatever order they came. */
  pack(): PackedStates {
    const lines = [...this.#lines];
    if (!this.#inOrder) lines.sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      version: VERSION,
      text: lines.map(([key, { lastBucket, json }]) => `${key}\t${lastBucket}\t${json}`).join("\n"),
    };
  }
}

/** The shard of an account's `of` that a key belongs to (Fowler, Noll, Vo; 32 bits). */
export function shardOf(key: string, of: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  return ((hash ^ (hash >>> 15)) >>> 0) % of;
}

/** Whether an account of which this is a shard is to get more of them. */
export const isFull = (states: PackedStates, of: number): boolean => states.text.length > FULL && of < MOST_SHARDS;

/** All of an account's states again in twice as many shards. */
export function inMoreShards(
  account: string,
  shards: readonly ShardStates[],
  of: number,
): readonly { readonly shard: StateShard; readonly states: PackedStates }[] {
  const targets = shardsOf(account, of * 2);
  const grown = targets.map(() => new ShardStates(null));
  for (const states of shards) {
    for (const key of states.keys) grown[shardOf(key, targets.length)]?.copy(key, states);
  }
  return targets.map((shard, at) => ({ shard, states: (grown[at] as ShardStates).pack() }));
}

export const shardsOf = (account: string, of: number): readonly StateShard[] =>
  Array.from({ length: of }, (_, shard) => ({ account, of, shard }));
