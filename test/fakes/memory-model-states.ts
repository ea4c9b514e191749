import { MemoryModelStates as Kept } from "#adapters/memory/model-states.ts";
import type { Fence } from "#core/ports/leases.ts";
import type { PackedStates, StateShard } from "#core/ports/model-states.ts";
import { Faults } from "./faults.ts";

/** Packed states in memory, with writes that may kill. */
export class MemoryModelStates extends Kept {
  readonly #faults: Faults;

  constructor(faults = new Faults()) {
    super();
    this.#faults = faults;
  }

  override save(shard: StateShard, states: PackedStates | null, fence: Fence): Promise<void> {
    const { account, of, shard: number } = shard;
    return this.#faults.write(`states ${account} ${of} ${number}`, () => super.save(shard, states, fence));
  }
}
