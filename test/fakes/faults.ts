import { TrailwatchError } from "#core/domain/errors.ts";

/** What kills a process: the run's own end, which nobody takes for a failure of what the run is at. */
export class Killed extends TrailwatchError {
  constructor(what: string) {
    super("INTERRUPTED", `killed at ${what}`, "Run it again.");
    this.name = "Killed";
  }
}

/**
 * Kills a run at one of its writes, before it takes effect or after: what a store has to be fit for when a function is
 * stopped at any moment. Without an order to do so it only counts.
 */
export class Faults {
  #writes = 0;
  #dieAt: number | null = null;
  #after = false;

  /** Writes since the last order. */
  get writes(): number {
    return this.#writes;
  }

  /** @param write the first is 1 */
  killAt(write: number, when: "before" | "after"): void {
    this.#writes = 0;
    this.#dieAt = write;
    this.#after = when === "after";
  }

  spare(): void {
    this.#writes = 0;
    this.#dieAt = null;
  }

  async write<T>(what: string, effect: () => T | Promise<T>): Promise<T> {
    this.#writes += 1;
    const dies = this.#writes === this.#dieAt;
    if (dies && !this.#after) throw new Killed(what);
    const result = await effect();
    if (dies) throw new Killed(what);
    return result;
  }
}
