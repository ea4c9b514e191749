import type { Incident } from "#core/domain/incident.ts";
import type { IncidentStore } from "#core/ports/incident-store.ts";
import { compareIncidents, findIncident, revise } from "#core/use-cases/kept-incidents.ts";

/** An incident store in memory. Passes the same contract as the real ones. */
export class MemoryIncidentStore implements IncidentStore {
  #kept: readonly Incident[] = [];

  async save(incidents: readonly Incident[]): Promise<void> {
    this.#kept = [...revise(incidents, this.#kept)].sort(compareIncidents);
  }

  async list(): Promise<readonly Incident[]> {
    return this.#kept;
  }

  async get(id: string): Promise<Incident> {
    return findIncident(id, this.#kept);
  }
}
