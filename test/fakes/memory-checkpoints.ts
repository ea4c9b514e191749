import type { Checkpoints } from "#core/ports/checkpoints.ts";
import type { Fence } from "#core/ports/leases.ts";
import { Faults } from "./faults.ts";
import { requireFence } from "./memory-leases.ts";

/** Checkpoints in memory. Passes the same contract as the real ones. */
export class MemoryCheckpoints implements Checkpoints {
  readonly #faults: Faults;
  readonly #kept = new Map<string, { readonly json: string; readonly fence: Fence }>();

  constructor(faults = new Faults()) {
    this.#faults = faults;
  }

  async read(name: string): Promise<unknown> {
    const kept = this.#kept.get(name);
    return kept ? JSON.parse(kept.json) : null;
  }

  async write(name: string, value: unknown, { name: lease, token }: Fence): Promise<void> {
    await this.#faults.write(`checkpoint ${name}`, () => {
      requireFence(this.#kept.get(name)?.fence, { name: lease, token }, `the checkpoint ${name}`);
      this.#kept.set(name, { json: JSON.stringify(value), fence: { name: lease, token } });
    });
  }
}
