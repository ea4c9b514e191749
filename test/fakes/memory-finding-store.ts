import { MemoryFindingStore as Kept } from "#adapters/memory/finding-store.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { SubjectFindings } from "#core/ports/finding-store.ts";
import type { Fence } from "#core/ports/leases.ts";
import { Faults } from "./faults.ts";

/** Findings in memory, with writes that may kill. */
export class MemoryFindingStore extends Kept {
  readonly #faults: Faults;

  constructor(faults = new Faults()) {
    super();
    this.#faults = faults;
  }

  override async replace(sets: readonly SubjectFindings[], at: EpochMs, fence: Fence): Promise<void> {
    for (const set of sets) {
      await this.#faults.write(`findings of ${set.subject}`, () => super.replace([set], at, fence));
    }
  }
}
