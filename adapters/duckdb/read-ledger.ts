import type { DuckDBInstance } from "@duckdb/node-api";
import type { IngestSummary, QuarantineReason } from "#core/domain/ingest.ts";
import { readAll } from "./read.ts";

interface Sums {
  readonly files: number;
  readonly bytes: number;
  readonly read: number;
  readonly stored: number;
  readonly duplicates: number;
  readonly conflicts: number;
  readonly left_out: number;
  readonly insights: number;
}

const SUMS = ["bytes", "read", "stored", "duplicates", "conflicts", "left_out", "insights"]
  .map((name) => `coalesce(sum(${name}), 0)::double as ${name}`)
  .join(", ");

/** What the store was made of, over all runs. `filesSkipped` is 0: no run in particular. */
export async function readLedger(instance: DuckDBInstance): Promise<IngestSummary> {
  const connection = await instance.connect();
  try {
    const [sums] = await readAll<Sums>(
      connection,
      `select (count(*) filter (left_out_reason is null))::double as files, ${SUMS} from files`,
    );
    const leftOut = await readAll<{ reason: string; files: number }>(
      connection,
      "select left_out_reason as reason, count(*)::double as files from files where left_out_reason is not null group by 1 order by 1",
    );
    const quarantined = await readAll<{ reason: QuarantineReason; entries: number }>(
      connection,
      "select reason, count(*)::double as entries from quarantine group by 1 order by 1",
    );
    const [span] = await readAll<{ first: number | null; last: number | null }>(
      connection,
      "select epoch_ms(min(time))::double as first, epoch_ms(max(time))::double as last from events",
    );
    const { files, bytes, read, stored, duplicates, conflicts, left_out, insights } = sums as Sums;
    return {
      files,
      filesSkipped: 0,
      filesLeftOut: Object.fromEntries(leftOut.map(({ reason, files: count }) => [reason, count])),
      bytes,
      read,
      stored,
      duplicates,
      conflicts,
      quarantined: Object.fromEntries(quarantined.map(({ reason, entries }) => [reason, entries])),
      leftOut: left_out,
      insights,
      first: span?.first ?? null,
      last: span?.last ?? null,
    };
  } finally {
    connection.closeSync();
  }
}
