import { createHash } from "node:crypto";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { QuarantineReason } from "#core/domain/ingest.ts";
import { storableText } from "#core/domain/storable-text.ts";
import { type EpochMs, isoTime } from "#core/domain/time.ts";
import type { OpenSearchConnection } from "../connection.ts";
import type { IndexNames } from "../index-names.ts";
import { type BulkOptions, bulkWrite, type Outcome } from "./bulk.ts";
import type { BulkItem } from "./bulk-request.ts";
import type { EventEntry } from "./event-entry.ts";

/** An event that the events' indices do not hold, and why. */
export interface QuarantinedEvent {
  readonly entry: EventEntry;
  readonly reason: QuarantineReason;
  /** What exactly, in the node's words where it was the node that refused it. */
  readonly detail: string;
  /** Where it should have gone, and what should have stood there. */
  readonly item: BulkItem;
}

/** Of a document that is kept in quarantine: what is larger cannot be sent there either. */
const MOST_CHARACTERS = 1024 * 1024;
/** Of one that the node found too large. */
const SAMPLE_CHARACTERS = 64 * 1024;
const DETAIL_CHARACTERS = 2000;

/**
 * Keeps events with the reason, each content once however often it comes. Rejects as {@link bulkWrite} does; nothing is
 * refused by that index itself.
 */
export async function quarantine(
  connection: OpenSearchConnection,
  names: IndexNames,
  events: readonly QuarantinedEvent[],
  options: BulkOptions & { readonly now: () => EpochMs },
): Promise<void> {
  if (events.length === 0) return;
  const itemOf = (event: QuarantinedEvent): BulkItem => quarantineItem(names, event, options.now());
  await bulkWrite(connection, events, itemOf, insist, options);
}

/** There is no quarantine for what quarantine refuses. */
function insist(outcomes: readonly Outcome<QuarantinedEvent>[]): void {
  for (const { of, answer } of outcomes) {
    if (answer.kind === "written") continue;
    const why = answer.kind === "refused" ? `${answer.refusal.type}: ${answer.refusal.reason}` : "conflict";
    throw new TrailwatchError(
      "OPENSEARCH_REFUSED",
      `event ${of.entry.event.id} can be kept neither among the events nor in quarantine: ${why}`,
      "Run `trailwatch opensearch apply`, which makes the quarantine's index as it should be.",
    );
  }
}

/** The document that is kept of an event in quarantine: one for each content. */
export function quarantineItem(
  names: IndexNames,
  { entry, reason, detail, item }: QuarantinedEvent,
  now: EpochMs,
): BulkItem {
  const { event, details } = entry;
  const most = reason === "too-large" ? SAMPLE_CHARACTERS : MOST_CHARACTERS;
  return {
    action: "index",
    index: names.quarantine,
    id: createHash("sha256")
      .update(JSON.stringify([item.index, event.id, details.fingerprint, reason]))
      .digest("base64url"),
    source: JSON.stringify({
      "@timestamp": now,
      reason,
      detail: storableText(detail.slice(0, DETAIL_CHARACTERS)),
      event_id: storableText(event.id),
      event_time: isoTime(event.time),
      account: storableText(event.account),
      index: item.index,
      file: details.place && storableText(details.place.file),
      record: details.place && String(details.place.record),
      document: storableText(item.source.slice(0, most)),
    }),
  };
}
