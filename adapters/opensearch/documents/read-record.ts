import type { EpochMs } from "#core/domain/time.ts";
import type { UsageEvent } from "#core/domain/usage-event.ts";
import { type EventEntry, eventEntry, type Knowledge, type ReadDetails } from "./event-entry.ts";
import { recordFingerprint } from "./fingerprint.ts";

/** A record in a file, with the event that was made of it. */
interface PlacedEvent {
  readonly event: UsageEvent;
  readonly text: string;
  readonly number: number;
}

/** An event of a file as a cluster is given it. */
export function fileEntry(
  { event, text, number }: PlacedEvent,
  { path, deliveredAt }: { readonly path: string; readonly deliveredAt: EpochMs | null },
  knowledge: Knowledge,
): EventEntry {
  const delivered = deliveredAt === null ? {} : { deliveredAt };
  const read = { ...readRecord(parsed(text)), place: { file: path, record: number }, ...delivered };
  return eventEntry(event, read, knowledge);
}

/** What is kept of a record beside the event that was made of it. */
export function readRecord(record: unknown): Pick<ReadDetails, "fingerprint" | "rest"> {
  const rest = searchable(record);
  return { fingerprint: recordFingerprint(record), ...(rest ? { rest } : {}) };
}

/** A record of which only the fields that we read are JSON is the same as another only to the letter. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What the caller asked for, and why it was refused: what people look for beyond the fields that every event has. */
function searchable(record: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof record !== "object" || record === null) return undefined;
  const { requestParameters, errorMessage, additionalEventData } = record as Record<string, unknown>;
  const found = Object.entries({ request: requestParameters, error: errorMessage, additional: additionalEventData });
  const present = found.filter(([, value]) => value !== null && value !== undefined);
  return present.length === 0 ? undefined : Object.fromEntries(present);
}
