import type { Fence } from "#core/ports/leases.ts";
import type { ModelStates, PackedStates, StateShard } from "#core/ports/model-states.ts";
import { requireFence } from "./fencing.ts";

const keyOf = ({ account, of, shard }: StateShard): string => `${account} ${of} ${shard}`;

/** Packed states of one process. */
export class MemoryModelStates implements ModelStates {
  readonly #kept = new Map<string, { readonly states: PackedStates | null; readonly fence: Fence }>();

  async load(shards: readonly StateShard[]): Promise<readonly (PackedStates | null)[]> {
    return shards.map((shard) => this.#kept.get(keyOf(shard))?.states ?? null);
  }

  async save(shard: StateShard, states: PackedStates | null, { name, token }: Fence): Promise<void> {
    const key = keyOf(shard);
    requireFence(this.#kept.get(key)?.fence, { name, token }, `the shard ${key}`);
    this.#kept.set(key, { states: states && { ...states }, fence: { name, token } });
  }

  /** Every shard there is, by its key. */
  all(): Readonly<Record<string, PackedStates>> {
    return Object.fromEntries([...this.#kept].flatMap(([key, { states }]) => (states ? [[key, states]] : [])));
  }
}
