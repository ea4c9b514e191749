import { MemoryCheckpoints as Kept } from "#adapters/memory/checkpoints.ts";
import type { Fence } from "#core/ports/leases.ts";
import { Faults } from "./faults.ts";

/** Checkpoints in memory, with writes that may kill. */
export class MemoryCheckpoints extends Kept {
  readonly #faults: Faults;

  constructor(faults = new Faults()) {
    super();
    this.#faults = faults;
  }

  override write(name: string, value: unknown, fence: Fence): Promise<void> {
    return this.#faults.write(`checkpoint ${name}`, () => super.write(name, value, fence));
  }
}
