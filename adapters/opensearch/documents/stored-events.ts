import { TrailwatchError } from "#core/domain/errors.ts";
import type { EpochMs } from "#core/domain/time.ts";
import { EVENT_FIELDS as F } from "#core/signals/event-fields.ts";
import type { Dsl } from "#core/signals/query-dsl.ts";
import { type Asked, search } from "../asking/search.ts";
import type { OpenSearchConnection } from "../connection.ts";
import type { IndexNames } from "../index-names.ts";
import { type BulkOptions, bulkWrite } from "./bulk.ts";
import type { BulkItem } from "./bulk-request.ts";

/** An event's document, or the part of it that was asked for, as it stands at this moment. */
export interface StoredEvent<Source> {
  readonly _index: string;
  readonly _id: string;
  readonly _seq_no: number;
  readonly _primary_term: number;
  readonly _source: Source;
}

const PAGE_SIZE = 2000;

/** Pages of the events that match, in the order of time, then id. `source` names the fields that are wanted. */
export async function* storedEvents<Source>(
  asked: Asked,
  query: Dsl,
  source: readonly string[],
  pageSize = PAGE_SIZE,
): AsyncGenerator<readonly StoredEvent<Source>[]> {
  let after: readonly unknown[] | undefined;
  for (;;) {
    const { hits } = await search(asked, {
      size: pageSize,
      track_total_hits: false,
      seq_no_primary_term: true,
      query,
      sort: [{ [F.time]: "asc" }, { [F.id]: "asc" }],
      _source: source,
      ...(after ? { search_after: after } : {}),
    });
    const page = hits.hits as unknown as readonly (StoredEvent<Source> & { readonly sort: readonly unknown[] })[];
    if (page.length > 0) yield page;
    if (page.length < pageSize) return;
    after = page.at(-1)?.sort;
  }
}

/** An event's fields that are to be other than they stand. */
export interface EventChange {
  readonly stored: Omit<StoredEvent<unknown>, "_source">;
  readonly time: EpochMs;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Events that were looked at together. */
export interface SettledPage {
  /** Of all of them, whether they are as they should be or not. */
  readonly times: readonly EpochMs[];
  readonly changes: readonly EventChange[];
}

/**
 * Changes fields of documents that nobody has changed since they were read. Resolves with the changes that were made;
 * what somebody else changed, or deleted with its day, is not among them.
 */
export async function changeEvents(
  connection: OpenSearchConnection,
  changes: readonly EventChange[],
  options: BulkOptions,
): Promise<{ readonly made: readonly EventChange[]; readonly overtaken: number }> {
  const made: EventChange[] = [];
  let overtaken = 0;
  const itemOf = ({ stored, fields }: EventChange): BulkItem => ({
    action: "update",
    index: stored._index,
    id: stored._id,
    source: JSON.stringify({ doc: fields }),
    ifSeqNo: stored._seq_no,
    ifPrimaryTerm: stored._primary_term,
  });
  await bulkWrite(
    connection,
    changes,
    itemOf,
    (outcomes) => {
      for (const { of, item, answer } of outcomes) {
        if (answer.kind === "written") made.push(of);
        else if (answer.kind === "conflict") overtaken++;
        else if (answer.refusal.type !== "document_missing_exception") throw refused(item, answer.refusal.reason);
      }
    },
    options,
  );
  return { made, overtaken };
}

const refused = ({ id, index }: BulkItem, reason: string): TrailwatchError =>
  new TrailwatchError(
    "OPENSEARCH_REFUSED",
    `event ${id} in ${index} cannot be changed: ${reason}`,
    "Open the index, or leave its days out of the window.",
  );

/** Lets searches find what was written before: a window's events, and those of earlier days that they refer to. */
export async function refreshed(connection: OpenSearchConnection, names: IndexNames): Promise<void> {
  await connection.send("POST", `/${names.events}/_refresh`, { query: { allow_no_indices: true } });
}
