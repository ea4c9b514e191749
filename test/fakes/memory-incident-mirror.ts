import type { Incident } from "#core/domain/incident.ts";
import type { IncidentMirror } from "#core/ports/live-incidents.ts";

/** Copies of incidents in memory. Passes the same contract as the real ones. */
export class MemoryIncidentMirror implements IncidentMirror {
  readonly copies = new Map<string, Incident>();

  async put(incident: Incident): Promise<void> {
    if ((this.copies.get(incident.id)?.revision ?? 0) <= incident.revision) this.copies.set(incident.id, incident);
  }

  async remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.copies.delete(id);
  }
}
