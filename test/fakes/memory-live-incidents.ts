import { MemoryLiveIncidents as Kept } from "#adapters/memory/live-incidents.ts";
import type { KeptIncident, LiveIncident } from "#core/ports/live-incidents.ts";
import { Faults } from "./faults.ts";

/** Incidents of a running deployment in memory, with writes that may kill. */
export class MemoryLiveIncidents extends Kept {
  readonly #faults: Faults;

  constructor(faults = new Faults()) {
    super();
    this.#faults = faults;
  }

  override put(incident: LiveIncident, version: number | null): Promise<number> {
    return this.#faults.write(`incident ${incident.draft.id}`, () => super.put(incident, version));
  }

  override forward(from: KeptIncident, to: string): Promise<void> {
    return this.#faults.write(`forwarding of ${from.draft.id}`, () => super.forward(from, to));
  }
}
