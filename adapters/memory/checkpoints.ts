import type { Checkpoints } from "#core/ports/checkpoints.ts";
import type { Fence } from "#core/ports/leases.ts";
import { requireFence } from "./fencing.ts";

/** Checkpoints of one process, as JSON: what is written is what was meant, whatever is done to it afterwards. */
export class MemoryCheckpoints implements Checkpoints {
  readonly #kept = new Map<string, { readonly json: string; readonly fence: Fence }>();

  async read(name: string): Promise<unknown> {
    const kept = this.#kept.get(name);
    return kept ? JSON.parse(kept.json) : null;
  }

  async write(name: string, value: unknown, { name: lease, token }: Fence): Promise<void> {
    requireFence(this.#kept.get(name)?.fence, { name: lease, token }, `the checkpoint ${name}`);
    this.#kept.set(name, { json: JSON.stringify(value), fence: { name: lease, token } });
  }
}
