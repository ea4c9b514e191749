import { createHash } from "node:crypto";
import type { Quarantined } from "#core/domain/ingest.ts";
import { storableText } from "#core/domain/storable-text.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { OpenSearchConnection } from "../connection.ts";
import type { IndexNames } from "../index-names.ts";
import { writeAll } from "../write-all.ts";
import type { BulkOptions } from "./bulk.ts";
import type { BulkItem } from "./bulk-request.ts";

/** Keeps records of which no event could be made, with the reason, each once however often its file is read. */
export async function quarantineRecords(
  connection: OpenSearchConnection,
  names: IndexNames,
  records: readonly Quarantined[],
  now: EpochMs,
  options: BulkOptions = {},
): Promise<void> {
  const itemOf = ({ file, position, reason, detail, sample }: Quarantined): BulkItem => ({
    action: "index",
    index: names.quarantine,
    id: createHash("sha256")
      .update(JSON.stringify([file, position, reason]))
      .digest("base64url"),
    source: JSON.stringify({
      "@timestamp": now,
      reason,
      detail: storableText(detail),
      file: storableText(file),
      record: position,
      document: storableText(sample),
    }),
  });
  await writeAll(connection, records, itemOf, options);
}
