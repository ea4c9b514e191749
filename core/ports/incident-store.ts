import type { Incident } from "../domain/incident.ts";

export interface IncidentStore {
  /** Replaces what is kept by what this run found; an incident that is unchanged keeps its revision. */
  save(incidents: readonly Incident[]): Promise<void>;
  /** Most severe first, then newest first, then id. */
  list(): Promise<readonly Incident[]>;
  /** By full id or unique prefix. Throws `NOT_FOUND`, naming what is near. */
  get(id: string): Promise<Incident>;
}
