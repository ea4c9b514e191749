import { TrailwatchError } from "#core/domain/errors.ts";
import type { OpenSearchConnection } from "./connection.ts";
import { type BulkOptions, bulkWrite, type Outcome } from "./documents/bulk.ts";
import type { BulkItem } from "./documents/bulk-request.ts";

/**
 * Writes documents of our own making, of which none may be left out. Resolves with how many had been written by somebody
 * else since they were read. Rejects with TrailwatchError where the cluster refuses one.
 */
export async function writeAll<T>(
  connection: OpenSearchConnection,
  source: Iterable<T> | AsyncIterable<T>,
  itemOf: (of: T) => BulkItem,
  options: BulkOptions = {},
): Promise<number> {
  let conflicts = 0;
  const settle = (outcomes: readonly Outcome<T>[]): void => {
    for (const { item, answer } of outcomes) {
      if (answer.kind === "conflict") conflicts += 1;
      if (answer.kind === "refused") {
        throw new TrailwatchError(
          "OPENSEARCH_REFUSED",
          `${item.index} does not take document ${item.id}: ${answer.refusal.type}: ${answer.refusal.reason}`,
          "Run `trailwatch opensearch apply`, which brings mappings up to date, then try again.",
        );
      }
    }
  };
  await bulkWrite(connection, source, itemOf, settle, options);
  return conflicts;
}

/**
 * What was written before can be found after it, whoever wrote it; by somebody who may only read, some seconds after it
 * was written.
 */
export async function refresh(connection: OpenSearchConnection, index: string): Promise<void> {
  await connection.send("POST", `/${index}/_refresh`, { query: { ignore_unavailable: true }, allow: [403] });
}
