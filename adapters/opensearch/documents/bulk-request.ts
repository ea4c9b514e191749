import type { TrailwatchError } from "#core/domain/errors.ts";
import type { OpenSearchConnection } from "../connection.ts";
import { opensearchError, type Refusal, refusalOf } from "../errors.ts";
import { isPlain } from "./plain-text.ts";

/** One document on its way. `source` is JSON: the document, for an update `{"doc": ...}`, empty for a deletion. */
export interface BulkItem {
  readonly action: "create" | "index" | "update" | "delete";
  readonly index: string;
  readonly id: string;
  readonly source: string;
  /** Refused as a conflict when the document has been written since it was read at these. */
  readonly ifSeqNo?: number;
  readonly ifPrimaryTerm?: number;
}

export type ItemAnswer =
  | { readonly kind: "written"; readonly result: "created" | "updated" | "deleted" | "noop" }
  /** A document with this id is there already, or has been written since it was read. */
  | { readonly kind: "conflict" }
  /** This document, or this index, takes it at no time: to try again changes nothing. */
  | { readonly kind: "refused"; readonly refusal: Refusal }
  /** Too much at once; the same again may well be taken. */
  | { readonly kind: "busy"; readonly error: TrailwatchError }
  /** Nothing is wrong with the document, and to try again at once changes nothing. */
  | { readonly kind: "stopped"; readonly error: TrailwatchError };

export type BulkAnswer =
  | { readonly kind: "items"; readonly items: readonly ItemAnswer[] }
  /** The request as a whole: larger than the node takes, or something in it that it cannot read. */
  | { readonly kind: "unfit"; readonly refusal: Refusal; readonly tooLarge: boolean }
  | { readonly kind: "busy"; readonly error: TrailwatchError };

const ANSWERED = "errors,items.*.status,items.*.result,items.*.error.type,items.*.error.reason";
const DOING = "POST /_bulk";

export function bulkLines({ action, index, id, source, ifSeqNo, ifPrimaryTerm }: BulkItem): string {
  // Written for every event there is, whose id hardly ever has to be escaped.
  const known = isPlain(id) && ifSeqNo === undefined && ifPrimaryTerm === undefined;
  const target = known
    ? `{"_index":"${index}","_id":"${id}"}`
    : JSON.stringify({ _index: index, _id: id, if_seq_no: ifSeqNo, if_primary_term: ifPrimaryTerm });
  return action === "delete" ? `{"delete":${target}}\n` : `{"${action}":${target}}\n${source}\n`;
}

/**
 * Sends `lines`, those of `items`. Rejects where there is no answer, or one that holds for every request: no
 * permission, a cluster that takes no writes.
 *
 * @param shardTimeoutMs how long the node waits for a shard that is being moved, or has just failed
 */
export async function sendBulk(
  connection: OpenSearchConnection,
  items: readonly BulkItem[],
  lines: Buffer,
  shardTimeoutMs: number,
): Promise<BulkAnswer> {
  const query = { timeout: `${shardTimeoutMs}ms`, filter_path: ANSWERED };
  const answer = await connection.send("POST", "/_bulk", { lines, query, allow: [400, 413, 429, 503] });
  const { status, body } = answer;
  if (status < 400) {
    const answered: readonly Readonly<Record<string, AnsweredItem>>[] = body?.items ?? [];
    return {
      kind: "items",
      items: items.map((item, at) => itemAnswer(item, answered[at]?.[item.action])),
    };
  }
  const refusal = refusalOf(body);
  const error = opensearchError(answer, DOING);
  if (status === 400 || status === 413) return { kind: "unfit", refusal, tooLarge: status === 413 };
  if (error.code === "OPENSEARCH_READ_ONLY") throw error;
  return { kind: "busy", error };
}

interface AnsweredItem {
  readonly status: number;
  readonly result?: "created" | "updated" | "deleted" | "noop" | "not_found";
  readonly error?: Refusal;
}

/** `answered` is missing where an answer was cut off on its way: whether the document was taken is not known. */
function itemAnswer({ action, index }: BulkItem, answered: AnsweredItem | undefined): ItemAnswer {
  const status = answered?.status ?? 503;
  if (answered && !answered.error) {
    const { result = "created" } = answered;
    // A deletion of what is not there has the status 404.
    return { kind: "written", result: result === "not_found" ? "noop" : result };
  }
  if (status === 409) return { kind: "conflict" };
  if (action === "delete" && answered?.error?.type === "index_not_found_exception") {
    return { kind: "written", result: "noop" };
  }
  const refusal = answered?.error ?? { type: "error", reason: "the answer does not tell what became of it" };
  const error = opensearchError({ status, body: { error: refusal } }, `${DOING} (${action} into ${index})`);
  if (error.code === "OPENSEARCH_READ_ONLY" || status === 401 || status === 403) return { kind: "stopped", error };
  if (status === 429 || status >= 500) return { kind: "busy", error };
  return stops(refusal) ? { kind: "stopped", error } : { kind: "refused", refusal };
}

/** An index that cannot be made: not because of the document that asked for it. */
const stops = ({ type, reason }: Refusal): boolean =>
  type === "index_not_found_exception" || (type === "validation_exception" && reason.includes("shards open"));
