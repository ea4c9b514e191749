import { once } from "node:events";
import { createWriteStream, rmSync } from "node:fs";
import type { DuckDBInstance } from "@duckdb/node-api";
import { readAll, streamRows } from "#adapters/duckdb/read.ts";
import { readLedger } from "#adapters/duckdb/read-ledger.ts";
import type { IngestSummary, Quarantined } from "#core/domain/ingest.ts";
import type { InsightRecord } from "#core/domain/insight.ts";
import { escapeInvisible } from "#core/messages/json-text.ts";

/** What the whole store was made of. */
export const ingestSummary = (instance: DuckDBInstance): Promise<IngestSummary> => readLedger(instance);

/** CloudTrail's own Insights, by time. */
export async function insightRecords(instance: DuckDBInstance): Promise<readonly InsightRecord[]> {
  const connection = await instance.connect();
  try {
    const rows = await readAll<{ body: string }>(connection, "select body from insights order by time, id");
    return rows.map(({ body }) => JSON.parse(body) as InsightRecord);
  } finally {
    connection.closeSync();
  }
}

/** All that is in quarantine, one JSON object a line; an earlier file is removed when there is nothing any more. */
export async function writeQuarantine(instance: DuckDBInstance, path: string): Promise<void> {
  const sql = "select file, position, reason, detail, sample from quarantine order by file_id, rowid";
  let out: ReturnType<typeof createWriteStream> | null = null;
  for await (const entry of streamRows<Quarantined>(instance, sql)) {
    out ??= createWriteStream(path);
    if (!out.write(`${escapeInvisible(JSON.stringify(entry))}\n`)) await once(out, "drain");
  }
  if (out === null) rmSync(path, { force: true });
  else {
    out.end();
    await once(out, "close");
  }
}
