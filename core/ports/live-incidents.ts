import type { Severity } from "../domain/finding.ts";
import type { Incident, IncidentDraft } from "../domain/incident.ts";
import type { EpochMs } from "../domain/time.ts";

/** What explaining adds to a draft, and of which of its revisions it speaks. */
export interface LiveExplanation extends Pick<Incident, "cost" | "explanation" | "evidence"> {
  readonly revision: number;
  readonly at: EpochMs;
}

/** What people were told last. */
export interface Said {
  readonly occasion: "opened" | "updated" | "closed";
  readonly revision: number;
  readonly at: EpochMs;
  readonly severity: Severity;
  /** Ids of the accounts that the message named. */
  readonly accounts: readonly string[];
  /** What each channel answered, by the channel's name. */
  readonly messageIds: Readonly<Record<string, string>>;
}

/**
 * An incident of a running deployment, with what was said of it: the outbox is in the incident. Its id is that of
 * {@link draft}, and `draft.revision` counts what readers see: every change of it is to be looked at by whoever says it.
 */
export interface LiveIncident {
  readonly draft: IncidentDraft;
  /** Other ids that it was told under, before an earlier finding or another incident became part of it. Sorted. */
  readonly formerIds: readonly string[];
  /** The last revision that was said, or of which there was nothing to say; 0 before the first. */
  readonly saidRevision: number;
  /** `null` until anybody was told. */
  readonly said: Said | null;
  /** `null` before it was explained. */
  readonly explained: LiveExplanation | null;
  /** When the sweep may look at it again, of one whose newest revision can wait; `null`: at once. */
  readonly notBefore: EpochMs | null;
  /** When it turned out, by what was delivered later, that there is no such incident; `null` of almost all. */
  readonly withdrawnAt: EpochMs | null;
}

/** An incident as it was read, with the version that a change of it builds on. */
export interface KeptIncident extends LiveIncident {
  /** Raised by every write. */
  readonly version: number;
}

/**
 * Incidents of a running deployment, changed by several functions at once: what was read and changed by another meanwhile
 * is refused. Reads see all that was written before them. An incident with hundreds of findings has several megabytes of
 * JSON.
 */
export interface LiveIncidents {
  /** Follows forwarding, to the end. `null` where no such incident is or was. */
  get(id: string): Promise<KeptIncident | null>;
  /** Incidents that are open or whose window ends at or after the time, forwarded ones left out, in any order. */
  list(endingSince: EpochMs): Promise<readonly KeptIncident[]>;
  /**
   * Incidents with `draft.revision > saidRevision` whose {@link LiveIncident.notBefore} has come, those first whose window
   * began first, at most `limit`.
   */
  outbox(now: EpochMs, limit: number): Promise<readonly KeptIncident[]>;
  /**
   * Writes an incident over the version that was read, or as a new one (`null`): that an id leads elsewhere is no
   * hindrance, it is taken back. Resolves with the new version, larger than any the id had before. Rejects with
   * TrailwatchError `CHANGED_MEANWHILE` where it is at another version, is there already, or was forwarded since it was read.
   */
  put(incident: LiveIncident, version: number | null): Promise<number>;
  /**
   * Lets the id of an incident lead to another one, which is there. Rejects with `CHANGED_MEANWHILE` where the incident is at
   * another version; to forward once more what is forwarded there already changes nothing.
   */
  forward(from: KeptIncident, to: string): Promise<void>;
}

/** A copy of incidents for people to search and for dashboards. */
export interface IncidentMirror {
  /** Replaces the copy; an older revision than the one that is there is passed over. */
  put(incident: Incident): Promise<void>;
  /** Takes back the copies of ids that lead elsewhere now; one that is not there is no error. */
  remove(ids: readonly string[]): Promise<void>;
}
