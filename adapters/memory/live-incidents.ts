import { TrailwatchError } from "#core/domain/errors.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { KeptIncident, LiveIncident, LiveIncidents } from "#core/ports/live-incidents.ts";

type Entry = KeptIncident | { readonly forwardedTo: string; readonly version: number };

/** Incidents of one process. */
export class MemoryLiveIncidents implements LiveIncidents {
  readonly #kept = new Map<string, Entry>();

  async get(id: string): Promise<KeptIncident | null> {
    const entry = this.#kept.get(id);
    if (entry === undefined) return null;
    return "forwardedTo" in entry ? this.get(entry.forwardedTo) : entry;
  }

  async list(endingSince: EpochMs): Promise<readonly KeptIncident[]> {
    return this.all().filter(({ draft }) => draft.state === "open" || draft.window.end >= endingSince);
  }

  async outbox(now: EpochMs, limit: number): Promise<readonly KeptIncident[]> {
    return this.all()
      .filter(({ draft, saidRevision, notBefore }) => draft.revision > saidRevision && (notBefore ?? 0) <= now)
      .sort((a, b) => a.draft.window.start - b.draft.window.start || (a.draft.id < b.draft.id ? -1 : 1))
      .slice(0, limit);
  }

  async put(incident: LiveIncident, version: number | null): Promise<number> {
    const { id } = incident.draft;
    this.#require(id, version);
    const next = (this.#kept.get(id)?.version ?? 0) + 1;
    this.#kept.set(id, { ...incident, version: next });
    return next;
  }

  async forward(from: KeptIncident, to: string): Promise<void> {
    const { id } = from.draft;
    const entry = this.#kept.get(id);
    if (entry && "forwardedTo" in entry && entry.forwardedTo === to) return;
    this.#require(id, from.version);
    this.#kept.set(id, { forwardedTo: to, version: from.version + 1 });
  }

  /** Every incident there is, forwarded ones left out. */
  all(): readonly KeptIncident[] {
    return [...this.#kept.values()].flatMap((entry) => ("forwardedTo" in entry ? [] : [entry]));
  }

  /** Where ids lead that are no incidents any more. */
  forwarded(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      [...this.#kept].flatMap(([id, entry]) => ("forwardedTo" in entry ? [[id, entry.forwardedTo]] : [])),
    );
  }

  #require(id: string, version: number | null): void {
    const entry = this.#kept.get(id);
    const there = entry === undefined || "forwardedTo" in entry ? null : entry.version;
    if (there === version) return;
    throw new TrailwatchError(
      "CHANGED_MEANWHILE",
      `incident ${id} is ${there === null ? "not there" : `at version ${there}`}, not ${version === null ? "new" : `at version ${version}`}`,
      "Read it again, and make the change to what it is now.",
    );
  }
}
