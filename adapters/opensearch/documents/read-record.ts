import type { EpochMs } from "#core/domain/time.ts";
import type { UsageEvent } from "#core/domain/usage-event.ts";
import { type EventEntry, eventEntry, type Knowledge } from "./event-entry.ts";
import type { RestTexts } from "./searchable-rest.ts";

/** An event with what only he who read its record knows. */
export interface ReadRecord {
  readonly event: UsageEvent;
  readonly fingerprint: string;
  /** What of the record is worth searching beside the event. */
  readonly details: RestTexts | null;
  /** From 1 in its file. */
  readonly number: number;
}

/**
 * An event that was read, as a cluster is given it.
 * @param path of its file, where it can be read again; `null` for what came by itself
 */
export function fileEntry(
  { event, fingerprint, details, number }: ReadRecord,
  { path, deliveredAt }: { readonly path: string | null; readonly deliveredAt: EpochMs | null },
  knowledge: Knowledge,
): EventEntry {
  const read = {
    fingerprint,
    place: path === null ? undefined : { file: path, record: number },
    deliveredAt: deliveredAt ?? undefined,
    rest: details ?? undefined,
  };
  return eventEntry(event, read, knowledge);
}
